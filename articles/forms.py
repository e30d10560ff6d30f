"""Forms in which editors write a page and move it."""

from django import forms
from django.db import models

from articles import kinds
from articles.actions import CannotChangeAddress, change_address
from articles.diff import compare
from articles.models import CopyrightNotice

ADDRESSES = {
    models.URLField: {"widget": forms.URLInput(attrs={"class": "vURLField"}), "assume_scheme": "https"},
}


def as_key(text: str) -> int | None:
    """A row's key or number as it may stand in an address; None for anything that no row can have."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


class PageForm(forms.ModelForm):
    """A page's working copy, which two editors may have open at once.

    The form carries the edition that was opened and the values that it then had. So it knows, when somebody else has
    saved meanwhile, which fields this editor changed; the others follow what is stored now.
    """

    class Meta:
        widgets = {
            "title": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "headline": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "summary": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }

    OPENED = ("opened_edition", "opened_revision")
    not_saved = ""  # why this form must not be saved as it was sent
    opened_edition = forms.IntegerField(widget=forms.HiddenInput, required=False)
    opened_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = []
        if "notice" in self.fields:
            own = models.Q(pk=self.instance.notice_id)
            self.fields["notice"].queryset = CopyrightNotice.objects.filter(own | models.Q(retired_at__isnull=True))
        if self.instance.pk:
            latest = self.instance.latest_revision()
            self.initial["opened_edition"] = self.instance.edition
            self.initial["opened_revision"] = latest.number if latest else None
            for name, field in self.fields.items():
                # Tags cannot be read back from a hidden field: they count as changed where they differ from now.
                field.show_hidden_initial = name not in (*self.OPENED, "tags")

    def clean(self):
        cleaned = super().clean()
        if self.not_saved:
            self.add_error(None, self.not_saved)
        opened = cleaned.get("opened_edition")
        if self.instance.pk and opened is not None and opened != self.instance.edition:
            self._meet_the_other_editor(cleaned.get("opened_revision") or 0)
        return cleaned

    def has_changed(self):
        return any(name not in self.OPENED for name in self.changed_data)

    def _meet_the_other_editor(self, opened_revision: int) -> None:
        """Refuse once, show what the other changed, and let the next save stand on it."""
        kind = kinds.get(self.instance.kind)
        latest = self.instance.latest_revision()
        before = self.instance.revisions.filter(number=opened_revision).first()
        if latest and before and not before.expunged:
            self.conflict = compare(kind.blocks(before.read()), kind.blocks(latest.read()))
        mine = [name for name in self.changed_data if name not in self.OPENED]
        self._take_over_all_but(mine)
        labels = ", ".join(f"“{self.fields[name].label}”" for name in mine)
        yours = f"If you save again, yours replaces theirs in {labels}; theirs stays in the history." if mine else ""
        who = (latest.saved_by.get_full_name() or latest.saved_by.get_username()) if latest else "Somebody"
        self.add_error(
            None,
            f"{who} saved this page after you opened it. What you did not change now shows what they saved. {yours} "
            "Your rows stand as you left them; a row that they added is kept, and shows once you have saved. Compare "
            "with what they changed, then save again.",
        )

    def _take_over_all_but(self, mine: list[str]) -> None:
        """Bring the form up to the stored copy, save for some fields."""
        self.data = self.data.copy()
        for name, field in self.fields.items():
            now = self.initial.get(name)
            shown = field.prepare_value(now)
            shown = shown if isinstance(shown, list) else ["" if now is None else shown]
            values = [str(value) for value in shown]
            if field.show_hidden_initial:
                self.data.setlist(self.add_initial_prefix(name), values)
            if name not in mine:
                ticked = not isinstance(field, forms.BooleanField) or now
                self.data.setlist(self.add_prefix(name), values if ticked else [])


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


class CompareForm(forms.Form):
    """Names two revisions of a page by their numbers, the older first."""

    NEEDED = {"required": "Give the number of a revision.", "invalid": "Give the number of a revision."}
    old = forms.IntegerField(label="From revision", min_value=1, error_messages=NEEDED)
    new = forms.IntegerField(label="To revision", min_value=1, error_messages=NEEDED)

    def __init__(self, *args, page, **kwargs):
        super().__init__(*args, **kwargs)
        self.page = page

    def _revision(self, name: str):
        number = self.cleaned_data[name]
        found = self.page.revisions.filter(number=number).select_related("saved_by").first()
        if found is None:
            latest = self.page.latest_revision()
            raise forms.ValidationError(f"There is no revision {number}. This page has 1 to {latest.number}.")
        return found

    def clean_old(self):
        return self._revision("old")

    def clean_new(self):
        return self._revision("new")
