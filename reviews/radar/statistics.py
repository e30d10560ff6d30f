"""The figures of the radar: what falls due by month, each workload, the time to a signature."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db.models import Count
from django.db.models.functions import Coalesce

from reviews.models import MedicalReview, Reviewer
from reviews.planned_reviews.summary import load_summaries

MONTHS = 12
WINDOW_DAYS = 90
MAX_MEASURED = 1000  # signatures of a span, the newest ones
TREND_TOLERANCE = 0.1  # a tenth more or less is no trend
MONTH_WIDTH, MAX_BAR_HEIGHT = 40, 140  # of the chart: a month, and its tallest bar


@dataclass(frozen=True)
class ChartBar:
    """One month of the chart, in the units of its drawing."""

    month: dt.date
    count: int
    x: int
    y: int
    height: int

    @property
    def center_x(self) -> int:
        return self.x + MONTH_WIDTH // 2

    @property
    def label_y(self) -> int:
        return self.y - 6

    @property
    def month_value(self) -> str:
        return f"{self.month:%Y-%m}"


def build_chart(pages, today: dt.date) -> list[ChartBar]:
    """How many of the pages fall due in each of the next months, this one from today on."""
    first_month = today.replace(day=1)
    counts = _count_due_by_month(pages, today, first_month + relativedelta(months=MONTHS))
    most = max([1, *counts.values()])
    bars = []
    for number in range(MONTHS):
        month = first_month + relativedelta(months=number)
        count = counts[month]
        height = max(2, round(count / most * MAX_BAR_HEIGHT)) if count else 0
        x, y = number * MONTH_WIDTH, 20 + MAX_BAR_HEIGHT - height
        bars.append(ChartBar(month, count, x, y, height))
    return bars


def _count_due_by_month(pages, since: dt.date, until: dt.date) -> Counter[dt.date]:
    """How many of the pages fall due in each month, by its first day. ``until`` is excluded."""
    due = pages.filter(due__gte=since, due__lt=until)
    # Counted by day there and by month here: SQLite has no months of its own.
    by_day = due.order_by().values_list("due").annotate(Count("pk"))
    counts: Counter[dt.date] = Counter()
    for day, count in by_day:
        counts[day.replace(day=1)] += count
    return counts


@dataclass(frozen=True)
class ReviewerWorkload:
    """What one reviewer has to do, as of today.

    ``share`` and ``due_share`` are hundredths of the heaviest workload.
    """

    reviewer: Reviewer
    open: int
    minutes: int
    planned: int
    away: str
    late: int
    soon: int
    share: int
    due_share: int
    lapsed: bool
    lapses_soon: bool
    can_sign: bool


def build_workloads(
    reviewers: list[Reviewer], counts_by_reviewer: dict[int, tuple[int, int]], today: dt.date
) -> list[ReviewerWorkload]:
    """The workload of each reviewer. The counts are of pages overdue, and due soon."""
    summaries = load_summaries(reviewers, today)
    open_counts = {key: summary.reviews for key, summary in summaries.items()}
    heaviest = 1
    for reviewer in reviewers:
        _, soon = counts_by_reviewer.get(reviewer.pk, (0, 0))
        heaviest = max(heaviest, open_counts[reviewer.pk] + soon)
    window_end = today + dt.timedelta(days=WINDOW_DAYS)
    workloads = []
    for reviewer in reviewers:
        summary = summaries[reviewer.pk]
        open_count = summary.reviews
        late, soon = counts_by_reviewer.get(reviewer.pk, (0, 0))
        workload = ReviewerWorkload(
            reviewer=reviewer,
            open=open_count,
            minutes=summary.minutes,
            planned=summary.planned,
            away=summary.away_text,
            late=late,
            soon=soon,
            share=round(100 * open_count / heaviest),
            due_share=round(100 * soon / heaviest),
            lapsed=reviewer.licence_expires < today,
            lapses_soon=today <= reviewer.licence_expires <= window_end,
            can_sign=not reviewer.get_signing_error(today),
        )
        workloads.append(workload)
    return workloads


@dataclass(frozen=True)
class SigningTime:
    """The median time from request to signature, and how it compares with the days before."""

    signed: int
    median: str
    trend: str


def measure_signing_time(now: dt.datetime) -> SigningTime:
    """The signing time of the last days, compared with as many days before them."""
    window = dt.timedelta(days=WINDOW_DAYS)
    count, current = _measure_median(now - window, now)
    _, previous = _measure_median(now - 2 * window, now - window)
    median = "" if current is None else format_duration(current)
    return SigningTime(count, median, describe_trend(current, previous))


def _measure_median(since: dt.datetime, until: dt.datetime) -> tuple[int, dt.timedelta | None]:
    """How many were signed in a span, and the median of the times that the newest of them took."""
    signed = MedicalReview.objects.filter(
        outcome="approved", decided_at__gt=since, decided_at__lte=until
    )
    count = signed.count()
    if not count:
        return 0, None
    # Of a text with a second reader, from the request of the editors on.
    requested_at = Coalesce("continues__requested_at", "requested_at")
    newest = signed.order_by("-decided_at", "-pk").values_list("decided_at", requested_at)
    durations = sorted(decided - requested for decided, requested in newest[:MAX_MEASURED])
    return count, durations[(len(durations) - 1) // 2]


def describe_trend(current: dt.timedelta | None, previous: dt.timedelta | None) -> str:
    if current is None:
        return ""
    if previous is None:
        return f"Nothing was signed in the {WINDOW_DAYS} days before."
    if abs(current - previous) <= max(previous * TREND_TOLERANCE, dt.timedelta(hours=1)):
        return f"About as long as in the {WINDOW_DAYS} days before ({format_duration(previous)})."
    than = "Longer" if current > previous else "Shorter"
    return f"{than} than in the {WINDOW_DAYS} days before ({format_duration(previous)})."


def format_duration(duration: dt.timedelta) -> str:
    """A span in the largest unit that says something."""
    hours = duration.total_seconds() / 3600
    if hours < 1:
        return "less than an hour"
    count, unit = (round(hours), "hour") if hours < 36 else (round(hours / 24), "day")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
