"""Forms for recording imported reviews: a file, one review of several pages, the password."""

from django import forms
from django.utils.translation import gettext_lazy as _

from articles.form_fields import LineFormField
from reviews.imported_reviews.checks import MAX_LENGTHS
from reviews.imported_reviews.spreadsheets import COLUMNS
from reviews.signing.authentication import ConfirmIdentityForm

# The column of a spreadsheet that a field of the form stands for.
COLUMNS_BY_FIELD = {
    "reviewer": "reviewer",
    "post_nominals": "post-nominals",
    "specialty": "specialty",
    "reviewed_on": "reviewed on",
    "evidence": "evidence",
    "due": "due",
}


class ImportedReviewSpreadsheetForm(forms.Form):
    sheet = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        help_text=(
            "A CSV file or .xlsx workbook of at most 5,000 rows. "
            "You see a preview before anything is imported."
        ),
        error_messages={
            "required": "Choose the file first.",
            "empty": "This file is empty.",
            "missing": "Choose the file first.",
        },
    )


def _make_char_field(
    name: str, label, *, required: bool = True, required_message: str = "", help_text=""
) -> LineFormField:
    return LineFormField(
        label=label,
        required=required,
        max_length=MAX_LENGTHS[name],
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=help_text,
        error_messages={"required": required_message},
    )


def _make_date_field(label, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=help_text,
        error_messages={
            "required": "Enter the date of that review.",
            "invalid": "Write the date as 2026-05-03.",
        },
    )


class ImportedReviewForm(forms.Form):
    """One reviewer, date and evidence for all chosen pages."""

    reviewer = _make_char_field(
        "name",
        _("Reviewed by"),
        required_message="Enter who reviewed these pages.",
        help_text=_("As it is to be shown."),
    )
    post_nominals = _make_char_field(
        "post_nominals", "Post-nominals", required=False, help_text="Such as “MD, FRCP”."
    )
    specialty = _make_char_field("specialty", "Specialty", required=False)
    reviewed_on = _make_date_field("Reviewed on")
    evidence = _make_char_field(
        "evidence",
        "Evidence",
        required_message="Enter where the record of that review is kept.",
        help_text=(
            "Where the record of that review is kept. "
            "The ledger keeps this, and evidence packs show it."
        ),
    )
    due = _make_date_field(
        _("Due on"),
        required=False,
        help_text="The due date in the earlier system. This site’s interval applies if sooner.",
    )

    def to_cells(self, page: str) -> tuple[str, ...]:
        """The cells of a spreadsheet row that says this about a page."""
        values = {"page": page}
        for name, value in self.cleaned_data.items():
            values[COLUMNS_BY_FIELD[name]] = value
        return tuple(str(values[column] or "") for column in COLUMNS)


class AttestForm(ConfirmIdentityForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="attest-%s", **kwargs)
        password = self.fields["password"]
        password.help_text = (
            "It makes this your attestation. As soon as you confirm, visitors can read these pages."
        )
        password.error_messages["required"] = "Enter your password: it makes this your attestation."
