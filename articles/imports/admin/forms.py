"""The forms of an import: which file, how to read it, and what to do about conflicts."""

from django import forms
from django.conf import settings
from django.db.models import Max, QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from articles.form_fields import LineFormField
from articles.imports import formats
from articles.imports.admin.storage import ImportOptions
from articles.imports.job import OnConflict
from articles.imports.plan import MAX_SOURCE_LENGTH
from articles.models import ImportRun

CONFLICT_HELP = {
    OnConflict.KEEP: (
        "The page stays as it is, and the findings list it. Nothing that an editor wrote is lost. "
        "Choose this unless you know better."
    ),
    OnConflict.TAKE: (
        "The file’s text becomes the draft, also of a page of the same title that came from "
        "elsewhere. The earlier draft stays in the page’s history, and visitors still read what "
        "was signed."
    ),
    OnConflict.BESIDE: (
        "A record with the title of a page that did not come from this source becomes a second "
        "page, with its own URL slug. What editors changed stays."
    ),
    OnConflict.STOP: "The first conflict stops the import, and nothing is imported.",
}
DETECT_CHOICE = ("", _("Detect from the file name"))
MAX_LISTED_SOURCES = 50


def _format_size(size: int) -> str:
    """A size in words, without a zero after the point: “100 MB”, “1.5 MB”."""
    return filesizeformat(size).replace(".0\xa0", "\xa0")


class ConflictRuleSelect(forms.RadioSelect):
    """Radio buttons with a sentence on what each rule does, as ``data.explained`` of its option."""

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["explained"] = CONFLICT_HELP[value]
        return option


class ImportOptionsForm(forms.Form):
    """How a file is to be read."""

    source = LineFormField(
        label=_("Source"),
        max_length=MAX_SOURCE_LENGTH,
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
        help_text=(
            "The system that the ids belong to, such as symp. A page is recognised by its source "
            "and external id: write the source the same way each time."
        ),
        error_messages={"required": "Name the source: ids are unique within it."},
    )
    format = forms.ChoiceField(required=False)
    on_conflict = forms.ChoiceField(
        label=_("If an editor changed the text here"),
        choices=OnConflict.choices,
        widget=ConflictRuleSelect,
        initial=OnConflict.KEEP,
        error_messages={"required": "Choose what to do with conflicts."},
    )
    most = forms.IntegerField(label=_("Maximum number of records"), required=False, min_value=1)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(found.name, found.label) for found in formats.get_all()]
        self.fields["format"].choices = [DETECT_CHOICE, *choices]
        most = self.fields["most"]
        most.max_value = settings.IMPORT_MOST
        most.widget.attrs["max"] = settings.IMPORT_MOST
        most.help_text = (
            f"Empty: all of them, up to {settings.IMPORT_MOST:,}. "
            "Import a larger file with the command."
        )
        self.sources = []
        for name, last_started_at in _get_sources():
            self.sources.append((name, date_format(localtime(last_started_at), "j F Y")))

    def clean_source(self):
        return " ".join(self.cleaned_data["source"].split())

    def clean_most(self):
        most = self.cleaned_data["most"]
        if most and most > settings.IMPORT_MOST:
            raise forms.ValidationError(
                f"At most {settings.IMPORT_MOST:,} records can be imported here."
            )
        return most

    def clean(self):
        cleaned = super().clean()
        name = self.get_file_name()
        if name and not cleaned.get("format") and "format" not in self.errors:
            try:
                cleaned["format"] = formats.detect(name).name
            except formats.UnknownFormat:
                self.add_error(
                    "format", f"The name “{name}” does not show its format. Choose the format."
                )
        return cleaned

    def get_file_name(self) -> str:
        raise NotImplementedError

    def get_options(self) -> ImportOptions:
        """What the form asks for; only of a valid form."""
        return ImportOptions(
            format=self.cleaned_data["format"],
            source=self.cleaned_data["source"],
            on_conflict=self.cleaned_data["on_conflict"],
            most=self.cleaned_data["most"],
        )


class ImportUploadForm(ImportOptionsForm):
    """A file, and how to read it."""

    file = forms.FileField(
        label=_("File"),
        max_length=255,
        error_messages={
            "required": "Choose a file.",
            "empty": "This file is empty. Choose another.",
            "missing": "No file was received. Choose it again.",
            "invalid": "No file was received. Choose it again.",
            "max_length": "The file’s name is longer than 255 letters. Give it a shorter name.",
        },
    )
    field_order = ("file", "format", "source", "on_conflict", "most")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        suffixes = ", ".join(_list_unpacked_suffixes())
        file = self.fields["file"]
        file.help_text = (
            f"At most {_format_size(settings.IMPORT_LARGEST)}: {suffixes}, also compressed (.gz)."
        )
        file.widget.attrs["data-largest"] = settings.IMPORT_LARGEST

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_LARGEST:
            size = _format_size(file.size)
            largest = _format_size(settings.IMPORT_LARGEST)
            raise forms.ValidationError(
                f"This file has {size}, and at most {largest} can be sent. "
                "Compress it (.gz), divide it, or import it with the command."
            )
        return file

    def get_file_name(self):
        file = self.cleaned_data.get("file")
        return file.name if file else ""


class ImportRereadForm(ImportOptionsForm):
    """Another way to read a file that was uploaded already."""

    def __init__(self, *args, upload, **kwargs):
        super().__init__(*args, initial=vars(upload.options), **kwargs)
        self.upload = upload

    def get_file_name(self):
        return self.upload.name


def _list_unpacked_suffixes() -> list[str]:
    """The suffixes of all formats, without those of packed files."""
    suffixes: list[str] = []
    for found in formats.get_all():
        suffixes.extend(suffix for suffix in found.suffixes if not suffix.endswith(".gz"))
    return sorted(suffixes)


def _get_sources() -> QuerySet:
    """Each source with the time of its last import, the latest first."""
    return (
        ImportRun.objects.order_by()
        .values_list("source")
        .annotate(latest=Max("started_at"))
        .order_by("-latest")[:MAX_LISTED_SOURCES]
    )
