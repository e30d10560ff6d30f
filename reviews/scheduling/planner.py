"""Who reads which page in which week: a plan from plain facts, the same for the same facts.

No database is used here. What every plan promises:

- no page passes its policy date (the last day before it is withdrawn, or says first that it is
  late) where the reviewers have room for it until then; where not all have room, those that would
  be withdrawn come first, by that date. This holds to the page where capacities count pages; in
  minutes it is found by moving one page at a time;
- a page is read in a week that ends no later than its due date, where there is room; a page that
  is overdue is read within the next weeks;
- nobody reads their own words, nobody reads in a week in which they have no working day, and no
  week has more than its reviewer can read;
- a page is planned once, or listed with the reason why it is not.

Within that it aims at equal loads. The load of a reviewer is their open and planned reviews for
each week that they are there. A page goes to a reviewer whose specialty names one of its topics, if
no load gets higher by that than 1.1 × the mean. Pages that would be withdrawn and are late go into
the first weeks; the weeks are filled evenly otherwise.
"""

import datetime as dt
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from operator import attrgetter

from reviews.planned_reviews.capacity import WORKING_DAYS, get_monday

LEAD_WEEKS = 12  # no page is read earlier before its date: its next year begins with the signature
LATE_WEEKS = 4  # the backlog is spread over as many
HORIZON_WEEKS = 26  # nobody knows more of a year than that
TOLERANCE = 1.1
STEM_LENGTH = 5  # "neurology" and "neurological" begin alike; "heart" is whole
STOP_WORDS = {"medicine", "general", "health", "system", "and", "the", "disorders", "diseases"}

ONLY_AUTHORS_LEFT = "Every possible reviewer wrote some of it, or declined to review it."
NOBODY_AVAILABLE = "No possible reviewer is available with a valid licence."
NO_REVIEWERS = "There is no reviewer who can sign."
NO_CAPACITY = f"The reviewers have no room for it within {HORIZON_WEEKS} weeks."

Slot = tuple[int, int]  # a reviewer and a week, counted from this one


class Promise(IntEnum):
    """When a page of a plan is read, the best first."""

    BY_DUE_DATE = 1
    BY_POLICY_DATE = 2
    LATER = 3


@dataclass(frozen=True)
class PageToPlan:
    """A page to be read. ``excluded_reviewers`` wrote some of its words, or declined to read it.

    ``policy_date`` is the last day of its grace; then it is withdrawn, where that is its policy.
    """

    key: int
    due: dt.date
    policy_date: dt.date | None = None
    is_withdrawn_late: bool = False
    minutes: int = 1
    topics: tuple[str, ...] = ()
    excluded_reviewers: frozenset[int] = frozenset()

    @property
    def last_day(self) -> dt.date:
        return max(self.due, self.policy_date or self.due)

    @property
    def rank(self) -> tuple:
        """What would be withdrawn first, by its date; then by due date."""
        first = self.last_day if self.is_withdrawn_late else self.due
        return not self.is_withdrawn_late, first, self.due, self.key


@dataclass(frozen=True)
class AvailableReviewer:
    """A reviewer: the working days in each week from this one on, and ``load`` open reviews.

    ``capacity`` is what they read in a week of five days, in pages or in minutes; without one it
    has no limit. ``used`` is what of it is taken in each week. ``first_day`` is their first working
    day from today on.
    """

    key: int
    days: tuple[int, ...]
    specialty: str = ""
    load: int = 0
    capacity: int | None = None
    counts_pages: bool = False
    used: tuple[float, ...] = ()
    first_day: dt.date | None = None

    @property
    def weeks(self) -> float:
        """How many whole weeks they are there."""
        return sum(self.days) / WORKING_DAYS

    def get_capacity(self, week: int) -> float:
        """What they can read in a week, whatever is planned in it already."""
        days = self.days[week] if week < len(self.days) else 0
        if not days or self.capacity == 0:
            return 0
        if self.capacity is None:
            return float("inf")
        part = self.capacity * days / WORKING_DAYS
        return max(1, round(part)) if self.counts_pages else part

    def get_used(self, week: int) -> float:
        return self.used[week] if week < len(self.used) else 0

    def get_cost(self, minutes: int) -> float:
        """What a page takes of a week. One that is longer than a whole week takes all of it."""
        if self.counts_pages:
            return 1
        return minutes if self.capacity is None else min(minutes, self.capacity)


@dataclass(frozen=True)
class PlanRow:
    """One page, one reviewer, one week (its Monday), and when that is."""

    page: int
    reviewer: int
    week: dt.date
    promise: Promise = Promise.BY_DUE_DATE


@dataclass(frozen=True)
class ReviewPlan:
    rows: tuple[PlanRow, ...] = ()
    unplaced: tuple[tuple[int, str], ...] = ()


def count_weeks_until(last: dt.date, today: dt.date) -> int:
    """How many weeks, this one included, a plan must know of."""
    return max(HORIZON_WEEKS, (last - get_monday(today)).days // 7 + 1)


def get_last_week(day: dt.date, today: dt.date) -> int:
    """The last week that is over by a day, or this week if the day is in it; -1 if it is past."""
    if day < today:
        return -1
    return max(0, ((day - get_monday(today)).days + 1) // 7 - 1)


def get_possible_weeks(page: PageToPlan, today: dt.date, promise: Promise) -> range:
    """The weeks, counted from this one, in which a promise holds."""
    by_due = get_last_week(page.due, today)
    first = max(0, by_due - LEAD_WEEKS + 1)
    by_policy = max(by_due, get_last_week(page.last_day, today))
    if promise == Promise.BY_POLICY_DATE:
        return range(first, by_policy + 1)
    if by_due >= 0:
        return range(first, by_due + 1)
    # It is overdue: soon, and in its grace as long as that lasts.
    return range(min(LATE_WEEKS, by_policy + 1))


def make_plan(
    pages: Iterable[PageToPlan], reviewers: Iterable[AvailableReviewer], today: dt.date
) -> ReviewPlan:
    """Plan the pages; of equal choices the first by key is taken."""
    in_order = sorted(pages, key=attrgetter("rank"))
    plan = _PlanInProgress(in_order, sorted(reviewers, key=attrgetter("key")), today)
    for page in in_order:
        plan.place_by_policy_date(page)
    for page in in_order:
        if plan.promises.get(page.key) == Promise.BY_POLICY_DATE:
            plan.move_before_due_date(page)
    plan.full.clear()
    for page in in_order:
        if page.key not in plan.slots:
            plan.place_soon(page)
    return plan.finish()


@dataclass
class _PlanInProgress:
    """The plan while it is made: the slot of each page, and what is in each slot."""

    pages: Sequence[PageToPlan]
    reviewers: Sequence[AvailableReviewer]
    today: dt.date
    slots: dict[int, Slot] = field(default_factory=dict)
    promises: dict[int, Promise] = field(default_factory=dict)
    contents: dict[Slot, list[int]] = field(default_factory=lambda: defaultdict(list))
    used: dict[Slot, float] = field(default_factory=dict)
    planned: Counter = field(default_factory=Counter)
    # What had no room, by who could read it when: the fewest minutes that found none.
    full: dict[tuple, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_key = {page.key: page for page in self.pages}
        self.by_reviewer = {reviewer.key: reviewer for reviewer in self.reviewers}
        self.able = {page.key: self._find_able(page) for page in self.pages}
        self.specialists = {page.key: self._find_specialists(page) for page in self.pages}
        weeks = sum(reviewer.weeks for reviewer in self.reviewers if reviewer.capacity != 0)
        load = len(self.pages) + sum(reviewer.load for reviewer in self.reviewers)
        self.mean = load / weeks if weeks else 0
        self.capacities: dict[Slot, float] = {}
        self.present: dict[int, list[AvailableReviewer]] = defaultdict(list)
        for reviewer in self.reviewers:
            for week in range(len(reviewer.days)):
                slot = reviewer.key, week
                self.used[slot] = reviewer.get_used(week)
                self.capacities[slot] = reviewer.get_capacity(week)
                if self.capacities[slot]:
                    self.present[week].append(reviewer)

    def _find_able(self, page: PageToPlan) -> tuple[AvailableReviewer, ...]:
        able = []
        for reviewer in self.reviewers:
            if reviewer.weeks and reviewer.key not in page.excluded_reviewers:
                able.append(reviewer)
        return tuple(able)

    def _find_specialists(self, page: PageToPlan) -> frozenset[int]:
        found = []
        for reviewer in self.able[page.key]:
            if matches_specialty(reviewer.specialty, page.topics):
                found.append(reviewer.key)
        return frozenset(found)

    def place_by_policy_date(self, page: PageToPlan) -> None:
        """Place a page by its due date, else by its policy date, moving others if need be."""
        due_weeks = get_possible_weeks(page, self.today, Promise.BY_DUE_DATE)
        policy_weeks = get_possible_weeks(page, self.today, Promise.BY_POLICY_DATE)
        if not policy_weeks:
            return
        is_urgent = page.is_withdrawn_late and page.due < self.today
        if self._place_directly(page, due_weeks, in_order=is_urgent):
            return
        if self._push_others(page, due_weeks, keeps_promises=True):
            return
        if self._place_directly(page, policy_weeks, in_order=True):
            return
        self._push_others(page, policy_weeks, keeps_promises=False)

    def move_before_due_date(self, page: PageToPlan) -> None:
        """Move a page that is read after its due date before it, where others can make room."""
        slot = self.slots[page.key]
        self._remove(page)
        self.full.clear()  # its own slot has room now
        weeks = get_possible_weeks(page, self.today, Promise.BY_DUE_DATE)
        if not self._push_others(page, weeks, keeps_promises=True):
            self._put(page, slot)

    def place_soon(self, page: PageToPlan) -> None:
        """Place a page whose policy date cannot be kept, or is past, as early as there is room.

        Where it is withdrawn until then, others are read after their due dates for it.
        """
        horizon = max((len(reviewer.days) for reviewer in self.able[page.key]), default=0)
        first = get_possible_weeks(page, self.today, Promise.BY_POLICY_DATE)[:1]
        for week in range(first[0] if first else 0, horizon):
            weeks = range(week, week + 1)
            if self._place_directly(page, weeks, in_order=True):
                return
            keeps = not page.is_withdrawn_late
            if week < LATE_WEEKS and self._push_others(page, weeks, keeps_promises=keeps):
                return

    def _iterate_slots(self, page: PageToPlan, weeks: range) -> Iterator[Slot]:
        """The slots of a page in these weeks with somebody who is there."""
        excluded = page.excluded_reviewers
        for week in weeks:
            for reviewer in self.present.get(week, ()):
                if reviewer.key not in excluded and self._is_there(page, reviewer, week):
                    yield reviewer.key, week

    def _is_there(self, page: PageToPlan, reviewer: AvailableReviewer, week: int) -> bool:
        """Whether a reviewer is back by the last day of a page, if that is in this week."""
        if week or reviewer.first_day is None or page.last_day < self.today:
            return True
        return reviewer.first_day <= page.last_day

    def _fits(self, page: PageToPlan, slot: Slot, without: float = 0) -> bool:
        """Whether a page fits into a slot, if so much is taken out of it."""
        reviewer = self.by_reviewer[slot[0]]
        free = self.capacities[slot] - self.used[slot] + without
        return reviewer.get_cost(page.minutes) <= free + 1e-9

    def _place_directly(self, page: PageToPlan, weeks: range, *, in_order: bool) -> bool:
        """Place a page where there is room. ``in_order``: in the first such week."""
        free = [slot for slot in self._iterate_slots(page, weeks) if self._fits(page, slot)]
        if not free:
            return False
        if in_order:
            first = min(week for _, week in free)
            free = [slot for slot in free if slot[1] == first]
        reviewer = self._choose_reviewer(page, {key for key, _ in free})
        possible = [slot for slot in free if slot[0] == reviewer.key]
        self._put(page, min(possible, key=self._get_fill))
        return True

    def _choose_reviewer(self, page: PageToPlan, keys: set[int]) -> AvailableReviewer:
        """A reviewer of the right specialty if their load allows it, else the least loaded one."""

        def get_load(key: int) -> tuple[float, int]:
            reviewer = self.by_reviewer[key]
            return (reviewer.load + self.planned[key] + 1) / reviewer.weeks, key

        limit = TOLERANCE * self.mean
        specialists = [
            key for key in self.specialists[page.key] & keys if get_load(key)[0] <= limit
        ]
        return self.by_reviewer[min(specialists or keys, key=get_load)]

    def _get_fill(self, slot: Slot) -> tuple[float, int, int]:
        """How full a slot is for its working days; the first of equal ones."""
        reviewer = self.by_reviewer[slot[0]]
        count = len(self.contents[slot]) + 1 if reviewer.counts_pages else self.used[slot] + 1
        return count / reviewer.days[slot[1]], slot[1], slot[0]

    def _push_others(self, page: PageToPlan, weeks: range, *, keeps_promises: bool) -> bool:
        """Place a page by moving others along, each within its own weeks; the shortest such chain.

        ``keeps_promises``: no page is moved behind its due date by that.
        """
        who = tuple(reviewer.key for reviewer in self.able[page.key])
        asked = who, weeks, keeps_promises
        if self.full.get(asked, page.minutes + 1) <= page.minutes:
            return False
        entrants: dict[Slot, int] = {}
        tried: dict[tuple, int] = {}
        queue = deque([page.key])
        while queue:
            key = queue.popleft()
            own_weeks = weeks if key == page.key else self._get_own_weeks(key, keeps_promises)
            if not self._is_worth_trying(key, own_weeks, tried):
                continue
            for slot in self._iterate_slots(self.by_key[key], own_weeks):
                if slot in entrants or slot == self.slots.get(key):
                    continue
                if self._fits(self.by_key[key], slot):
                    self._move_along(key, slot, entrants)
                    return True
                movable = self._find_movable(self.by_key[key], slot)
                if movable:
                    entrants[slot] = key
                    queue.extend(movable)
        self.full[asked] = page.minutes
        return False

    def _is_worth_trying(self, key: int, weeks: range, tried: dict[tuple, int]) -> bool:
        """Whether no page of the same slots was tried yet that is as short as this one."""
        page = self.by_key[key]
        last_day = min(page.last_day, get_monday(self.today) + dt.timedelta(days=6))
        slots = page.excluded_reviewers, weeks, last_day
        if tried.get(slots, page.minutes + 1) <= page.minutes:
            return False
        tried[slots] = page.minutes
        return True

    def _get_own_weeks(self, key: int, keeps_promises: bool) -> range:
        promise = self.promises[key] if keeps_promises else Promise.BY_POLICY_DATE
        return get_possible_weeks(self.by_key[key], self.today, promise)

    def _find_movable(self, page: PageToPlan, slot: Slot) -> list[int]:
        """The pages of a slot each of which, taken out, would leave room for another one."""
        reviewer = self.by_reviewer[slot[0]]
        movable = []
        for key in self.contents[slot]:
            cost = reviewer.get_cost(self.by_key[key].minutes)
            if self.promises[key] != Promise.LATER and self._fits(page, slot, cost):
                movable.append(key)
        return movable

    def _move_along(self, key: int, slot: Slot, entrants: dict[Slot, int]) -> None:
        """Move a page into a slot, who wants its place into that, and so on."""
        while True:
            page = self.by_key[key]
            old = self.slots.get(key)
            if old is not None:
                self._remove(page)
            self._put(page, slot)
            if old is None:
                return
            key, slot = entrants[old], old

    def _put(self, page: PageToPlan, slot: Slot) -> None:
        self.slots[page.key] = slot
        self.contents[slot].append(page.key)
        self.used[slot] += self.by_reviewer[slot[0]].get_cost(page.minutes)
        self.planned[slot[0]] += 1
        self.promises[page.key] = self._get_promise(page, slot[1])

    def _remove(self, page: PageToPlan) -> None:
        slot = self.slots.pop(page.key)
        self.contents[slot].remove(page.key)
        self.used[slot] -= self.by_reviewer[slot[0]].get_cost(page.minutes)
        self.planned[slot[0]] -= 1
        del self.promises[page.key]

    def _get_promise(self, page: PageToPlan, week: int) -> Promise:
        for promise in (Promise.BY_DUE_DATE, Promise.BY_POLICY_DATE):
            if week in get_possible_weeks(page, self.today, promise):
                return promise
        return Promise.LATER

    def finish(self) -> ReviewPlan:
        rows = []
        unplaced = []
        for page in self.pages:
            if page.key not in self.slots:
                unplaced.append((page.key, self._explain_unplaced(page)))
                continue
            reviewer, number = self.slots[page.key]
            week = get_monday(self.today) + dt.timedelta(weeks=number)
            rows.append(PlanRow(page.key, reviewer, week, self.promises[page.key]))
        return ReviewPlan(tuple(rows), tuple(unplaced))

    def _explain_unplaced(self, page: PageToPlan) -> str:
        present = [reviewer for reviewer in self.reviewers if reviewer.weeks]
        if not self.reviewers:
            return NO_REVIEWERS
        if not present:
            return NOBODY_AVAILABLE
        return NO_CAPACITY if self.able[page.key] else ONLY_AUTHORS_LEFT


def matches_specialty(specialty: str, topics: Iterable[str]) -> bool:
    """Whether a word of a specialty is, or begins like, a word of a topic's name."""
    wanted = _get_stems(specialty)
    return any(wanted & _get_stems(topic) for topic in topics)


def _get_stems(words: str) -> set[str]:
    found = re.findall(r"[^\W\d_]+", words.casefold())
    return {word[:STEM_LENGTH] for word in found if len(word) > 2 and word not in STOP_WORDS}
