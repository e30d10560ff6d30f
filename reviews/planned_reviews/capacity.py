"""When reviewers can read: absences and licences, day by day and week by week."""

import datetime as dt
from collections.abc import Iterable

from reviews.models import Absence

WORKING_DAYS = 5


def get_absences(first: dt.date, last: dt.date) -> dict[int, list[tuple[dt.date, dt.date]]]:
    """By reviewer, the absences that touch some days, in one query."""
    found: dict[int, list[tuple[dt.date, dt.date]]] = {}
    rows = Absence.objects.filter(first_day__lte=last, last_day__gte=first).order_by(
        "first_day", "pk"
    )
    for reviewer, begins, ends in rows.values_list("reviewer", "first_day", "last_day"):
        found.setdefault(reviewer, []).append((begins, ends))
    return found


def count_working_days(
    today: dt.date,
    weeks: int,
    *,
    licence_expires: dt.date,
    absences: Iterable[tuple[dt.date, dt.date]],
) -> tuple[int, ...]:
    """A reviewer's working days in each week from this one on.

    There are none in a week in which the licence lapses, nor in one after it.
    """
    absences = list(absences)
    monday = get_monday(today)
    counts = []
    for number in range(weeks):
        first_day = monday + dt.timedelta(weeks=number)
        last_day = first_day + dt.timedelta(days=6)
        if licence_expires < last_day:
            counts.append(0)
        else:
            counts.append(_count_days(first_day, today, absences))
    return tuple(counts)


def _count_days(monday: dt.date, today: dt.date, absences: list[tuple[dt.date, dt.date]]) -> int:
    """The working days of a week that are neither past nor in an absence."""
    count = 0
    for number in range(WORKING_DAYS):
        day = monday + dt.timedelta(days=number)
        is_away = any(begins <= day <= ends for begins, ends in absences)
        if day >= today and not is_away:
            count += 1
    return count


def get_monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def is_away(monday: dt.date, today: dt.date, absences: Iterable[tuple[dt.date, dt.date]]) -> bool:
    """Whether a reviewer is absent on each working day that is left of a week."""
    first = max(monday, today)
    last = monday + dt.timedelta(days=WORKING_DAYS - 1)
    return first <= last and not _count_days(monday, today, list(absences))


def find_first_day(today: dt.date, absences: Iterable[tuple[dt.date, dt.date]]) -> dt.date | None:
    """The first working day of this week, from today on, on which a reviewer is there."""
    monday = get_monday(today)
    for number in range(WORKING_DAYS):
        day = monday + dt.timedelta(days=number)
        if day >= today and not any(begins <= day <= ends for begins, ends in absences):
            return day
    return None
