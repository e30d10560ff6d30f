"""When reviewers can read: absences and licences, day by day and week by week."""

import datetime as dt
from collections.abc import Iterable

from reviews.models import Absence, Reviewer

WORKING_DAYS = 5


def away(reviewer: Reviewer, day: dt.date) -> bool:
    """Whether a reviewer has said to be away on a day."""
    return Absence.objects.filter(reviewer=reviewer, first_day__lte=day, last_day__gte=day).exists()


def absences(first: dt.date, last: dt.date) -> dict[int, list[tuple[dt.date, dt.date]]]:
    """By reviewer, the absences that touch some days, in one query."""
    found: dict[int, list[tuple[dt.date, dt.date]]] = {}
    rows = Absence.objects.filter(first_day__lte=last, last_day__gte=first).order_by("first_day", "pk")
    for reviewer, begins, ends in rows.values_list("reviewer", "first_day", "last_day"):
        found.setdefault(reviewer, []).append((begins, ends))
    return found


def days_of_weeks(
    today: dt.date, weeks: int, *, licence_expires: dt.date, away: Iterable[tuple[dt.date, dt.date]]
) -> tuple[int, ...]:
    """Working days of somebody in each week from this one on; none in a week in which the licence lapses."""
    away, monday = list(away), monday_of(today)
    found = []
    for number in range(weeks):
        first = monday + dt.timedelta(weeks=number)
        days = [first + dt.timedelta(days=day) for day in range(WORKING_DAYS)]
        there = [day for day in days if day >= today and not any(begins <= day <= ends for begins, ends in away)]
        found.append(len(there) if licence_expires >= first + dt.timedelta(days=6) else 0)
    return tuple(found)


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
