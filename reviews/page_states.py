"""The states of pages by name, with label and filter, for lists, radar, dashboard and exports."""

import datetime as dt
from collections.abc import Callable, Iterable

from django.db.models import Count, DateField, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.lists import Label
from reviews.models import MedicalReview, PlannedReview, ReviewSchedule
from reviews.models.review_schedule import is_past_grace

DUE_WITHIN_DAYS = (30, 60, 90)
NEXT_DUE = Subquery(
    ReviewSchedule.objects.filter(article=OuterRef("pk")).order_by().values("next_due")[:1],
    output_field=DateField(),
)


def filter_scheduled(pages, schedules):
    """The pages that have one of these review schedules."""
    return pages.filter(pk__in=schedules.values("article"))


def filter_drafts(pages):
    """Never published or changed since it was signed, without an open review."""
    return pages.unsigned().exclude(pk__in=_get_waiting_pages())


def filter_sent_back(pages):
    """The newest review was sent back."""
    return pages.filter(pk__in=MedicalReview.objects.sent_back().values("article"))


def filter_declined(pages):
    """The newest review was declined."""
    return pages.filter(pk__in=MedicalReview.objects.declined().values("article"))


def filter_unfit(pages):
    """Public, and a reviewer recommends to withdraw it."""
    return pages.filter(pk__in=MedicalReview.objects.unfit().values("article"))


def filter_unassigned(pages):
    """A review is open to any reviewer."""
    return pages.filter(pk__in=MedicalReview.objects.unassigned().values("article"))


def filter_planned(pages):
    """A review is planned and not opened yet."""
    return pages.filter(pk__in=PlannedReview.objects.pending().values("article"))


def filter_waiting(pages):
    """A review is open."""
    return pages.filter(pk__in=_get_waiting_pages())


def _get_waiting_pages():
    return MedicalReview.objects.waiting().values("article")


def filter_recorded(pages):
    """Public and not signed here yet, with a review recorded from an earlier system."""
    return filter_scheduled(pages, ReviewSchedule.objects.recorded())


def filter_as_signed(pages):
    """Public, signed here and not changed since."""
    return pages.as_signed().exclude(pk__in=ReviewSchedule.objects.recorded().values("article"))


def filter_unpublished(pages):
    return pages.unpublished()


def filter_changed(pages):
    return pages.changed()


def filter_withdrawn(pages):
    return pages.withdrawn()


def filter_alerts(pages):
    """Public, with a safety alert."""
    return pages.filter(safety_alert__isnull=False)


def filter_overdue(pages):
    """Past the due date."""
    return filter_scheduled(pages, ReviewSchedule.objects.overdue(timezone.localdate()))


def filter_past_grace(pages):
    return filter_scheduled(pages, ReviewSchedule.objects.past_grace(timezone.localdate()))


def count_by_due_date(pages) -> dict[str, int]:
    """How many of the pages are in each state that goes by their due date, in one query."""
    today = timezone.localdate()
    conditions = {"overdue": Q(next_due__lt=today), "grace": is_past_grace(today)}
    for days in DUE_WITHIN_DAYS:
        last_day = today + dt.timedelta(days=days)
        conditions[str(days)] = Q(next_due__gte=today, next_due__lte=last_day)
    schedules = ReviewSchedule.objects.filter(
        next_due__lte=today + dt.timedelta(days=DUE_WITHIN_DAYS[-1]),
        article__in=pages.order_by().values("pk"),
    )
    counts = {f"in_{name}": Count("pk", filter=one) for name, one in conditions.items()}
    found = schedules.order_by().aggregate(**counts)
    return {name: found[f"in_{name}"] for name in conditions}


def _make_due_filter(days: int) -> Callable:
    """A filter for pages that are due in so many days, and not overdue."""

    def filter_due(pages):
        schedules = ReviewSchedule.objects.due_within(days, timezone.localdate())
        return filter_scheduled(pages, schedules)

    return filter_due


def filter_due_later(pages):
    """Due after the last of the periods."""
    last_day = timezone.localdate() + dt.timedelta(days=DUE_WITHIN_DAYS[-1])
    return filter_scheduled(pages, ReviewSchedule.objects.filter(next_due__gt=last_day))


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


def filter_by_state(pages, name: str, user=None):
    """The pages in a state. Raises KeyError if there is no such state."""
    return STATES[name][1](pages)


def filter_involving(pages, name: str, user):
    """Pages that a user writes (“mine”), or also asked for the newest review of."""
    if name == "mine":
        return pages.filter(writer=user)
    asked = MedicalReview.objects.newest_per_page().filter(requested_by=user)
    return pages.filter(Q(writer=user) | Q(pk__in=asked.values("article")))


INVOLVEMENTS = {"mine": _("Written by me"), "concern-me": _("Written or requested by me")}


def filter_corrected(pages, name: str, user=None):
    """Public pages with a correction that was signed."""
    signed = MedicalReview.objects.filter(outcome=MedicalReview.Outcome.APPROVED)
    corrected = signed.exclude(correction="")
    return pages.public().filter(pk__in=corrected.values("article"))
