"""The time between opening and signing, beside the time that it takes to read what was asked.

Nothing is measured in between: no scrolling, no activity. Both times are the server's.
"""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from reviews.models import MedicalReview, PrivateField, ReviewOpening
from reviews.signing.answers import GivenAnswers
from reviews.signing.checklist import Checklist

FIELD_NAME = "reading_time_hash"
RETENTION_MONTHS = 24
SHORT_SHARE = 3  # under a third of the reading time is short
# The answers to the question, as the private field has them.
ANSWERS = {"elsewhere": "Yes, I read it elsewhere", "faster": "I read it here, faster than that"}


def record_opening(review: MedicalReview, user: User) -> None:
    """Record that somebody opened an open review. Only the first time counts."""
    if review.decided_at is None:
        row = ReviewOpening(review=review, user=user, at=timezone.now())
        ReviewOpening.objects.bulk_create([row], ignore_conflicts=True)


def get_opened_at(review: MedicalReview, user: User) -> dt.datetime | None:
    """When somebody opened a review first; None if they have not."""
    openings = ReviewOpening.objects.filter(review=review, user=user)
    return openings.values_list("at", flat=True).first()


def forget_openings(review: MedicalReview) -> None:
    """Delete the openings of a review that is decided: the record of the decision has the time."""
    ReviewOpening.objects.filter(review=review).delete()


def find_short_time(checklist: Checklist, opened_at: dt.datetime | None, now: dt.datetime) -> str:
    """The question to ask of a signature so soon after opening; empty if there is none.

    It cannot be asked of somebody whose opening is not known.
    """
    if opened_at is None:
        return ""
    open_seconds = max(0, int((now - opened_at).total_seconds()))
    if open_seconds * SHORT_SHARE >= checklist.reading_seconds:
        return ""
    opened, needed = _format_seconds(open_seconds), _format_seconds(checklist.reading_seconds)
    return f"Open for {opened}; about {needed} to read."


def _format_seconds(seconds: int) -> str:
    """A time in seconds below two minutes, then in minutes, such as “11 seconds”."""
    count, unit = (seconds, "second") if seconds < 120 else (round(seconds / 60), "minute")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def describe_reading_time(
    review: MedicalReview,
    given: GivenAnswers,
    opened_at: dt.datetime | None,
    now: dt.datetime,
    read_elsewhere: str | None,
) -> str:
    """What the entry keeps in private of a short reading time; empty if nothing was asked."""
    if read_elsewhere not in ANSWERS or given.checklist is None:
        return ""
    question = find_short_time(given.checklist, opened_at, now)
    if not question:
        return ""
    return f"{question} {ANSWERS[read_elsewhere]}."


def get_own_answer(review: MedicalReview) -> str:
    """What the signer of a review answered, for them alone; empty if nothing, or erased."""
    fields = PrivateField.objects.filter(entry__review=review, name=FIELD_NAME)
    return fields.values_list("value", flat=True).first() or ""


def count_answers(since: dt.datetime) -> int:
    """How many signatures since then came so soon that it was asked, for managing editors."""
    return PrivateField.objects.filter(name=FIELD_NAME, entry__at__gte=since).count()


def get_expired_answers(now: dt.datetime) -> QuerySet[PrivateField]:
    """Answers that are kept no longer."""
    last_moment = now - relativedelta(months=RETENTION_MONTHS)
    return PrivateField.objects.filter(name=FIELD_NAME, entry__at__lt=last_moment)


def purge_answers(now: dt.datetime) -> int:
    """Erase the answers that are too old. Their salted hashes stay in the ledger."""
    count, _ = get_expired_answers(now).delete()
    return count
