"""Forms of the editors' dealings with reviewers; those of the desk are in ``desk_forms``."""

from django import forms
from django.utils.translation import gettext_lazy as _

from articles.admin.slugs import SlugFromNameMixin
from articles.form_fields import LineFormField, PlainTextFormField
from articles.models import PublicationEvent
from reviews.models import MedicalReview
from reviews.signing.reviewer_field import ReviewerField, get_eligible_reviewers


class ReviewerForm(SlugFromNameMixin, forms.ModelForm):
    """A reviewer's name and credentials."""


class RequestReviewForm(forms.Form):
    """An editor asks for a review."""

    trigger = forms.ChoiceField(label=_("Kind of review"), widget=forms.RadioSelect)
    reviewer = ReviewerField(
        required=False,
        empty_label=_("Any reviewer"),
        help_text=_("Only people who can sign this page are listed."),
    )
    note = PlainTextFormField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=5000,
        label=_("Note to the reviewer"),
        help_text=_("What changed and why, in a sentence or two."),
    )
    correction = LineFormField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=500,
        label=_("Correction for visitors"),
        help_text="Only where visitors read something that was wrong: "
        "what it said, and what is right. "
        "It is shown on the page with the date of the signature, and stays there.",
    )
    override = PlainTextFormField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        label=_("Override reason"),
        help_text="The reviewer reads this beside what the checks found, and the ledger keeps it.",
        error_messages={"required": _("Give the reason for a review although checks block it.")},
    )

    def __init__(
        self,
        *args,
        page,
        triggers,
        can_correct: bool,
        may_override: bool,
        is_unchanged: bool = False,
        **kwargs,
    ):
        """``may_override``: whether a check blocks it and this editor may override that.
        ``is_unchanged``: whether an annual review needs no reason all the same.
        """
        super().__init__(*args, **kwargs)
        labels = dict(MedicalReview.Trigger.choices)
        trigger, reviewer = self.fields["trigger"], self.fields["reviewer"]
        assert isinstance(trigger, forms.ChoiceField)
        assert isinstance(reviewer, ReviewerField)
        trigger.choices = [(name, labels[name]) for name in triggers]
        trigger.initial = triggers[0]
        reviewer.set_choices(get_eligible_reviewers(page))
        if not can_correct:
            del self.fields["correction"]
        if not may_override:
            del self.fields["override"]
        elif is_unchanged:
            self.fields["override"].required = False
            self.fields["override"].help_text = _(
                "An annual review needs none: the text is unchanged. Any other kind of review does."
            )


class AnswerForm(forms.Form):
    """An editor's answer to a comment that a reviewer pinned."""

    answer = PlainTextFormField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        label=_("Your answer"),
        help_text="What you changed, or why it stays.",
        error_messages={"required": "Write an answer."},
    )

    def __init__(self, *args, comment, **kwargs):
        super().__init__(*args, auto_id=f"answer-{comment.pk}-%s", **kwargs)
        self.comment = comment


class WithdrawForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason shown to visitors"),
        choices=PublicationEvent.Reason.choices,
        widget=forms.RadioSelect,
        help_text=_("Visitors see this sentence in place of the page."),
    )
