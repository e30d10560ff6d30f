"""The form in which a reader reports a problem."""

import uuid

from django import forms

from articles.fields import UNPRINTABLE
from articles.models import ReaderReport

LENGTH = "This has %(show_value)d characters, and we can take %(limit_value)d. Keep what matters most."
MENDED = "There were signs in this that cannot be printed. We took them out: look at it, then send it again."


class Words(forms.CharField):
    """Some lines of plain text; a line break is one character, as the browser counts it."""

    def to_python(self, value):
        value = super().to_python(value)
        return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


class ReportForm(forms.Form):
    """What is wrong with a page, in a kind and in words. ``trap`` is for machines that fill in whatever they find."""

    LONGEST = ReaderReport.LONGEST

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label="What is the problem?",
        choices=ReaderReport.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the problem is."},
    )
    words = Words(
        label="Tell us more",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST,
        help_text=f"Which part of the page do you mean, and what is wrong with it? At most {LONGEST:,} characters.",
        error_messages={"required": "Say in a few words what is wrong."},
    )
    trap = forms.CharField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        words = self.fields["words"]
        words.widget.attrs.pop("maxlength", None)  # a browser would cut a paste in silence
        words.error_messages["max_length"] = LENGTH
        self.mended = bool(UNPRINTABLE.search(self.data.get("words", "").replace("\r", "")))
        if self.mended:
            self.data = self.data.copy()
            self.data["words"] = UNPRINTABLE.sub("", self.data["words"].replace("\r", ""))

    def clean_key(self):
        return self.cleaned_data["key"] or uuid.uuid4()

    def clean_words(self):
        """Signs that nobody can see come out before the form is shown again, as nobody could take them out."""
        if self.mended:
            raise forms.ValidationError(MENDED, code="unprintable")
        return self.cleaned_data["words"]
