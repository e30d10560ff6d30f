"""Forms of the editors' dealings with reviewers; those of the desk are in ``desk_forms``."""

from django import forms
from django.utils import timezone

from articles.models import Publication
from reviews.eligibility import fit_to_sign, with_own_words
from reviews.models import Absence, MedicalReview, Reviewer


class ReviewerField(forms.ModelChoiceField):
    """Reviewers by name, with the days on which they are away."""

    def __init__(self, *args, **kwargs):
        super().__init__(Reviewer.objects.none(), *args, **kwargs)
        self.away = {}

    def offer(self, reviewers) -> None:
        self.queryset, today = reviewers, timezone.localdate()
        absences = Absence.objects.filter(reviewer__in=reviewers).not_over(today).order_by("-first_day")
        self.away = {absence.reviewer_id: _told(absence, today) for absence in absences}

    def label_from_instance(self, reviewer):
        return f"{reviewer} ({self.away[reviewer.pk]})" if reviewer.pk in self.away else str(reviewer)


def _told(absence: Absence, today) -> str:
    if absence.first_day <= today:
        return f"away until {absence.last_day:%-d %B}"
    return f"away from {absence.first_day:%-d %B} to {absence.last_day:%-d %B}"


class AskForm(forms.Form):
    """An editor asks for a review."""

    trigger = forms.ChoiceField(label="Kind of review", widget=forms.RadioSelect)
    reviewer = ReviewerField(required=False, empty_label="Any reviewer", help_text="Who can sign this page now.")
    note = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=5000,
        label="Note to the reviewer",
        help_text="What changed and why, in a sentence or two.",
    )
    correction = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=500,
        label="Correction for visitors",
        help_text="Only where visitors read something that was wrong: what it said, and what is right. "
        "It is printed on the page with the date of the signature, and stays there.",
    )
    override = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        label="Why ask all the same",
        help_text="The reviewer reads this beside what the checks found, and the ledger keeps it.",
        error_messages={"required": "Say why the review is asked for although the checks block it."},
    )

    def __init__(self, *args, page, triggers, can_correct: bool, must_override: bool, **kwargs):
        super().__init__(*args, **kwargs)
        labels = dict(MedicalReview.Trigger.choices)
        self.fields["trigger"].choices = [(name, labels[name]) for name in triggers]
        self.fields["trigger"].initial = triggers[0]
        self.fields["reviewer"].offer(able(page))
        for name, wanted in (("correction", can_correct), ("override", must_override)):
            if not wanted:
                del self.fields[name]


def able(page):
    """Reviewers who could sign a page today: verified, licensed, and with no words of their own in it."""
    return fit_to_sign().exclude(user__in=with_own_words(page))


class AnswerForm(forms.Form):
    """An editor's answer to a comment that a reviewer pinned."""

    answer = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        label="Your answer",
        help_text="What you changed, or why it stays.",
        error_messages={"required": "Write an answer."},
    )

    def __init__(self, *args, comment, **kwargs):
        super().__init__(*args, auto_id=f"answer-{comment.pk}-%s", **kwargs)
        self.comment = comment


class WithdrawForm(forms.Form):
    reason = forms.ChoiceField(
        label="What visitors are told",
        choices=Publication.Reason.choices,
        widget=forms.RadioSelect,
        help_text="The page answers with this sentence from now on.",
    )
