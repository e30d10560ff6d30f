"""Dates as people write them in spreadsheets, parsed if they can be read in one way only."""

import datetime as dt
import re

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d\d:\d\d(?::[\d.]+)?)?")
NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[- ]*([a-z]{3,9})\.?,?[- ]*(\d{4})")
MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?[- ]*(\d{1,2})(?:st|nd|rd|th)?,?[- ]+(\d{4})")
FORMAT_HINT = "Write it as 2026-05-03 or 3 May 2026."


class UnreadableDate(ValueError):
    """A text is no date, or could be two; the message says which."""


def parse_date(text: str) -> dt.date:
    """The date that a text names. Raises UnreadableDate."""
    folded = text.strip().casefold()
    if match := YEAR_FIRST.fullmatch(folded):
        year, month, day = match.groups()
        return _make_date(text, year, month, day)
    if match := DAY_FIRST.fullmatch(folded):
        day, month_name, year = match.groups()
        return _make_date(text, year, _parse_month(text, month_name), day)
    if match := MONTH_FIRST.fullmatch(folded):
        month_name, day, year = match.groups()
        return _make_date(text, year, _parse_month(text, month_name), day)
    if match := NUMERIC.fullmatch(folded):
        first, second, year = match.groups()
        return _parse_numeric_date(text, int(first), int(second), int(year))
    raise UnreadableDate(f"“{text[:40]}” is no day that can be read. {FORMAT_HINT}")


def _parse_numeric_date(text: str, first: int, second: int, year: int) -> dt.date:
    """The date of day and month, or of month and day, if only one of the two is possible."""
    dates = set()
    if second <= 12:
        dates.add(_make_date(text, year, second, first))
    if first <= 12:
        dates.add(_make_date(text, year, first, second))
    if len(dates) == 1:
        return dates.pop()
    if not dates:
        raise UnreadableDate(f"“{text}” is no day that there is. {FORMAT_HINT}")
    one, other = sorted(dates)
    raise UnreadableDate(
        f"“{text}” can be read as {one:%-d %B} or as {other:%-d %B %Y}. {FORMAT_HINT}"
    )


def _parse_month(text: str, name: str) -> int:
    """The number of a month by its name or the start of it. Raises UnreadableDate."""
    if name == "sept":
        return 9
    names = [month for month in MONTHS if month.startswith(name)]
    if len(names) != 1:
        raise UnreadableDate(f"“{text}” names no month that can be read. {FORMAT_HINT}")
    return MONTHS.index(names[0]) + 1


def _make_date(text: str, year, month, day) -> dt.date:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError as error:
        raise UnreadableDate(f"“{text}” is no day that there is. {FORMAT_HINT}") from error
