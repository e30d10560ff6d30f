"""Forms of the desk: the signature with its checklist, the other outcomes, comments, handing over, being away."""

from collections.abc import Iterable

from django import forms
from django.utils import timezone

from reviews import checklist, comments
from reviews.forms import ReviewerField, able
from reviews.models import MedicalReview
from reviews.proof import ProofForm

MOST_PARTS = 200  # to choose from, of a text with thousands


class SignForm(ProofForm):
    """The signature: what was checked, what it means, the signer's interests, the password again, and a code."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    conflicts = forms.CharField(
        label="Conflicts of interest",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        help_text="Anything that could look like an interest in what this page says. If there is none, write “None”.",
        error_messages={"required": "State your conflicts of interest, or write “None”."},
    )
    statement = forms.BooleanField(error_messages={"required": "Tick this to say what your signature means."})
    field_order = ("digest", "conflicts", "statement")

    def __init__(self, *args, request, review: MedicalReview, **kwargs):
        super().__init__(*args, request=request, auto_id="sign-%s", **kwargs)
        self.fields["statement"].label = review.meaning
        self.items = checklist.asked(review.revision.read())
        for item in self.items:
            told = {"required": f"{item.title}: tick this once you have checked it, or send the page back."}
            self.fields[f"check_{item.name}"] = forms.BooleanField(
                label=item.said, help_text=item.title, error_messages=told
            )

    @property
    def checks(self) -> list[tuple]:
        return [(item, self[f"check_{item.name}"]) for item in self.items]

    @property
    def ticked(self) -> dict[str, bool]:
        return {item.name: self.cleaned_data[f"check_{item.name}"] for item in self.items}


class OutcomeForm(forms.Form):
    """A decision that is no signature, with its reason."""

    comment = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=5000)
    words: dict[str, str] = {}

    def __init__(self, *args, review: MedicalReview, **kwargs):
        super().__init__(*args, auto_id=f"{type(self).__name__.lower()}-%s", **kwargs)
        field = self.fields["comment"]
        field.label, field.help_text = self.words["label"], self.words["help"]
        field.error_messages["required"] = self.words["required"]


class SendBackForm(OutcomeForm):
    use_required_attribute = False  # it stands in one form with the signature, and must not hold that up
    words = {
        "label": "What must change",
        "help": "The editors read this. Say where, what is wrong, and what would put it right.",
        "required": "Say what must change, or pin a comment to a part, so that the editors can put it right.",
    }

    def __init__(self, *args, review: MedicalReview, **kwargs):
        super().__init__(*args, review=review, **kwargs)
        self.fields["comment"].required = not review.comments.exists()


class DeclineForm(OutcomeForm):
    words = {
        "label": "Why you cannot review it",
        "help": "For instance: not your field, or no time before it is due. The editors ask somebody else.",
        "required": "Say why, so that the editors ask the right person next.",
    }


class RecommendForm(OutcomeForm):
    words = {
        "label": "Why visitors should not read it",
        "help": "Managing editors see this at once, and decide. Until then the page stays as it is.",
        "required": "Say why: a managing editor decides by it.",
    }


class CommentForm(forms.Form):
    """A comment on one part of the page. It is sent with the form of the decision, which so keeps what it holds."""

    use_required_attribute = False
    part = forms.ChoiceField(label="Part of the page", error_messages={"required": "Choose the part you mean."})
    text = forms.CharField(
        label="Your comment",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        error_messages={"required": "Write your comment."},
    )

    def __init__(self, *args, review: MedicalReview, **kwargs):
        super().__init__(*args, auto_id="comment-%s", **kwargs)
        for field in self.fields.values():
            field.widget.attrs["form"] = "decision"
        named = comments.parts(review.revision.read())
        self.fields["part"].choices = [("", "Choose a part"), *named.items()]

    def offer(self, keys: Iterable[str]) -> None:
        """Of very many parts name the first, those that are gone through now, and the one that was chosen."""
        choices = self.fields["part"].choices
        wanted = {self["part"].value(), *keys, *(key for key, _ in choices[:MOST_PARTS])}
        self.fields["part"].widget.choices = [choice for choice in choices if choice[0] in wanted]


class HandOverForm(forms.Form):
    to = ReviewerField(
        label="Give it to",
        empty_label="Choose a reviewer",
        help_text="Who can sign this page now.",
        error_messages={"required": "Choose who takes it over."},
    )
    word = forms.CharField(
        label="A word to them", widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, required=False
    )

    def __init__(self, *args, review: MedicalReview, user, **kwargs):
        super().__init__(*args, auto_id="hand-%s", **kwargs)
        self.fields["to"].offer(able(review.article).exclude(user=user))


class AbsenceForm(forms.Form):
    first_day = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="away-%s", **kwargs)
        self.fields["first_day"].initial = timezone.localdate().isoformat
