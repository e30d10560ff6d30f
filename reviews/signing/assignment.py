"""Who does a review: assigning it, handing it over, and the absences of reviewers."""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.audit import recording
from articles.publishing.actions import ActionRefused
from reviews.models import Absence, HandOver, MedicalReview, Reviewer
from reviews.signing.eligibility import get_deciding_error, is_barred
from reviews.signing.second_reading import was_read_by
from reviews.signing.validation import (
    lock_open_review,
    reload_user,
    validate_printable,
    validate_text,
)

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
def take(review: MedicalReview, *, by: User) -> HandOver | None:
    """Take a review that is open to any reviewer. Of two at once one gets it.

    None where it is theirs already. Raises CannotAssign, with who has it now.
    """
    review = lock_open_review(review, CannotAssign)
    reviewer = _get_deciding_reviewer(review, by)
    if review.reviewer_id == reviewer.pk:
        return None
    _set_reviewer(review, reviewer)
    return _record_hand_over(review, by=by, to=reviewer)


@transaction.atomic
def give_back(review: MedicalReview, *, by: User, word: str) -> HandOver:
    """Leave a review of one's own to any reviewer again, with a word why. Raises CannotAssign."""
    review = lock_open_review(review, CannotAssign)
    reviewer = _get_reviewer(by)
    if review.reviewer_id != reviewer.pk:
        raise CannotAssign(f"This review is not yours. {describe_holder(review)}")
    validate_text(
        word, "Say in a word why you give it back: the next reviewer reads it.", CannotAssign
    )
    review.reviewer = None
    review.save(update_fields=["reviewer"])
    return _record_hand_over(review, by=by, to=None, word=word)


@transaction.atomic
def hand_over(review: MedicalReview, *, to: Reviewer, by: User, word: str = "") -> HandOver:
    """Hand an open review over to another reviewer who can sign it. Raises CannotAssign.

    It must be the reviewer's own, or nobody's.
    """
    review = lock_open_review(review, CannotAssign)
    giver = _get_deciding_reviewer(review, by)
    if to.pk == giver.pk:
        raise CannotAssign("Choose somebody other than yourself.")
    validate_printable(word, CannotAssign)
    _set_reviewer(review, to)
    return _record_hand_over(review, by=by, to=to, word=word)


@transaction.atomic
def reassign(
    review: MedicalReview, *, to: Reviewer | None, by: User, word: str = ""
) -> HandOver | None:
    """Give an open review to a reviewer, or to any, as a managing editor. Raises CannotAssign.

    None where that reviewer has it already. Who had it is refused when they decide it.
    """
    review = lock_open_review(review, CannotAssign)
    if not reload_user(by).has_perm("reviews.reassign_review"):
        raise CannotAssign("Only managing editors can reassign a review.")
    validate_printable(word, CannotAssign)
    if review.reviewer_id == (to.pk if to else None):
        return None
    if to:
        _set_reviewer(review, to)
    else:
        review.reviewer = None
        review.save(update_fields=["reviewer"])
    return _record_hand_over(review, by=by, to=to, word=word)


def describe_holder(review: MedicalReview) -> str:
    """Who has an open review, and since when if it changed hands."""
    if review.reviewer is None:
        return "It is open to any reviewer."
    newest = review.hand_overs.order_by("-id").first()
    if newest is None or newest.to_id != review.reviewer_id:
        return f"It is assigned to {review.reviewer}."
    since = timezone.localtime(newest.at)
    return f"{review.reviewer} has it, since {since:%-d %B %Y at %H:%M}."


def _get_reviewer(by: User) -> Reviewer:
    """The reviewer of an account that may use the desk now. Raises CannotAssign."""
    by = reload_user(by)
    reviewer = Reviewer.objects.filter(user=by).first()
    if reviewer is None or not by.is_active or not by.has_perm("reviews.sign_review"):
        raise CannotAssign("Only reviewers can do this.")
    return reviewer


def _get_deciding_reviewer(review: MedicalReview, by: User) -> Reviewer:
    """The reviewer of an account who can decide a review now. Raises CannotAssign."""
    reviewer = _get_reviewer(by)
    if review.reviewer_id not in (None, reviewer.pk):
        raise CannotAssign(
            f"{describe_holder(review)} Only they or a managing editor can reassign it."
        )
    if error := get_deciding_error(review, reload_user(by)):
        raise CannotAssign(error)
    return reviewer


def _record_hand_over(
    review: MedicalReview, *, by: User, to: Reviewer | None, word: str = ""
) -> HandOver:
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
