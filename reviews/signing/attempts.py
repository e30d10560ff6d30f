"""Failed attempts to sign: kept in the database, so that none is forgotten before a mail goes."""

import datetime as dt

from django.contrib.auth.models import User
from django.utils import timezone

from reviews.models import FailedAttempt

RETENTION_DAYS = 90


def record_attempt(user: User, secret: str) -> None:
    """Record a wrong password or code in somebody's name: who and when, and nothing else."""
    FailedAttempt.objects.create(user=user, at=timezone.now(), secret=secret)


def purge_attempts() -> int:
    """Delete the attempts that are too old. How many were deleted."""
    last = timezone.now() - dt.timedelta(days=RETENTION_DAYS)
    deleted, _by_model = FailedAttempt.objects.filter(at__lt=last).delete()
    return deleted
