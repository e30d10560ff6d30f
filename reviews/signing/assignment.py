"""Who does a review: assigning it, handing it over, and the absences of reviewers."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.audit import recording
from articles.db.bulk_insert import insert_few_or_many
from articles.publishing.actions import ActionRefused
from reviews.models import Absence, HandOver, MedicalReview, Reviewer
from reviews.signing import eligibility
from reviews.signing.eligibility import get_deciding_error
from reviews.signing.second_reading import was_read_by
from reviews.signing.validation import (
    describe_decision,
    lock_open_review,
    lock_reviews,
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


@dataclass
class ReassignResult:
    """What was reassigned, which reviews their reviewer had already, and the others with why."""

    hand_overs: list[HandOver] = field(default_factory=list)
    kept: list[MedicalReview] = field(default_factory=list)
    refusals: list[tuple[MedicalReview, ActionRefused]] = field(default_factory=list)


def reassign(
    review: MedicalReview, *, to: Reviewer | None, by: User, word: str = ""
) -> HandOver | None:
    """Do ``reassign_all`` with one review. Raises CannotAssign.

    None where that reviewer has it already.
    """
    result = reassign_all([review.pk], to=to, by=by, word=word)
    for _, refusal in result.refusals:
        raise refusal
    return result.hand_overs[0] if result.hand_overs else None


@transaction.atomic
def reassign_all(
    review_ids: Collection[int], *, to: Reviewer | None, by: User, word: str = ""
) -> ReassignResult:
    """Give open reviews to a reviewer, or to any, as a managing editor, in fixed queries.

    Who had one is refused when they decide it. Raises CannotAssign where nothing can be done.
    """
    if not reload_user(by).has_perm("reviews.reassign_review"):
        raise CannotAssign("Only managing editors can reassign a review.")
    validate_printable(word, CannotAssign)
    reviews = lock_reviews(review_ids)
    find_error = _build_assigning_check(to, [review.article_id for review in reviews])
    result, changed, now = ReassignResult(), [], timezone.now()
    for review in reviews:
        if error := describe_decision(review):
            result.refusals.append((review, CannotAssign(error)))
        elif review.reviewer_id == (to.pk if to else None):
            result.kept.append(review)
        elif error := find_error(review):
            result.refusals.append((review, CannotAssign(error)))
        else:
            changed.append(review)
    keys = [review.pk for review in changed]
    MedicalReview.objects.filter(pk__in=keys).update(reviewer=to)
    rows = [HandOver(review=one, by=by, to=to, at=now, word=word.strip()) for one in changed]
    insert_few_or_many(HandOver, rows)
    result.hand_overs = list(HandOver.objects.filter(review__in=keys, at=now))
    recording.record_changes({"review": changed, "hand-over": result.hand_overs}, by=by)
    return result


def _build_assigning_check(
    to: Reviewer | None, page_ids: Collection[int]
) -> Callable[[MedicalReview], str]:
    """What says why a reviewer cannot sign a review of some pages; empty where they can."""
    if to is None:
        return lambda review: ""
    signing_error = to.get_signing_error(timezone.localdate())
    barred_users = eligibility.get_barred_users_by_page(page_ids)

    def find_error(review: MedicalReview) -> str:
        if signing_error:
            return f"{to} cannot sign now. {signing_error}"
        if was_read_by(review, to.user):
            return f"{to} read this text first, so a second reader must be somebody else."
        if to.user_id in barred_users.get(review.article_id, ()):
            return f"{to} wrote some of this page and cannot sign it. Choose somebody else."
        return ""

    return find_error


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
    if error := _build_assigning_check(reviewer, [review.article_id])(review):
        raise CannotAssign(error)
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
