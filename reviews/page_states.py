"""The states of pages by name, with label and filter, for lists, radar, dashboard and exports.

The filters are over ``ListedPage``.
"""

import datetime as dt
from collections.abc import Callable, Iterable

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.lists import Label
from articles.models import SafetyAlert
from reviews.models import ListedPage, MedicalReview, PlannedReview
from reviews.models.listed_page import NO_DATE, is_past_grace

DUE_WITHIN_DAYS = (30, 60, 90)
State = ListedPage.State


def get_pages(rows):
    """The keys of the pages of some rows, as a part of another query."""
    return rows.order_by().values("article")


def filter_drafts(rows):
    """Never published or changed since it was signed, without an open review."""
    unsigned = rows.filter(state__in=(State.UNPUBLISHED, State.CHANGED))
    return unsigned.exclude(pk__in=_get_waiting_pages())


def filter_sent_back(rows):
    """The newest review was sent back."""
    return rows.filter(pk__in=get_pages(MedicalReview.objects.sent_back()))


def filter_declined(rows):
    """The newest review was declined."""
    return rows.filter(pk__in=get_pages(MedicalReview.objects.declined()))


def filter_unfit(rows):
    """Public, and a reviewer recommends to withdraw it."""
    return rows.filter(pk__in=get_pages(MedicalReview.objects.unfit()))


def filter_unassigned(rows):
    """A review is open to any reviewer."""
    return rows.filter(pk__in=get_pages(MedicalReview.objects.unassigned()))


def filter_planned(rows):
    """A review is planned and not opened yet."""
    return rows.filter(pk__in=get_pages(PlannedReview.objects.pending()))


def filter_waiting(rows):
    """A review is open. It filters pages as well."""
    return rows.filter(pk__in=_get_waiting_pages())


def _get_waiting_pages():
    return get_pages(MedicalReview.objects.waiting())


def filter_recorded(rows):
    """Public and not signed here yet, with a review recorded from an earlier system."""
    return rows.filter(recorded=True)


def filter_as_signed(rows):
    """Public, signed here and not changed since."""
    return rows.filter(state=State.LIVE, recorded=False)


def filter_unpublished(rows):
    return rows.filter(state=State.UNPUBLISHED)


def filter_changed(rows):
    return rows.filter(state=State.CHANGED)


def filter_withdrawn(rows):
    return rows.filter(state=State.WITHDRAWN)


def filter_alerts(rows):
    """Public, with a safety alert."""
    return rows.filter(pk__in=get_pages(SafetyAlert.objects.all()))


def filter_overdue(rows):
    """Past the due date."""
    return rows.filter(due__lt=timezone.localdate())


def filter_past_grace(rows):
    return rows.filter(is_past_grace(timezone.localdate()))


def count_by_due_date(rows) -> dict[str, int]:
    """How many of the pages are in each state that goes by their due date, in one query."""
    today = timezone.localdate()
    conditions = {"overdue": Q(due__lt=today), "grace": is_past_grace(today)}
    for days in DUE_WITHIN_DAYS:
        last_day = today + dt.timedelta(days=days)
        conditions[str(days)] = Q(due__gte=today, due__lte=last_day)
    soon = rows.filter(due__lte=today + dt.timedelta(days=DUE_WITHIN_DAYS[-1]))
    counts = {f"in_{name}": Count("pk", filter=one) for name, one in conditions.items()}
    found = soon.order_by().aggregate(**counts)
    return {name: found[f"in_{name}"] for name in conditions}


def _make_due_filter(days: int) -> Callable:
    """A filter for pages that are due in so many days, and not overdue."""

    def filter_due(rows):
        today = timezone.localdate()
        return rows.filter(due__gte=today, due__lte=today + dt.timedelta(days=days))

    return filter_due


def filter_due_later(rows):
    """Due after the last of the periods."""
    last_day = timezone.localdate() + dt.timedelta(days=DUE_WITHIN_DAYS[-1])
    return rows.filter(due__gt=last_day, due__lt=NO_DATE)


STATES: dict[str, tuple[Label, Callable]] = {
    "alerts": (_("Safety alerts"), filter_alerts),
    "drafts": (_("Unsigned work"), filter_drafts),
    "unpublished": (_("Never published"), filter_unpublished),
    "sent-back": (_("Changes requested"), filter_sent_back),
    "unfit": (_("Withdrawal recommended"), filter_unfit),
    "declined": (_("Declined"), filter_declined),
    "waiting": (_("In review"), filter_waiting),
    "unassigned": (_("In review, unassigned"), filter_unassigned),
    "planned": (_("Review planned"), filter_planned),
    "live": (_("Published"), filter_as_signed),
    "recorded": (_("Published, imported review"), filter_recorded),
    "changed": (_("Published, newer draft not signed"), filter_changed),
    "withdrawn": (_("Withdrawn"), filter_withdrawn),
    "never": (_("Never published"), filter_unpublished),
    "overdue": (_("Overdue"), filter_overdue),
    "grace": (_("Overdue, past grace period"), filter_past_grace),
    **{str(days): (f"Due within {days} days", _make_due_filter(days)) for days in DUE_WITHIN_DAYS},
    "later": (f"Due after {DUE_WITHIN_DAYS[-1]} days", filter_due_later),
}
WITHIN_DAYS = tuple(map(str, DUE_WITHIN_DAYS))
# Which states a list is filtered by, and in what order they are offered.
LIST_STATES = (
    *("drafts", "unpublished", "sent-back", "declined", "unfit"),
    *("waiting", "unassigned", "planned"),
    *("live", "recorded", "changed", "withdrawn", "alerts"),
)
DUE_STATES = ("overdue", *WITHIN_DAYS, "later", "never")
RADAR_STATES = (
    *("alerts", "unfit"),
    *("never", "overdue", "grace", *WITHIN_DAYS),
    *("planned", "waiting", "unassigned", "declined", "sent-back", "changed", "recorded"),
)


def get_labels(names: Iterable[str]) -> dict[str, Label]:
    """The labels of some states, by name."""
    return {name: STATES[name][0] for name in names}


def filter_by_state(rows, name: str, user=None):
    """The rows in a state. Raises KeyError if there is no such state."""
    return STATES[name][1](rows)


def filter_involving(rows, name: str, user):
    """Pages that a user writes (“mine”), or also asked for the newest review of."""
    if name == "mine":
        return rows.filter(writer=user)
    asked = MedicalReview.objects.newest_per_page().filter(requested_by=user)
    return rows.filter(Q(writer=user) | Exists(asked.filter(article=OuterRef("pk"))))


INVOLVEMENTS = {"mine": _("Written by me"), "concern-me": _("Written or requested by me")}


def filter_corrected(rows, name: str, user=None):
    """Public pages with a correction that was signed."""
    with_correction = MedicalReview.objects.exclude(correction="")
    signed = with_correction.filter(outcome=MedicalReview.Outcome.APPROVED)
    return rows.filter(state__in=ListedPage.PUBLIC_STATES, pk__in=get_pages(signed))
