"""The figures of the radar: what falls due by month, who carries how much, how long a signature takes."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db.models import Count, DurationField, ExpressionWrapper, F

from reviews.models import MedicalReview, Reviewer, Standing

MONTHS = 12
WINDOW = 90
SAME = 0.1  # a tenth more or less is no trend
WIDE, TALL = 40, 140  # of the chart: a month, and its tallest bar


@dataclass(frozen=True)
class Bar:
    """One month of the chart, in the units of its drawing."""

    month: dt.date
    count: int
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + WIDE // 2

    @property
    def above(self) -> int:
        return self.y - 6

    @property
    def address(self) -> str:
        return f"{self.month:%Y-%m}"


def chart(pages, today: dt.date) -> list[Bar]:
    """How many of the pages fall due in each of the next months, this one from today on."""
    begins = today.replace(day=1)
    ends = begins + relativedelta(months=MONTHS)
    due = Standing.objects.filter(next_due__gte=today, next_due__lt=ends, article__in=pages.values("pk"))
    counts: Counter[dt.date] = Counter()
    for day, count in due.order_by().values_list("next_due").annotate(Count("pk")):
        counts[day.replace(day=1)] += count  # by day there, by month here: SQLite has no months of its own
    most = max([1, *counts.values()])
    bars = []
    for number in range(MONTHS):
        month = begins + relativedelta(months=number)
        count = counts[month]
        height = max(2, round(count / most * TALL)) if count else 0
        bars.append(Bar(month, count, number * WIDE, 20 + TALL - height, height))
    return bars


@dataclass(frozen=True)
class Load:
    """What one reviewer carries, as of today. ``share`` and ``coming`` are hundredths of the heaviest load."""

    reviewer: Reviewer
    open: int
    late: int
    soon: int
    share: int
    coming: int
    lapsed: bool
    lapses_soon: bool
    can_sign: bool

    @property
    def after(self) -> int:
        return self.share + self.coming


def workload(reviewers: list[Reviewer], carried: dict[int, tuple[int, int]], today: dt.date) -> list[Load]:
    waiting = MedicalReview.objects.waiting().filter(reviewer__isnull=False).order_by()
    opened = dict(waiting.values_list("reviewer").annotate(Count("pk")))
    most = max([1, *(opened.get(r.pk, 0) + carried.get(r.pk, (0, 0))[1] for r in reviewers)])
    loads = []
    for reviewer in reviewers:
        count, (late, soon) = opened.get(reviewer.pk, 0), carried.get(reviewer.pk, (0, 0))
        loads.append(
            Load(
                reviewer=reviewer,
                open=count,
                late=late,
                soon=soon,
                share=round(100 * count / most),
                coming=round(100 * soon / most),
                lapsed=reviewer.licence_expires < today,
                lapses_soon=today <= reviewer.licence_expires <= today + dt.timedelta(days=WINDOW),
                can_sign=not reviewer.why_not(today),
            )
        )
    return loads


@dataclass(frozen=True)
class Pace:
    """The median time from request to signature, and how it compares with the days before."""

    signed: int
    median: str
    trend: str


def pace(now: dt.datetime) -> Pace:
    window = dt.timedelta(days=WINDOW)
    signed, lately = _median(now - window, now)
    _, before = _median(now - 2 * window, now - window)
    return Pace(signed, in_days(lately) if lately is not None else "", trend(lately, before))


def _median(since: dt.datetime, until: dt.datetime) -> tuple[int, dt.timedelta | None]:
    """How many were signed in a span, and the middle one of the times it took: two queries."""
    signed = MedicalReview.objects.filter(outcome="approved", decided_at__gt=since, decided_at__lte=until)
    count = signed.count()
    if not count:
        return 0, None
    took = ExpressionWrapper(F("decided_at") - F("requested_at"), output_field=DurationField())
    middle = (count - 1) // 2
    return count, signed.annotate(took=took).order_by("took").values_list("took", flat=True)[middle : middle + 1].get()


def trend(lately: dt.timedelta | None, before: dt.timedelta | None) -> str:
    if lately is None:
        return ""
    if before is None:
        return f"Nothing was signed in the {WINDOW} days before."
    if abs(lately - before) <= max(before * SAME, dt.timedelta(hours=1)):
        return f"About as long as in the {WINDOW} days before ({in_days(before)})."
    than = "Longer" if lately > before else "Shorter"
    return f"{than} than in the {WINDOW} days before ({in_days(before)})."


def in_days(took: dt.timedelta) -> str:
    """A span in the largest unit that says something."""
    hours = took.total_seconds() / 3600
    if hours < 1:
        return "less than an hour"
    count, unit = (round(hours), "hour") if hours < 36 else (round(hours / 24), "day")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
