"""Forms in which editors write a page and its rows."""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.forms.models import BaseInlineFormSet

from articles import kinds
from articles.actions import CannotChangeAddress, change_address
from articles.diff import compare


class PageForm(forms.ModelForm):
    """A page's working copy. It knows which edition the editor opened, so that two editors cannot undo each other."""

    class Meta:
        widgets = {
            "title": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "headline": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "summary": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }

    opened_edition = forms.IntegerField(widget=forms.HiddenInput, required=False)
    opened_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = []
        if self.instance.pk:
            latest = self.instance.latest_revision()
            self.initial["opened_edition"] = self.instance.edition
            self.initial["opened_revision"] = latest.number if latest else None

    def clean(self):
        cleaned = super().clean()
        opened = cleaned.get("opened_edition")
        if self.instance.pk and opened is not None and opened != self.instance.edition:
            self._tell_of_conflict(cleaned.get("opened_revision") or 0)
        return cleaned

    def _tell_of_conflict(self, opened_revision: int) -> None:
        """Refuse once, show what the other editor changed, and let the next save stand on it."""
        kind = kinds.get(self.instance.kind)
        latest = self.instance.latest_revision()
        before = self.instance.revisions.filter(number=opened_revision).first()
        if latest and before:
            self.conflict = compare(kind.blocks(before.read()), kind.blocks(latest.read()))
        who = (latest.saved_by.get_full_name() or latest.saved_by.get_username()) if latest else "Somebody"
        self.add_error(
            None,
            f"{who} saved this page after you opened it. Nothing of yours is lost: it is all still in this form. "
            "Compare it with what they changed, shown below, then save again; your text then replaces theirs, "
            "and theirs stays in the revisions.",
        )
        self.data = self.data.copy()
        self.data[self.add_prefix("opened_edition")] = self.instance.edition
        self.data[self.add_prefix("opened_revision")] = latest.number if latest else ""

    def has_changed(self):
        return any(name not in ("opened_edition", "opened_revision") for name in self.changed_data)


class KnownAutocomplete(AutocompleteSelect):
    """An autocomplete that need not ask the database for the name of a choice that its row already brought."""

    known: dict[str, str] = {}

    def optgroups(self, name, value, attr=None):
        if len(value) == 1 and value[0] in self.known:
            option = self.create_option(name, value[0], self.known[value[0]], True, 0)
            return [(None, [option], 0)]
        return super().optgroups(name, value, attr)


class RowForm(forms.ModelForm):
    """One row of a page's inlines. A row that was not touched is not looked up again for what it points to."""

    def _post_clean(self):
        if self.has_changed() or not self.instance.pk:
            super()._post_clean()


class RowFormSet(BaseInlineFormSet):
    """Rows whose fields each have an accessible name, and whose chosen names cost no query a row."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        number = "new" if index is None else index + 1
        for name, field in form.fields.items():
            if not field.widget.is_hidden:
                label = field.label or name.replace("_", " ")
                field.widget.attrs.setdefault("aria-label", f"{label}, {self.model._meta.verbose_name} {number}")
            widget = getattr(field.widget, "widget", None)
            if isinstance(widget, KnownAutocomplete) and form.instance.pk:
                chosen = getattr(form.instance, name)
                widget.known = {str(chosen.pk): str(chosen)}


class AddressForm(forms.Form):
    """Moves a page to another address."""

    slug = forms.SlugField(
        label="New address", max_length=200, help_text="Small letters, digits and hyphens: the address's last part."
    )

    def __init__(self, *args, page, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.page, self.by = page, by

    def save(self) -> bool:
        """Whether the page moved; if not, the form says why."""
        try:
            change_address(self.page, slug=self.cleaned_data["slug"], by=self.by)
        except CannotChangeAddress as refusal:
            self.add_error("slug", str(refusal))
            return False
        return True
