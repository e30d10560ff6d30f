"""Forms in which editors write a page and its rows."""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.forms.models import BaseInlineFormSet

from articles import kinds
from articles.actions import CannotChangeAddress, change_address
from articles.diff import compare
from articles.models import CopyrightNotice

ADDRESSES = {
    models.URLField: {"widget": forms.URLInput(attrs={"class": "vURLField"}), "assume_scheme": "https"},
}


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
        if latest and before:
            self.conflict = compare(kind.blocks(before.read()), kind.blocks(latest.read()))
        mine = [name for name in self.changed_data if name not in self.OPENED]
        self._take_over_all_but(mine)
        labels = ", ".join(str(self.fields[name].label) for name in mine)
        yours = f"Still as you wrote it, and yours if you save again: {labels}." if mine else ""
        who = (latest.saved_by.get_full_name() or latest.saved_by.get_username()) if latest else "Somebody"
        self.add_error(
            None,
            f"{who} saved this page after you opened it. Nothing is lost. What you did not change now shows what they "
            f"saved. {yours} So are your rows below. Compare, then save again.",
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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self._bring_back_lost_rows()

    def _bring_back_lost_rows(self) -> None:
        """Rows that somebody deleted meanwhile become new ones, so that what was typed into them is kept."""
        key = self.model._meta.pk.name
        management = self.management_form.cleaned_data
        initial, total = management["INITIAL_FORMS"], management["TOTAL_FORMS"]
        stored = {str(row.pk) for row in self.get_queryset()}
        lost = [n for n in range(initial) if self.data.get(f"{self.prefix}-{n}-{key}") not in stored]
        if not lost:
            return
        order = [n for n in range(initial) if n not in lost] + lost + list(range(initial, total))
        rows = [self._row(number) | ({key: [""]} if number in lost else {}) for number in order]
        self.data = self.data.copy()
        for place, row in enumerate(rows):
            for name, values in row.items():
                self.data.setlist(f"{self.prefix}-{place}-{name}", values)
        self.data[f"{self.prefix}-INITIAL_FORMS"] = str(initial - len(lost))
        self.__dict__.pop("management_form", None)  # read from the data before

    def _row(self, number: int) -> dict[str, list[str]]:
        names = [*self.form.base_fields, self.model._meta.pk.name, "DELETE"]
        return {name: self.data.getlist(f"{self.prefix}-{number}-{name}") for name in names}

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
        if "position" in form.fields and not form.instance.pk:
            form.fields["position"].required = False
            form.initial["position"] = None

    def clean(self):
        super().clean()
        self._put_new_rows_last()

    def _put_new_rows_last(self) -> None:
        if "position" not in self.form.base_fields:
            return
        stored = (form.cleaned_data.get("position") or 0 for form in self.initial_forms if form.is_valid())
        last = max(stored, default=-1)
        for form in self.extra_forms:
            if form.is_valid() and form.has_changed() and form.cleaned_data.get("position") is None:
                last += 1
                form.instance.position = last


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
