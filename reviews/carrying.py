"""Who carries a review: giving it, handing it over, and being away."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from articles.actions import Refused
from reviews.eligibility import has_own_words
from reviews.held import as_of_now, refuse_unprintable, still_open
from reviews.models import Absence, HandOver, MedicalReview, Reviewer

LONGEST_ABSENCE = 400  # days: longer is a slip of the keys


class CannotAssign(Refused):
    pass


class CannotBeAway(Refused):
    pass


@transaction.atomic
def assign(review: MedicalReview, *, reviewer: Reviewer, by) -> MedicalReview:
    """Give an open review to a reviewer who can sign it."""
    review = still_open(review, CannotAssign)
    if not by.has_perm("reviews.request_review") and by.pk != reviewer.user_id:
        raise CannotAssign("Only editors can give a review to somebody else.")
    if review.reviewer_id not in (None, reviewer.pk) and not by.has_perm("reviews.request_review"):
        raise CannotAssign(f"This review was given to {review.reviewer}. Only editors can give it to somebody else.")
    return _given(review, reviewer)


@transaction.atomic
def hand_over(review: MedicalReview, *, to: Reviewer, by, word: str = "") -> HandOver:
    """Give an open review that is one's own, or anybody's, to another reviewer who can sign it."""
    review, by = still_open(review, CannotAssign), as_of_now(by)
    giver = Reviewer.objects.filter(user=by).first()
    if giver is None or not by.is_active or not by.has_perm("reviews.sign_review"):
        raise CannotAssign("Only reviewers can hand a review over.")
    if review.reviewer_id not in (None, giver.pk):
        raise CannotAssign(f"This review was given to {review.reviewer}, and only they can hand it over.")
    if to.pk == giver.pk:
        raise CannotAssign("Choose somebody else than yourself.")
    refuse_unprintable(word, CannotAssign)
    _given(review, to)
    return HandOver.objects.create(review=review, by=by, to=to, at=timezone.now(), word=word.strip())


def _given(review: MedicalReview, reviewer: Reviewer) -> MedicalReview:
    """The review in the hands of a reviewer who can sign it."""
    if why_not := reviewer.why_not(timezone.localdate()):
        raise CannotAssign(f"{reviewer} cannot sign now. {why_not}")
    if has_own_words(review.article, reviewer.user):
        raise CannotAssign(f"{reviewer} wrote some of this page and cannot sign it. Choose somebody else.")
    review.reviewer = reviewer
    review.save(update_fields=["reviewer"])
    return review


def go_away(reviewer: Reviewer, *, first_day: dt.date, last_day: dt.date) -> Absence:
    """Tell the editors that a reviewer does not review on some days."""
    if last_day < first_day:
        raise CannotBeAway("The last day comes before the first.")
    if last_day < timezone.localdate():
        raise CannotBeAway("These days are over.")
    if (last_day - first_day).days > LONGEST_ABSENCE:
        raise CannotBeAway("These days are more than a year. For longer, ask a managing editor to close your account.")
    return Absence.objects.create(reviewer=reviewer, first_day=first_day, last_day=last_day)


def come_back(absence: Absence) -> None:
    """Take an absence back: all of it where it has not begun, else what is left of it."""
    today = timezone.localdate()
    if absence.first_day < today <= absence.last_day:
        absence.last_day = today - dt.timedelta(days=1)
        absence.save(update_fields=["last_day"])
    elif absence.first_day >= today:
        absence.delete()
