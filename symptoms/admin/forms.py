"""The form of a cause, which two editors may have open at once."""

from typing import Any

from django import forms

from articles.admin.slugs import SlugFromNameMixin
from articles.form_fields import is_sent_as_shown


class CauseForm(SlugFromNameMixin, forms.ModelForm):
    """Carries its fields as they were opened, so that nobody undoes another's change unseen."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = bool(self.instance.pk)

    def clean(self):
        cleaned = super().clean()
        changed = self._find_changed_since_opened()
        if self.instance.pk and changed:
            self.data = self.data.copy()
            for name in changed:
                self.data[self.add_initial_prefix(name)] = _format_sent(self.initial[name])
            message = (
                "Somebody changed this cause after you opened it: it is now "
                f"{self._describe_stored()}. Save again for yours."
            )
            self.add_error(None, message)
        return cleaned

    def _find_changed_since_opened(self) -> list[str]:
        """Fields that somebody else has changed since this form was opened."""
        changed: list[str] = []
        for name in self.fields:
            opened = self.data.get(self.add_initial_prefix(name))
            stored = _format_sent(self.initial.get(name))
            if opened is not None and not is_sent_as_shown(stored, opened):
                changed.append(name)
        return changed

    def _describe_stored(self) -> str:
        """The cause as it is stored now, in words."""
        words = f"“{self.initial['name']}”, at {self.initial['slug']}"
        stored = type(self.instance)._default_manager.select_related("description")
        row = stored.get(pk=self.instance.pk)
        if row.description:
            words += f", described by “{row.description}”"
        if row.catch_all:
            words += ", a catch-all"
        return words


def _format_sent(value: Any) -> str:
    """A stored value as a hidden field of the form sends it."""
    return "" if value is None else str(value)
