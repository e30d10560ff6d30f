"""Who reads which page in which week: a plan from plain facts, the same for the same facts. No database here.

What it promises, of every plan:

- a page that can be read in time is read in a week that ends no later than its date, or, if it falls due this week,
  in this week; what is late already comes within the next weeks;
- nobody reads their own words, and nobody reads in a week in which they have no working day;
- a page is planned once, or is told with the reason why not.

What it aims at: equal loads. A reviewer's load is their open reviews and what is planned, beside the weeks they are
there. Where any reviewer may read any page, nobody's load comes out higher than 1.1 × the mean, or one page more
than the mean where pages are few. Pages go to a reviewer whose specialty names a topic of theirs as long as that
keeps to the same bound. The weeks of one reviewer are filled evenly, by working days.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

LEAD_WEEKS = 12  # no page is read earlier before its date: its next year begins with the signature
LATE_WEEKS = 4  # the backlog is spread over as many
TOLERANCE = 1.1
WORKING_DAYS = 5
LETTERS_THAT_MATCH = 5  # "neurology" and "neurological" begin alike; "heart" is whole
EMPTY_WORDS = {"medicine", "general", "health", "system", "and", "the", "disorders", "diseases"}

OWN_WORDS = "Whoever could read it has words of their own in it."
NOBODY_THERE = "Nobody who may read it is there before its date, with a licence that lasts."
NOBODY = "There is no reviewer who can sign."


@dataclass(frozen=True)
class Page:
    """A page to be read. ``barred`` are the reviewers whose words are in it."""

    key: int
    due: dt.date
    topics: tuple[str, ...] = ()
    barred: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Reader:
    """A reviewer: ``days`` are the working days in each week from this one on, ``load`` the open reviews."""

    key: int
    days: tuple[int, ...]
    specialty: str = ""
    load: int = 0

    @property
    def weeks(self) -> float:
        """How many whole weeks they are there."""
        return sum(self.days) / WORKING_DAYS


@dataclass(frozen=True)
class Slot:
    """One page, one reviewer, one week (its Monday)."""

    page: int
    reader: int
    week: dt.date


@dataclass(frozen=True)
class Plan:
    slots: tuple[Slot, ...] = ()
    unplaced: tuple[tuple[int, str], ...] = ()
    matched: int = 0


@dataclass
class _Sheet:
    """The plan while it is made."""

    readers: list[Reader]
    planned: Counter = field(default_factory=Counter)
    filled: Counter = field(default_factory=Counter)

    def load(self, reader: Reader, more: int = 0) -> float:
        """Open and planned reviews for each week that somebody is there."""
        return (reader.load + self.planned[reader.key] + more) / reader.weeks


def weeks_until(last: dt.date, today: dt.date) -> int:
    """How many weeks, this one included, a plan must know of."""
    return max(LATE_WEEKS, (last - _monday(today)).days // 7 + 1)


def window(page: Page, today: dt.date) -> range:
    """The weeks, counted from this one, in which a page can be read."""
    if page.due < today:
        return range(LATE_WEEKS)
    last = ((page.due - _monday(today)).days + 1) // 7 - 1  # the last one whose Sunday is not after the date
    return range(max(0, last - LEAD_WEEKS + 1), last + 1) if last >= 0 else range(1)


def plan(pages: Iterable[Page], readers: Iterable[Reader], today: dt.date) -> Plan:
    """The pages with the fewest ways are placed first; of equal ways the first by key is taken."""
    pages = sorted(pages, key=lambda page: (page.due, page.key))
    sheet = _Sheet(sorted((reader for reader in readers if reader.weeks), key=lambda reader: reader.key))
    able = {page.key: _able(page, sheet.readers, today) for page in pages}
    unplaced = [(page.key, _why_not(page, sheet.readers)) for page in pages if not able[page.key]]
    placed = [page for page in pages if able[page.key]]
    mean = _mean(sheet.readers, len(placed))
    chosen, matched = [], 0
    for page in sorted(placed, key=lambda page: (len(able[page.key]), len(window(page, today)), page.due, page.key)):
        reader, fits = _reader(page, able[page.key], sheet, mean)
        sheet.planned[reader.key] += 1
        matched += fits
        chosen.append((page, reader))
    slots = _weeks(chosen, sheet, today)
    return Plan(tuple(sorted(slots, key=lambda slot: (slot.week, slot.reader, slot.page))), tuple(unplaced), matched)


def _able(page: Page, readers: list[Reader], today: dt.date) -> list[Reader]:
    return [r for r in readers if r.key not in page.barred and any(_days(r, week) for week in window(page, today))]


def _why_not(page: Page, readers: list[Reader]) -> str:
    if not readers:
        return NOBODY
    return OWN_WORDS if all(reader.key in page.barred for reader in readers) else NOBODY_THERE


def _mean(readers: list[Reader], pages: int) -> float:
    weeks = sum(reader.weeks for reader in readers)
    return (pages + sum(reader.load for reader in readers)) / weeks if weeks else 0


def _reader(page: Page, able: list[Reader], sheet: _Sheet, mean: float) -> tuple[Reader, bool]:
    """Somebody of the right specialty whose load allows it, or whoever carries least; and whether it fits."""
    fit = [reader for reader in able if fits(reader.specialty, page.topics)]
    free = [reader for reader in fit if sheet.load(reader, 1) <= TOLERANCE * mean]
    reader = min(free or able, key=lambda reader: (sheet.load(reader, 1), reader.key))
    return reader, reader in fit


def _weeks(chosen: list[tuple[Page, Reader]], sheet: _Sheet, today: dt.date) -> list[Slot]:
    """Each page in the week of its reader that is least filled: what is late first, then the narrowest windows."""

    def turn(pair: tuple[Page, Reader]) -> tuple:
        page, _ = pair
        return (page.due >= today, len(window(page, today)), page.due, page.key)

    slots = []
    for page, reader in sorted(chosen, key=turn):
        weeks = [week for week in window(page, today) if _days(reader, week)]
        week = min(weeks, key=lambda week: ((sheet.filled[reader.key, week] + 1) / reader.days[week], week))
        sheet.filled[reader.key, week] += 1
        slots.append(Slot(page.key, reader.key, _monday(today) + dt.timedelta(weeks=week)))
    return slots


def fits(specialty: str, topics: Iterable[str]) -> bool:
    """Whether a word of a specialty is, or begins like, a word of a topic's name."""
    wanted = _stems(specialty)
    return any(wanted & _stems(topic) for topic in topics)


def _stems(words: str) -> set[str]:
    found = re.findall(r"[^\W\d_]+", words.casefold())
    return {word[:LETTERS_THAT_MATCH] for word in found if len(word) > 2 and word not in EMPTY_WORDS}


def _days(reader: Reader, week: int) -> int:
    return reader.days[week] if week < len(reader.days) else 0


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
