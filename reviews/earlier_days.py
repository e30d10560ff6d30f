"""Days as people write them in sheets: taken where they can be read in one way only."""

import datetime as dt
import re

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00)?)?")
NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[- ]*([a-z]{3,9})\.?,?[- ]*(\d{4})")
MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?[- ]*(\d{1,2})(?:st|nd|rd|th)?,?[- ]+(\d{4})")
HOW = "Write it as 2026-05-03 or 3 May 2026."


class NoDay(ValueError):
    """A text is no day, or could be two; it says so in words."""


def day(text: str) -> dt.date:
    """The day that a text names. Raises NoDay."""
    said = text.strip().casefold()
    if found := YEAR_FIRST.fullmatch(said):
        return _made(text, *found.groups())
    if found := DAY_FIRST.fullmatch(said):
        number, month, year = found.groups()
        return _made(text, year, _month(text, month), number)
    if found := MONTH_FIRST.fullmatch(said):
        month, number, year = found.groups()
        return _made(text, year, _month(text, month), number)
    if found := NUMBERS.fullmatch(said):
        return _one_of_two(text, *map(int, found.groups()))
    raise NoDay(f"“{text[:40]}” is no day that can be read. {HOW}")


def _one_of_two(text: str, first: int, second: int, year: int) -> dt.date:
    """Day and month, or month and day: only one of the two may be possible."""
    ways = {_made(text, year, second, first)} if second <= 12 else set()
    ways |= {_made(text, year, first, second)} if first <= 12 else set()
    if len(ways) == 1:
        return ways.pop()
    if not ways:
        raise NoDay(f"“{text}” is no day that there is. {HOW}")
    one, other = sorted(ways)
    raise NoDay(f"“{text}” can be read as {one:%-d %B} or as {other:%-d %B %Y}. {HOW}")


def _month(text: str, name: str) -> int:
    months = [number for number, month in enumerate(MONTHS, start=1) if month.startswith(name)]
    if name == "sept":
        months = [9]
    if len(months) != 1:
        raise NoDay(f"“{text}” names no month that can be read. {HOW}")
    return months[0]


def _made(text: str, year, month, number) -> dt.date:
    try:
        return dt.date(int(year), int(month), int(number))
    except ValueError as error:
        raise NoDay(f"“{text}” is no day that there is. {HOW}") from error
