"""The form in which a reader reports a problem."""

import uuid

from django import forms

from articles import characters
from articles.models import ReaderReport

TOO_LONG = (
    "This has %(show_value)d characters, and we can take %(limit_value)d. Keep what matters most."
)
UNPRINTABLE_REMOVED = (
    "There were signs in this that cannot be printed. "
    "We took them out: look at it, then send it again."
)


class ReportWordsField(forms.CharField):
    """Some lines of plain text; a line break is one character, as the browser counts it."""

    def to_python(self, value):
        value = super().to_python(value)
        if isinstance(value, str):
            return characters.mend(value.replace("\r\n", "\n").replace("\r", "\n"))
        return value


class ReportProblemForm(forms.Form):
    """What is wrong with a page: a kind and some words.

    ``trap`` is a hidden field that only machines fill in.
    """

    MAX_REPORT_LENGTH = ReaderReport.MAX_REPORT_LENGTH

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label="What is the problem?",
        choices=ReaderReport.ReportKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the problem is."},
    )
    words = ReportWordsField(
        label="Tell us more",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MAX_REPORT_LENGTH,
        help_text=(
            "Which part of the page do you mean, and what is wrong with it? "
            f"At most {MAX_REPORT_LENGTH:,} characters."
        ),
        error_messages={"required": "Say in a few words what is wrong."},
    )
    trap = forms.CharField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        words = self.fields["words"]
        words.widget.attrs.pop("maxlength", None)  # a browser would cut a paste in silence
        words.error_messages["max_length"] = TOO_LONG
        sent = self.data.get("words", "").replace("\r", "")
        self.had_unprintable = characters.find_refused(characters.mend_controls(sent)) is not None
        if self.had_unprintable:
            self.data = self.data.copy()
            self.data["words"] = characters.remove_bad(sent)

    def clean_key(self):
        return self.cleaned_data["key"] or uuid.uuid4()

    def clean_words(self):
        """Refuse unprintable signs. They are removed already, as nobody could see them to do so."""
        if self.had_unprintable:
            raise forms.ValidationError(UNPRINTABLE_REMOVED, code="unprintable")
        return self.cleaned_data["words"]
