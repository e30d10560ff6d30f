"""Who does a review: assigning it, handing it over, and the absences of reviewers."""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.audit import recording
from articles.publishing.actions import ActionRefused
from reviews.models import Absence, HandOver, MedicalReview, Reviewer
from reviews.signing.eligibility import is_barred
from reviews.signing.second_reading import was_read_by
from reviews.signing.validation import lock_open_review, reload_user, validate_printable

MAX_ABSENCE_DAYS = 400  # longer is a typing error


class CannotAssign(ActionRefused):
    """This review cannot be given to this reviewer by this person."""


class CannotRecordAbsence(ActionRefused):
    """These are not days on which a reviewer can be away."""


@transaction.atomic
def assign(
    review: MedicalReview, *, reviewer: Reviewer, by: User, records_event: bool = True
) -> MedicalReview:
    """Give an open review to a reviewer who can sign it. Raises CannotAssign.

    Without ``records_event``, the caller records the event.
    """
    review = lock_open_review(review, CannotAssign)
    if not by.has_perm("reviews.request_review") and by.pk != reviewer.user_id:
        raise CannotAssign("Only editors can reassign a review.")
    if review.reviewer_id not in (None, reviewer.pk) and not by.has_perm("reviews.request_review"):
        raise CannotAssign(
            f"This review is assigned to {review.reviewer}. Only editors can reassign it."
        )
    review = _set_reviewer(review, reviewer)
    if records_event:
        recording.record("review", [review], by=by)
    return review


@transaction.atomic
def hand_over(review: MedicalReview, *, to: Reviewer, by: User, word: str = "") -> HandOver:
    """Hand an open review over to another reviewer who can sign it. Raises CannotAssign.

    It must be the reviewer's own, or nobody's.
    """
    review = lock_open_review(review, CannotAssign)
    by = reload_user(by)
    giver = Reviewer.objects.filter(user=by).first()
    if giver is None or not by.is_active or not by.has_perm("reviews.sign_review"):
        raise CannotAssign("Only reviewers can reassign a review.")
    if review.reviewer_id not in (None, giver.pk):
        raise CannotAssign(
            f"This review is assigned to {review.reviewer}, and only they can reassign it."
        )
    if to.pk == giver.pk:
        raise CannotAssign("Choose somebody other than yourself.")
    validate_printable(word, CannotAssign)
    _set_reviewer(review, to)
    hand_over = HandOver.objects.create(
        review=review, by=by, to=to, at=timezone.now(), word=word.strip()
    )
    recording.record("review", [review], by=by)
    recording.record("hand-over", [hand_over], by=by)
    return hand_over


def _set_reviewer(review: MedicalReview, reviewer: Reviewer) -> MedicalReview:
    """Give a review to a reviewer. Raises CannotAssign if they cannot sign it."""
    if error := reviewer.get_signing_error(timezone.localdate()):
        raise CannotAssign(f"{reviewer} cannot sign now. {error}")
    if was_read_by(review, reviewer.user):
        raise CannotAssign(
            f"{reviewer} read this text first, so a second reader must be somebody else."
        )
    if is_barred(review.article, reviewer.user):
        raise CannotAssign(
            f"{reviewer} wrote some of this page and cannot sign it. Choose somebody else."
        )
    review.reviewer = reviewer
    review.save(update_fields=["reviewer"])
    return review


def record_absence(reviewer: Reviewer, *, first_day: dt.date, last_day: dt.date) -> Absence:
    """Record that a reviewer does not review on some days. Raises CannotRecordAbsence."""
    if last_day < first_day:
        raise CannotRecordAbsence("The last day is before the first.")
    if last_day < timezone.localdate():
        raise CannotRecordAbsence("These days are over.")
    if (last_day - first_day).days > MAX_ABSENCE_DAYS:
        raise CannotRecordAbsence(
            "These days are more than a year. "
            "For longer, ask a managing editor to close your account."
        )
    return Absence.objects.create(reviewer=reviewer, first_day=first_day, last_day=last_day)


def end_absence(absence: Absence) -> None:
    """End an absence: delete it where it has not begun, else let yesterday be its last day."""
    today = timezone.localdate()
    if absence.first_day < today <= absence.last_day:
        absence.last_day = today - dt.timedelta(days=1)
        absence.save(update_fields=["last_day"])
    elif absence.first_day >= today:
        absence.delete()
