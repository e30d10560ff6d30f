"""Forms of recording earlier reviews: the sheet, one review for several pages, and the password of whoever attests."""

from django import forms

from reviews.attestable import LONGEST
from reviews.earlier_sheets import COLUMNS
from reviews.proof import ProofForm


class SheetForm(forms.Form):
    sheet = forms.FileField(
        label="The sheet",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        help_text="A CSV file or .xlsx workbook of at most 5,000 rows. You see what it says before anything is done.",
        error_messages={
            "required": "Choose the file first.",
            "empty": "This file is empty.",
            "missing": "Choose the file first.",
        },
    )


def _line(name: str, label: str, *, required: bool = True, told: str = "", help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST[name],
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=help_text,
        error_messages={"required": told},
    )


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=help_text,
        error_messages={"required": "Say when that review was.", "invalid": "Write the day as 2026-05-03."},
    )


class OneReviewForm(forms.Form):
    """One reviewer, day and record for all the pages that were ticked."""

    reviewer = _line("name", "Reviewed by", told="Say who reviewed these pages.", help_text="As it is to be printed.")
    post_nominals = _line("post_nominals", "Post-nominals", required=False, help_text="Such as “MD, FRCP”.")
    specialty = _line("specialty", "Specialty", required=False)
    reviewed_on = _day("Reviewed on")
    evidence = _line(
        "evidence",
        "Evidence",
        told="Say where the record of that review lies.",
        help_text="Where the record of that review lies. The ledger keeps this, and evidence packs show it.",
    )
    due = _day(
        "Due on", required=False, help_text="The date it had there. One later than this site’s interval does not count."
    )

    def cells(self, page: str) -> tuple[str, ...]:
        """The row of a sheet that says this of a page."""
        said = {name.replace("_", " "): value for name, value in self.cleaned_data.items()}
        said["post-nominals"] = said.pop("post nominals")
        return tuple(str(page if column == "page" else said[column] or "") for column in COLUMNS)


class AttestForm(ProofForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="attest-%s", **kwargs)
        password = self.fields["password"]
        password.help_text = "It makes this your attestation. As soon as you press, visitors read these pages."
        password.error_messages["required"] = "Enter your password: it makes this your attestation."
