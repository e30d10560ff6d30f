"""Filters of pages by state and due date, for lists in the admin and for its dashboard."""

import datetime as dt
from collections.abc import Callable

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.models import MedicalReview, ReviewSchedule

DUE_WITHIN_DAYS = (30, 60, 90)


def filter_drafts(pages):
    """Never published or changed since it was signed, without an open review."""
    return pages.unsigned().exclude(pk__in=_get_waiting_pages())


def filter_sent_back(pages):
    """The newest review was sent back."""
    return pages.filter(pk__in=MedicalReview.objects.sent_back().values("article"))


def filter_waiting(pages):
    """A review is open."""
    return pages.filter(pk__in=_get_waiting_pages())


def _get_waiting_pages():
    return MedicalReview.objects.waiting().values("article")


def filter_recorded(pages):
    """Public and not signed here yet, with a review recorded from an earlier system."""
    return pages.filter(pk__in=ReviewSchedule.objects.recorded().values("article"))


def filter_as_signed(pages):
    """Public, signed here and not changed since."""
    return pages.as_signed().exclude(pk__in=ReviewSchedule.objects.recorded().values("article"))


def filter_unpublished(pages):
    return pages.unpublished()


def filter_changed(pages):
    return pages.changed()


def filter_withdrawn(pages):
    return pages.withdrawn()


STATES: dict[str, tuple[str | Promise, Callable]] = {
    "drafts": (_("Draft"), filter_drafts),
    "unpublished": (_("Never published"), filter_unpublished),
    "sent-back": (_("Changes requested"), filter_sent_back),
    "waiting": (_("In review"), filter_waiting),
    "live": (_("Live as signed"), filter_as_signed),
    "recorded": (_("Live, imported review"), filter_recorded),
    "changed": (_("Live, with unsigned changes"), filter_changed),
    "withdrawn": (_("Withdrawn"), filter_withdrawn),
}


def filter_overdue(pages, today: dt.date):
    """Past the due date."""
    return pages.filter(pk__in=ReviewSchedule.objects.overdue(today).values("article"))


def make_due_filter(days: int) -> Callable:
    """A filter for pages that are due in so many days, and not overdue."""

    def filter_due(pages, today: dt.date):
        due = ReviewSchedule.objects.due_within(days, today)
        return pages.filter(pk__in=due.values("article"))

    return filter_due


def filter_due_later(pages, today: dt.date):
    """Due after the last of the periods."""
    later = ReviewSchedule.objects.filter(
        next_due__gt=today + dt.timedelta(days=DUE_WITHIN_DAYS[-1])
    )
    return pages.filter(pk__in=later.values("article"))


def filter_never_signed(pages, today: dt.date):
    return pages.unpublished()


DUE_PERIODS: dict[str, tuple[str | Promise, Callable]] = {
    "overdue": (_("Overdue"), filter_overdue),
    **{str(days): (f"In {days} days", make_due_filter(days)) for days in DUE_WITHIN_DAYS},
    "later": (f"After {DUE_WITHIN_DAYS[-1]} days", filter_due_later),
    "never": (_("Never signed"), filter_never_signed),
}


def filter_written_by(pages, user):
    return pages.filter(writer=user)


def filter_involving(pages, user):
    """Pages that a user writes, or whose newest review they requested."""
    asked = MedicalReview.objects.newest_per_page().filter(requested_by=user)
    return pages.filter(Q(writer=user) | Q(pk__in=asked.values("article")))


INVOLVEMENTS: dict[str, tuple[str | Promise, Callable]] = {
    "mine": (_("Written by me"), filter_written_by),
    "concern-me": (_("Written or requested by me"), filter_involving),
}


def filter_corrected(pages):
    """Public pages with a correction that was signed."""
    signed = MedicalReview.objects.filter(outcome=MedicalReview.Outcome.APPROVED)
    corrected = signed.exclude(correction="")
    return pages.public().filter(pk__in=corrected.values("article"))
