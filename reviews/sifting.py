"""The states of pages and their due dates: what lists are sifted by, and what the admin's home counts."""

import datetime as dt
from collections.abc import Callable

from django.db.models import Q

from reviews.models import MedicalReview, Standing

SOON = (30, 60, 90)


def drafts(pages):
    """Being written: never published, or changed since it was signed, and nobody was asked to read it yet."""
    return pages.unsigned().exclude(pk__in=_waiting())


def sent_back(pages):
    """Their newest review was sent back."""
    return pages.filter(pk__in=MedicalReview.objects.sent_back().values("article"))


def waiting(pages):
    return pages.filter(pk__in=_waiting())


def _waiting():
    return MedicalReview.objects.waiting().values("article")


def recorded(pages):
    """Public, and not signed here yet: their reviews were recorded from an earlier system."""
    return pages.filter(pk__in=Standing.objects.recorded().values("article"))


def as_signed(pages):
    return pages.as_signed().exclude(pk__in=Standing.objects.recorded().values("article"))


STATES: dict[str, tuple[str, Callable]] = {
    "drafts": ("Being written", drafts),
    "unpublished": ("Never published", lambda pages: pages.unpublished()),
    "sent-back": ("Sent back", sent_back),
    "waiting": ("Waiting for a reviewer", waiting),
    "live": ("Live as signed", as_signed),
    "recorded": ("Live, recorded from a previous system", recorded),
    "changed": ("Live, changed since", lambda pages: pages.changed()),
    "withdrawn": ("Withdrawn", lambda pages: pages.withdrawn()),
}


def overdue(pages, today: dt.date):
    return pages.filter(pk__in=Standing.objects.overdue(today).values("article"))


def due_within(days: int) -> Callable:
    return lambda pages, today: pages.filter(pk__in=Standing.objects.due_within(days, today).values("article"))


def due_later(pages, today: dt.date):
    later = Standing.objects.filter(next_due__gt=today + dt.timedelta(days=SOON[-1]))
    return pages.filter(pk__in=later.values("article"))


DUE: dict[str, tuple[str, Callable]] = {
    "overdue": ("Overdue", overdue),
    **{str(days): (f"In {days} days", due_within(days)) for days in SOON},
    "later": (f"After {SOON[-1]} days", due_later),
    "never": ("Never signed", lambda pages, today: pages.unpublished()),
}


def written_by(pages, user):
    return pages.filter(writer=user)


def concerning(pages, user):
    """Pages that somebody writes, or whose newest review they asked for."""
    asked = MedicalReview.objects.newest().filter(requested_by=user)
    return pages.filter(Q(writer=user) | Q(pk__in=asked.values("article")))


WHOSE: dict[str, tuple[str, Callable]] = {
    "mine": ("Written by me", written_by),
    "concern-me": ("Written or asked for by me", concerning),
}


def corrected(pages):
    """Public pages with a correction that was signed."""
    signed = MedicalReview.objects.filter(outcome=MedicalReview.Outcome.APPROVED).exclude(correction="")
    return pages.public().filter(pk__in=signed.values("article"))
