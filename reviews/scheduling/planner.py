"""Who reads which page in which week: a plan from plain facts, the same for the same facts.

No database is used here. What every plan promises:

- a page that can be read in time is read in a week that ends no later than its date, or in this
  week if it falls due in it; a page that is overdue is read within the next weeks;
- nobody reads their own words, and nobody reads in a week in which they have no working day;
- a page is planned once, or listed with the reason why it is not.

What it aims at is equal loads. The load of a reviewer is their open and planned reviews for each
week that they are there. Where any reviewer may read any page, no load is higher than 1.1 × the
mean, or than the mean and one page where pages are few. Within that bound a page goes to a
reviewer whose specialty names one of its topics. The weeks of a reviewer are filled evenly, by
working days.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter

from reviews.scheduling.capacity import WORKING_DAYS, get_monday

LEAD_WEEKS = 12  # no page is read earlier before its date: its next year begins with the signature
LATE_WEEKS = 4  # the backlog is spread over as many
TOLERANCE = 1.1
STEM_LENGTH = 5  # "neurology" and "neurological" begin alike; "heart" is whole
STOP_WORDS = {"medicine", "general", "health", "system", "and", "the", "disorders", "diseases"}

ONLY_AUTHORS_LEFT = "Every possible reviewer wrote some of it."
NOBODY_AVAILABLE = "No possible reviewer is available before its due date with a valid licence."
NO_REVIEWERS = "There is no reviewer who can sign."


@dataclass(frozen=True)
class PageToPlan:
    """A page to be read. ``excluded_reviewers`` wrote some of its words."""

    key: int
    due: dt.date
    topics: tuple[str, ...] = ()
    excluded_reviewers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class AvailableReviewer:
    """A reviewer: the working days in each week from this one on, and ``load`` open reviews."""

    key: int
    days: tuple[int, ...]
    specialty: str = ""
    load: int = 0

    @property
    def weeks(self) -> float:
        """How many whole weeks they are there."""
        return sum(self.days) / WORKING_DAYS


@dataclass(frozen=True)
class PlannedReview:
    """One page, one reviewer, one week (its Monday)."""

    page: int
    reviewer: int
    week: dt.date


@dataclass(frozen=True)
class ReviewPlan:
    planned_reviews: tuple[PlannedReview, ...] = ()
    unplaced: tuple[tuple[int, str], ...] = ()


@dataclass
class _PlanState:
    """The plan while it is made."""

    reviewers: list[AvailableReviewer]
    planned: Counter = field(default_factory=Counter)
    filled: Counter = field(default_factory=Counter)

    def next_load(self, reviewer: AvailableReviewer) -> float:
        """Open and planned reviews for each week of a reviewer, with one more."""
        return (reviewer.load + self.planned[reviewer.key] + 1) / reviewer.weeks


def count_weeks_until(last: dt.date, today: dt.date) -> int:
    """How many weeks, this one included, a plan must know of."""
    return max(LATE_WEEKS, (last - get_monday(today)).days // 7 + 1)


def get_possible_weeks(page: PageToPlan, today: dt.date) -> range:
    """The weeks, counted from this one, in which a page can be read."""
    if page.due < today:
        return range(LATE_WEEKS)
    # The last week whose Sunday is not after the date.
    last = ((page.due - get_monday(today)).days + 1) // 7 - 1
    if last < 0:
        return range(1)
    return range(max(0, last - LEAD_WEEKS + 1), last + 1)


def make_plan(
    pages: Iterable[PageToPlan], reviewers: Iterable[AvailableReviewer], today: dt.date
) -> ReviewPlan:
    """Plan the pages with the fewest choices first; of equal choices the first by key is taken."""
    present = [reviewer for reviewer in reviewers if reviewer.weeks]
    state = _PlanState(sorted(present, key=attrgetter("key")))
    able: dict[int, list[AvailableReviewer]] = {}
    plannable = []
    unplaced = []
    for page in sorted(pages, key=attrgetter("due", "key")):
        able[page.key] = _find_able_reviewers(page, state.reviewers, today)
        if able[page.key]:
            plannable.append(page)
        else:
            unplaced.append((page.key, _explain_unplaced(page, state.reviewers)))

    def count_choices(page: PageToPlan) -> tuple:
        weeks = get_possible_weeks(page, today)
        return len(able[page.key]), len(weeks), page.due, page.key

    mean = _calculate_mean_load(state.reviewers, len(plannable))
    assigned = []
    for page in sorted(plannable, key=count_choices):
        reviewer = _choose_reviewer(page, able[page.key], state, mean)
        state.planned[reviewer.key] += 1
        assigned.append((page, reviewer))
    planned = _choose_weeks(assigned, state, today)
    by_week = sorted(planned, key=attrgetter("week", "reviewer", "page"))
    return ReviewPlan(tuple(by_week), tuple(unplaced))


def _find_able_reviewers(
    page: PageToPlan, reviewers: list[AvailableReviewer], today: dt.date
) -> list[AvailableReviewer]:
    """Who may read a page and is there in one of its weeks."""
    weeks = get_possible_weeks(page, today)
    able = []
    for reviewer in reviewers:
        is_there = any(_get_days(reviewer, week) for week in weeks)
        if is_there and reviewer.key not in page.excluded_reviewers:
            able.append(reviewer)
    return able


def _explain_unplaced(page: PageToPlan, reviewers: list[AvailableReviewer]) -> str:
    if not reviewers:
        return NO_REVIEWERS
    if all(reviewer.key in page.excluded_reviewers for reviewer in reviewers):
        return ONLY_AUTHORS_LEFT
    return NOBODY_AVAILABLE


def _calculate_mean_load(reviewers: list[AvailableReviewer], pages: int) -> float:
    weeks = sum(reviewer.weeks for reviewer in reviewers)
    if not weeks:
        return 0
    return (pages + sum(reviewer.load for reviewer in reviewers)) / weeks


def _choose_reviewer(
    page: PageToPlan, able: list[AvailableReviewer], state: _PlanState, mean: float
) -> AvailableReviewer:
    """A reviewer of the right specialty whose load allows it, else the one with the least load."""
    candidates = []
    for reviewer in able:
        is_specialist = matches_specialty(reviewer.specialty, page.topics)
        if is_specialist and state.next_load(reviewer) <= TOLERANCE * mean:
            candidates.append(reviewer)

    def rank(reviewer: AvailableReviewer) -> tuple[float, int]:
        return state.next_load(reviewer), reviewer.key

    return min(candidates or able, key=rank)


def _choose_weeks(
    assigned: list[tuple[PageToPlan, AvailableReviewer]], state: _PlanState, today: dt.date
) -> list[PlannedReview]:
    """Each page in the least filled week of its reviewer.

    Overdue pages come first, then those with the fewest possible weeks.
    """

    def rank(pair: tuple[PageToPlan, AvailableReviewer]) -> tuple:
        page, _ = pair
        return (page.due >= today, len(get_possible_weeks(page, today)), page.due, page.key)

    planned = []
    for page, reviewer in sorted(assigned, key=rank):
        week = _choose_week(page, reviewer, state, today)
        state.filled[reviewer.key, week] += 1
        monday = get_monday(today) + dt.timedelta(weeks=week)
        planned.append(PlannedReview(page.key, reviewer.key, monday))
    return planned


def _choose_week(
    page: PageToPlan, reviewer: AvailableReviewer, state: _PlanState, today: dt.date
) -> int:
    """The week that has the fewest reviews for its working days; the first of equal ones."""

    def fill(week: int) -> float:
        return (state.filled[reviewer.key, week] + 1) / reviewer.days[week]

    weeks = get_possible_weeks(page, today)
    return min((week for week in weeks if _get_days(reviewer, week)), key=fill)


def matches_specialty(specialty: str, topics: Iterable[str]) -> bool:
    """Whether a word of a specialty is, or begins like, a word of a topic's name."""
    wanted = _get_stems(specialty)
    return any(wanted & _get_stems(topic) for topic in topics)


def _get_stems(words: str) -> set[str]:
    found = re.findall(r"[^\W\d_]+", words.casefold())
    return {word[:STEM_LENGTH] for word in found if len(word) > 2 and word not in STOP_WORDS}


def _get_days(reviewer: AvailableReviewer, week: int) -> int:
    return reviewer.days[week] if week < len(reviewer.days) else 0
