"""What is planned for a reviewer, as their desk shows it: to open this week, and later."""

import datetime as dt
from dataclasses import dataclass

from reviews.display import format_days_until_due
from reviews.models import PlannedReview, Reviewer, ReviewSchedule
from reviews.models.review_schedule import get_policy_date, is_withdrawn_late
from reviews.planned_reviews.capacity import get_monday
from reviews.planned_reviews.states import PlannedState, describe_rows
from reviews.reading_speed import load_reading_minutes

MAX_SHOWN = 20


@dataclass(frozen=True)
class PlannedTask:
    """One planned review, as its card shows it."""

    planned: PlannedReview
    state: PlannedState
    title: str
    minutes: int
    due_text: str
    is_late: bool


def build_planned(reviewer: Reviewer, today: dt.date) -> dict:
    """What a reviewer can open now, in fixed queries, and how much is planned for later.

    What is over for them (signed by somebody else, withdrawn) is the business of the plan.
    """
    rows = list(PlannedReview.objects.pending().with_page().filter(reviewer=reviewer))
    states = describe_rows(rows, today)
    rows = [row for row in rows if not states[row.pk].is_over]
    due_dates = _load_due_dates(rows)
    rows.sort(key=lambda row: _get_rank(row, due_dates.get(row.article_id)))
    next_monday = get_monday(today) + dt.timedelta(weeks=1)
    now = [row for row in rows if row.week < next_monday]
    later = [row for row in rows if row.week >= next_monday]
    later.sort(key=lambda row: row.week)
    shown = [*now[:MAX_SHOWN], *later[:MAX_SHOWN]]
    tasks = _build_tasks(shown, states, due_dates, today)
    now_shown = len(now[:MAX_SHOWN])
    return {
        "now": tasks[:now_shown],
        "now_count": len(now),
        "now_more": len(now) - now_shown,
        "later": tasks[now_shown:],
        "later_count": len(later),
        "minutes": sum(task.minutes for task in tasks[:now_shown]),
    }


def _load_due_dates(rows: list[PlannedReview]) -> dict[int, dt.date]:
    schedules = ReviewSchedule.objects.filter(article__in=[row.article_id for row in rows])
    return dict(schedules.values_list("article", "next_due"))


def _get_rank(row: PlannedReview, due: dt.date | None) -> tuple:
    """What would be withdrawn first, by that date; then by due date."""
    due = due or dt.date.max
    if due != dt.date.max and is_withdrawn_late(row.article.risk):
        return False, get_policy_date(due, row.article.risk), row.pk
    return True, due, row.pk


def _build_tasks(
    rows: list[PlannedReview],
    states: dict[int, PlannedState],
    due_dates: dict[int, dt.date],
    today: dt.date,
) -> list[PlannedTask]:
    minutes = load_reading_minutes(row.article.live.revision_id for row in rows if row.article.live)
    tasks = []
    for row in rows:
        live = row.article.live
        due = due_dates.get(row.article_id)
        task = PlannedTask(
            planned=row,
            state=states[row.pk],
            title=live.title if live else row.article.title,
            minutes=minutes[live.revision_id] if live else 1,
            due_text=format_days_until_due((due - today).days) if due else "",
            is_late=bool(due and due < today),
        )
        tasks.append(task)
    return tasks
