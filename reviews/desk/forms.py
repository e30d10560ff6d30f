"""Forms of the desk: signing, the other decisions, comments, handing over, absences."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.form_fields import PlainTextFormField
from articles.lists import Label
from reviews.desk.signature_form import FirstFocusRadioSelect, SignatureForm
from reviews.models import MedicalReview
from reviews.signing import comments, reading_time
from reviews.signing.authentication import ConfirmPasswordForm, was_confirmed_recently
from reviews.signing.changes import build_checklist
from reviews.signing.checklist import CONFIRMED, NOT_MINE, Answer, ChecklistItem
from reviews.signing.reviewer_field import ReviewerField, get_eligible_reviewers
from reviews.signing.second_reading import EarlierAnswer, load_earlier_readings

MAX_PART_CHOICES = 200  # for texts with thousands of parts
ANSWER_CHOICES = ((CONFIRMED, _("I confirm this")), (NOT_MINE, _("Not mine to judge")))
REASON: dict[str, Any] = {"widget": forms.Textarea(attrs={"rows": 4}), "max_length": 5000}


class SignForm(SignatureForm):
    """The signature: checklist, statement, conflicts of interest, password and code."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    statement = forms.BooleanField(
        error_messages={"required": "Check this box to say what your signature means."}
    )
    read_elsewhere = forms.ChoiceField(
        label=_("How you read it"),
        choices=tuple(reading_time.ANSWERS.items()),
        widget=FirstFocusRadioSelect,
        required=False,
    )
    name = "sign"
    html_form = "decision"

    def __init__(self, *args, request, review: MedicalReview, **kwargs):
        super().__init__(*args, request=request, auto_id="sign-%s", **kwargs)
        self.fields["statement"].label = review.meaning
        self.checklist = build_checklist(review)
        self.earlier = load_earlier_readings(review)
        self.opened_at = reading_time.get_opened_at(review, self.user)
        self.reading_question = ""
        for item in self.checklist.items:
            self.fields[f"check_{item.name}"] = forms.ChoiceField(
                label=item.title,
                help_text=item.statement,
                choices=ANSWER_CHOICES,
                widget=FirstFocusRadioSelect,
                error_messages={"required": f"{item.title}: choose an answer, or request changes."},
            )
        asked = ("conflicts_choice", "conflicts", "statement", "read_elsewhere", "password", "code")
        checks = [f"check_{item.name}" for item in self.checklist.items]
        self.order_fields(["digest", *checks, *asked])

    def clean_read_elsewhere(self) -> str:
        """Ask once, before a code is used up, if it was opened only just now."""
        self.reading_question = reading_time.find_short_time(
            self.checklist, self.opened_at, timezone.now()
        )
        answer = self.cleaned_data["read_elsewhere"]
        if self.reading_question and not answer:
            raise forms.ValidationError(_("Say how you read it, or go back to the page."))
        return answer

    @property
    def checks(self) -> list[tuple[ChecklistItem, forms.BoundField, list[EarlierAnswer]]]:
        """The lines of the checklist, each with its field and what others answered before."""
        checks = []
        for item in self.checklist.items:
            field = self[f"check_{item.name}"]
            checks.append((item, field, self.earlier.list_answers(item)))
        return checks

    @property
    def answers(self) -> dict[str, Answer]:
        """The answers by the names of the lines."""
        names = [item.name for item in self.checklist.items]
        return {name: self.cleaned_data[f"check_{name}"] for name in names}


class ReviewForm(forms.Form):
    """A form of the page of a review, which knows it by its ``name``.

    ``html_form`` is the HTML form in which its fields stand. Forms of one HTML form are sent
    together, and what is typed into them is saved together.
    """

    name: str
    html_form: str
    button: Label = ""

    def __init__(self, data=None, *, review: MedicalReview, request=None, **kwargs):
        self.use_required_attribute = self.html_form != "decision"
        super().__init__(data, auto_id=f"{self.name}-%s", **kwargs)


class DecisionForm(ConfirmPasswordForm, ReviewForm):
    """A decision other than a signature, which asks for a password that was given a while ago.

    ``authentication`` says which of the two it was, and ``button`` what is pressed to decide. A
    password that came with the form, such as that of the signature, counts.
    """

    def __init__(self, data=None, *, request, **kwargs):
        super().__init__(data, request=request, **kwargs)
        password = self.fields.pop("password")
        password.help_text = ""
        password.error_messages["required"] = _("Enter your password.")
        if data is not None and not was_confirmed_recently(request):
            self.fields["password"] = password
        else:
            self.authentication = "session"

    @property
    def lacks_password_alone(self) -> bool:
        """Whether all is right but the password, which was not given or is wrong."""
        return set(self.errors) == {"password"}

    @property
    def decision(self) -> dict[str, Any]:
        """What was decided, without the password."""
        return {name: self.cleaned_data[name] for name in self.cleaned_data if name != "password"}

    def clean(self) -> dict[str, Any]:
        super().clean()
        if "password" in self.fields and "password" not in self.errors:
            self.record_confirmation()
        return self.cleaned_data


class SendBackForm(DecisionForm):
    name = "send_back"
    html_form = "decision"
    button = _("Request changes")
    comment = PlainTextFormField(
        label=_("Changes needed"),
        help_text=_("The editors read this. Say where, what is wrong, and how to correct it."),
        error_messages={
            "required": _(
                "Say what must change, or comment on a part, so that the editors can correct it."
            )
        },
        **REASON,
    )

    def __init__(self, *args, review: MedicalReview, **kwargs):
        super().__init__(*args, review=review, **kwargs)
        self.fields["comment"].required = not review.comments.exists()


class DeclineForm(DecisionForm):
    name = html_form = "decline"
    button = _("Decline")
    comment = PlainTextFormField(
        label=_("Reason for declining"),
        help_text=_(
            "For instance: not your field, or no time before it is due. "
            "The editors choose somebody else."
        ),
        error_messages={
            "required": _("Say why, so that the editors choose the right person next.")
        },
        **REASON,
    )


class RecommendForm(DecisionForm):
    name = html_form = "recommend"
    button = _("Recommend withdrawal")
    comment = PlainTextFormField(
        label=_("Reason for withdrawal"),
        help_text=_(
            "Managing editors see this at once, and decide. Until then the page stays as it is."
        ),
        error_messages={"required": _("Give the reason: a managing editor decides by it.")},
        **REASON,
    )


class CommentForm(ReviewForm):
    """A comment on one part of the page. It is sent with the fields of the decision form."""

    name = "comment"
    html_form = "decision"
    part = forms.ChoiceField(
        label=_("Part of the page"), error_messages={"required": "Choose the part you mean."}
    )
    text = PlainTextFormField(
        label=_("Your comment"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        error_messages={"required": "Write your comment."},
    )

    def __init__(self, *args, review: MedicalReview, **kwargs):
        super().__init__(*args, review=review, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["form"] = "decision"
        labels = comments.get_parts(review.revision.read())
        self.parts = [("", "Choose a part"), *labels.items()]
        part = self.fields["part"]
        assert isinstance(part, forms.ChoiceField)
        part.choices = self.parts

    def set_choices(self, keys: Iterable[str]) -> None:
        """Offer the first parts, those with these keys, and the one that was chosen."""
        wanted = {self["part"].value(), *keys}
        choices = []
        for position, (key, label) in enumerate(self.parts):
            if position < MAX_PART_CHOICES or key in wanted:
                choices.append((key, label))
        self.fields["part"].widget.choices = choices


class HandOverForm(DecisionForm):
    name = html_form = "hand_over"
    button = _("Reassign")
    to = ReviewerField(
        label=_("Reassign to"),
        empty_label=_("Choose a reviewer"),
        help_text=_("Only people who can sign this page are listed."),
        error_messages={"required": "Choose the new reviewer."},
    )
    word = PlainTextFormField(
        label=_("Message"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
    )

    def __init__(self, *args, request, review: MedicalReview, **kwargs):
        super().__init__(*args, request=request, review=review, **kwargs)
        eligible = get_eligible_reviewers(review.article)
        to = self.fields["to"]
        assert isinstance(to, ReviewerField)
        to.set_choices(eligible.exclude(user=request.user))


FORMS = (SignForm, SendBackForm, DeclineForm, RecommendForm, CommentForm, HandOverForm)


class AbsenceForm(forms.Form):
    first_day = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="away-%s", **kwargs)
        self.fields["first_day"].initial = timezone.localdate().isoformat
