"""Forms in which editors write a page, move it, and compare its revisions."""

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from articles.admin.care_cards import CareCardsForm
from articles.admin.form_renderer import PageFormRenderer
from articles.admin.link_validation import finish_forms
from articles.admin.slugs import SlugFromNameMixin
from articles.content import kinds
from articles.content.diff import compare
from articles.models import CopyrightNotice
from articles.publishing import slugs, tags
from articles.publishing.actions import CannotChangeSlug, change_slug

MAX_KEY_DIGITS = 18
MAX_TAG_LENGTH = 100
URL_FIELD_OVERRIDES: dict[type[models.Field], dict[str, object]] = {
    models.URLField: {
        "widget": forms.URLInput(attrs={"class": "vURLField"}),
        "assume_scheme": "https",
    },
}


def parse_key(text: str) -> int | None:
    """The key or number of a row in an address or a form; None for what no row can have."""
    if len(text) > MAX_KEY_DIGITS or not (text.isascii() and text.isdecimal()):
        return None
    return int(text)


class PageForm(SlugFromNameMixin, CareCardsForm):
    """A page's working copy, which two editors may have open at once.

    The form carries the version that was opened and the values that it had. So where somebody else
    saved meanwhile, it is known which fields this editor changed; the others take what is stored.
    """

    class Meta:
        widgets = {
            "title": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "headline": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "summary": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }

    default_renderer = PageFormRenderer
    # Names of hidden inputs that the browser sends back: what was opened.
    slug_source = "title"
    VERSION_FIELD = "opened_edition"
    REVISION_FIELD = "opened_revision"
    OPENED_FIELDS = (VERSION_FIELD, REVISION_FIELD)
    data: QueryDict  # once it is bound

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = []
        for name in self.OPENED_FIELDS:
            self.fields[name] = forms.IntegerField(widget=forms.HiddenInput, required=False)
        if "notice" in self.fields:
            offered = models.Q(pk=self.instance.notice_id) | models.Q(retired_at__isnull=True)
            self.fields["notice"].queryset = CopyrightNotice.objects.filter(offered)
        if self.instance.pk:
            self._remember_opened_values()

    @property
    def media(self) -> forms.Media:
        """Nothing: ``form_media`` collects it."""
        return forms.Media()

    def _remember_opened_values(self) -> None:
        latest = self.instance.get_latest_revision()
        self.initial[self.VERSION_FIELD] = self.instance.form_version
        self.initial[self.REVISION_FIELD] = latest.number if latest else None
        for name, field in self.fields.items():
            # Tags cannot be read back from a hidden field: they count as changed where they
            # differ from what is stored.
            field.show_hidden_initial = name not in (*self.OPENED_FIELDS, "tags")

    def find_taken_slugs(self, wanted):
        kind = kinds.get_for_model(self._meta.model).name
        return slugs.find_taken_slugs(kind, wanted)

    def clean_tags(self):
        own = {tag.name for tag in self.initial.get("tags") or ()}
        return tags.choose_names(self.cleaned_data["tags"], own)

    def clean(self):
        cleaned = super().clean()
        if self.unsaved_reason:
            self.add_error(None, self.unsaved_reason)
        opened = cleaned.get(self.VERSION_FIELD)
        if self.instance.pk and opened is not None and opened != self.instance.form_version:
            self._report_conflict(cleaned.get(self.REVISION_FIELD) or 0)
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        finish_forms([self], self.instance)
        self.put_cards()  # with the present addresses of pages that moved

    def has_changed(self):
        return bool(self._list_own_changes())

    def _list_own_changes(self) -> list[str]:
        """The names of the fields that this editor changed."""
        return [name for name in self.changed_data if name not in self.OPENED_FIELDS]

    def _report_conflict(self, opened_revision: int) -> None:
        """Refuse once, show what the other editor changed, and let the next save replace it."""
        kind = kinds.get(self.instance.kind)
        latest = self.instance.get_latest_revision()
        before = self.instance.revisions.filter(number=opened_revision).first()
        if latest and before and not before.expunged:
            self.conflict = compare(kind.blocks(before.read()), kind.blocks(latest.read()))
        changed_names = self._list_own_changes()
        self._refresh_unchanged_fields(changed_names)
        who = "Somebody"
        if latest:
            who = latest.saved_by.get_full_name() or latest.saved_by.get_username()
        labels = ", ".join(f"“{self.fields[name].label}”" for name in changed_names)
        replaced = ""
        if labels:
            replaced = (
                f"If you save again, yours replaces theirs in {labels}; "
                "theirs stays in the history."
            )
        self.add_error(
            None,
            f"{who} saved this page after you opened it. Fields you did not change now show what "
            f"they saved. {replaced} Your rows are as you left them; a row that they added is "
            "kept, and shows once you have saved. Compare with what they changed, then save again.",
        )

    def _refresh_unchanged_fields(self, changed_names: list[str]) -> None:
        """Give the form the stored values, except in some fields."""
        self.data = self.data.copy()
        for name, field in self.fields.items():
            stored = self.initial.get(name)
            values = _format_values(field, stored)
            if field.show_hidden_initial:
                self.data.setlist(self.add_initial_prefix(name), values)
            if name in changed_names:
                continue
            if isinstance(field, forms.BooleanField) and not stored:
                values = []  # a box without a tick sends nothing
            self.data.setlist(self.add_prefix(name), values)


def _format_values(field: forms.Field, value) -> list[str]:
    """A value of a field as a browser would send it."""
    shown = field.prepare_value(value)
    if isinstance(shown, list):
        return [str(one) for one in shown]
    if value is None:
        return [""]
    return [str(shown)]


class ChangeSlugForm(forms.Form):
    """Moves a page to another address."""

    slug = forms.SlugField(
        label=_("New URL slug"),
        max_length=200,
        help_text=_("The last part of the URL: small letters, digits and hyphens."),
    )

    def __init__(self, *args, page, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.page = page
        self.by = by

    def save(self) -> bool:
        """Move the page. False, with an error in the form, if it cannot."""
        try:
            change_slug(self.page, slug=self.cleaned_data["slug"], by=self.by)
        except CannotChangeSlug as refusal:
            self.add_error("slug", str(refusal))
            return False
        return True


class CompareRevisionsForm(forms.Form):
    """Two revisions of a page by their numbers, the older first."""

    NUMBER_ERRORS = {
        "required": "Give the number of a revision.",
        "invalid": "Give the number of a revision.",
    }
    old = forms.IntegerField(label="From revision", min_value=1, error_messages=NUMBER_ERRORS)
    new = forms.IntegerField(label="To revision", min_value=1, error_messages=NUMBER_ERRORS)

    def __init__(self, *args, page, **kwargs):
        super().__init__(*args, **kwargs)
        self.page = page

    def _get_revision(self, name: str):
        number = self.cleaned_data[name]
        found = self.page.revisions.filter(number=number).select_related("saved_by").first()
        if found is None:
            latest = self.page.get_latest_revision()
            raise forms.ValidationError(
                f"There is no revision {number}. This page has 1 to {latest.number}."
            )
        return found

    def clean_old(self):
        return self._get_revision("old")

    def clean_new(self):
        return self._get_revision("new")
