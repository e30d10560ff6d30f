"""The form of a cause, which two editors may have open at once."""

from django import forms

from articles.admin.slugs import SlugFromNameMixin
from articles.form_fields import is_sent_as_shown


class CauseForm(SlugFromNameMixin, forms.ModelForm):
    """Carries the name and address as they were opened, so that nobody undoes a renaming unseen."""

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
                self.data[self.add_initial_prefix(name)] = self.initial[name]
            now = f"“{self.initial['name']}”, at {self.initial['slug']}"
            message = (
                f"Somebody changed this cause after you opened it: it is now {now}. "
                "Save again for yours."
            )
            self.add_error(None, message)
        return cleaned

    def _find_changed_since_opened(self) -> list[str]:
        """Fields that somebody else has changed since this form was opened."""
        changed: list[str] = []
        for name in self.fields:
            opened = self.data.get(self.add_initial_prefix(name))
            if opened is not None and not is_sent_as_shown(self.initial.get(name), opened):
                changed.append(name)
        return changed
