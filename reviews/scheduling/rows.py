"""The rows of a proposed plan with what was changed in them: who, when, why, and what is short."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reviews.display import join_names
from reviews.models import Reviewer
from reviews.planned_reviews.actions import PlanChoice
from reviews.planned_reviews.capacity import get_monday
from reviews.scheduling import planner
from reviews.scheduling.edits import RowChoice
from reviews.scheduling.planner import Promise
from reviews.scheduling.proposal import PlanProposal, ProposedPage

CHOOSE_BOTH = "Choose a reviewer and a week, or leave it out."
WEEK_IS_OVER = "This week is over. Choose another one."
NOT_THERE = "{} is not available in that week."
BARRED = "{} wrote some of this page, or declined to review it."
CANNOT_SIGN = "This reviewer cannot sign now. Choose another one."


@dataclass(frozen=True)
class ProposalRow:
    """One page of a proposal as it would be planned. ``error`` is why it cannot be, so."""

    page: ProposedPage
    choice: RowChoice
    proposed: RowChoice
    reason: str
    promise: Promise | None
    is_past: bool
    error: str = ""

    @property
    def is_edited(self) -> bool:
        return self.choice != self.proposed

    @property
    def is_planned(self) -> bool:
        return self.choice.is_marked and not self.error

    @property
    def warning(self) -> str:
        """What becomes of the page until it is read in its week."""
        policy = f"{self.page.policy_date:%-d %B}"
        if self.is_past:
            return (
                "Its grace is over."
                if not self.page.is_withdrawn_late
                else ("Its grace is over: it is withdrawn as soon as the policy is applied.")
            )
        if self.promise == Promise.BY_POLICY_DATE:
            return "After its due date."
        if self.promise == Promise.LATER or not self.choice.is_marked:
            end = "begins with a notice that its review is late"
            if self.page.is_withdrawn_late:
                end = "is withdrawn"
            return f"Not read before its grace ends: after {policy} it {end}."
        return ""


@dataclass(frozen=True)
class Shortage:
    """Pages that would be read too late: all of them are needed by the end of one week."""

    week: dt.date
    pages: list[ProposedPage]

    @property
    def minutes(self) -> int:
        return sum(page.minutes for page in self.pages)

    @property
    def withdrawn(self) -> int:
        """How many of them would be withdrawn."""
        return sum(page.is_withdrawn_late for page in self.pages)


def build_rows(
    proposal: PlanProposal, edits: Mapping[int, RowChoice]
) -> tuple[list[ProposalRow], int]:
    """The rows of a proposal, and how many changes are left out as their pages are gone."""
    proposed = {row.page: row for row in proposal.plan.rows}
    reasons = dict(proposal.plan.unplaced)
    rows = []
    for key, page in proposal.pages.items():
        row = proposed.get(key)
        default = RowChoice(row.reviewer, row.week, True) if row else RowChoice()
        choice = edits.get(key, default)
        reason = reasons.get(key) or _explain_choice(proposal, key, choice, default)
        rows.append(_build_row(proposal, page, choice, default, reason))
    return rows, len(edits.keys() - proposal.pages.keys())


def _build_row(
    proposal: PlanProposal,
    page: ProposedPage,
    choice: RowChoice,
    proposed: RowChoice,
    reason: str,
) -> ProposalRow:
    error = get_choice_error(proposal, page.key, choice) if choice.is_marked else ""
    promise = None
    if choice.week and not error:
        promise = _get_promise(proposal, page.key, choice.week)
    return ProposalRow(
        page=page,
        choice=choice,
        proposed=proposed,
        reason=reason,
        promise=promise,
        is_past=page.policy_date < proposal.today,
        error=error,
    )


def get_choice_error(proposal: PlanProposal, key: int, choice: RowChoice) -> str:
    """Why a page cannot be planned so; empty if it can. Too much of a week is no such reason."""
    if not choice.reviewer or not choice.week:
        return CHOOSE_BOTH
    reviewer = proposal.reviewers.get(choice.reviewer)
    if reviewer is None:
        return CANNOT_SIGN
    if reviewer.pk in proposal.wanted[key].excluded_reviewers:
        return BARRED.format(reviewer)
    if choice.week < get_monday(proposal.today) or choice.week != get_monday(choice.week):
        return WEEK_IS_OVER
    number = count_weeks(proposal, choice.week)
    days = proposal.availability[reviewer.pk].days
    if number >= len(days) or not days[number]:
        return NOT_THERE.format(reviewer)
    return ""


def count_weeks(proposal: PlanProposal, week: dt.date) -> int:
    """The number of a week, counted from this one."""
    return (week - get_monday(proposal.today)).days // 7


def _get_promise(proposal: PlanProposal, key: int, week: dt.date) -> Promise:
    page = proposal.wanted[key]
    number = count_weeks(proposal, week)
    for promise in (Promise.BY_DUE_DATE, Promise.BY_POLICY_DATE):
        weeks = planner.get_possible_weeks(page, proposal.today, promise)
        if weeks and number <= weeks[-1]:
            return promise
    return Promise.LATER


def _explain_choice(
    proposal: PlanProposal, key: int, choice: RowChoice, proposed: RowChoice
) -> str:
    """Why this reviewer, in a few words."""
    reviewer = proposal.reviewers.get(choice.reviewer or 0)
    if reviewer is None:
        return ""
    if choice.reviewer != proposed.reviewer:
        without_time = "" if reviewer.weekly_capacity else " Their capacity is 0."
        return f"Chosen by you.{without_time}"
    page = proposal.wanted[key]
    if len(proposal.reviewers) - len(page.excluded_reviewers) == 1:
        return "The only reviewer who may read it."
    if planner.matches_specialty(reviewer.specialty, page.topics):
        return f"Specialty: {reviewer.specialty}."
    return "Has the least to read."


def list_choices(rows: Iterable[ProposalRow]) -> list[PlanChoice]:
    """What is to be planned."""
    choices = []
    for row in rows:
        reviewer, week = row.choice.reviewer, row.choice.week
        if row.is_planned and reviewer and week:
            choices.append(PlanChoice(row.page.key, reviewer, week))
    return choices


def find_shortages(proposal: PlanProposal, rows: Iterable[ProposalRow]) -> list[Shortage]:
    """What the reviewers have no room for in time, by the week in which it would be needed.

    A page that somebody leaves out or puts into a later week themselves, that nobody may read or
    whose grace is over counts in none: its own row says what becomes of it.
    """
    by_week: dict[int, list[ProposedPage]] = defaultdict(list)
    for row in rows:
        is_placed = row.proposed.is_marked
        is_left_out = is_placed and not row.choice.is_marked
        is_moved = is_placed and row.is_edited and _was_in_time(proposal, row)
        lacks_capacity = row.promise == Promise.LATER or (
            not is_placed and row.reason == planner.NO_CAPACITY
        )
        if row.is_past or is_left_out or is_moved or not lacks_capacity:
            continue
        by_week[planner.get_last_week(row.page.policy_date, proposal.today)].append(row.page)
    monday = get_monday(proposal.today)
    return [Shortage(monday + dt.timedelta(weeks=week), by_week[week]) for week in sorted(by_week)]


def _was_in_time(proposal: PlanProposal, row: ProposalRow) -> bool:
    """Whether the plan had put a page into a week in time."""
    week = row.proposed.week
    return week is not None and _get_promise(proposal, row.page.key, week) != Promise.LATER


@dataclass(frozen=True)
class ReaderWeek:
    """What one reviewer has to read in a week by a plan, and what they can read."""

    week: dt.date
    reviewer: Reviewer
    pages: int
    used: float
    capacity: float
    unit: str

    @property
    def excess(self) -> float:
        return round(max(0, self.used - self.capacity))


def build_weeks(
    proposal: PlanProposal, rows: Iterable[ProposalRow]
) -> dict[dt.date, list[ReaderWeek]]:
    """Week by week who reads how much of what they can."""
    counts: Counter[tuple[dt.date, int]] = Counter()
    costs: dict[tuple[dt.date, int], float] = defaultdict(float)
    for row in rows:
        reviewer, week = row.choice.reviewer, row.choice.week
        if row.is_planned and reviewer and week:
            counts[week, reviewer] += 1
            costs[week, reviewer] += proposal.availability[reviewer].get_cost(row.page.minutes)
    weeks: dict[dt.date, list[ReaderWeek]] = {}
    for week, key in sorted(counts):
        weeks.setdefault(week, []).append(
            _build_reader_week(proposal, week, key, counts[week, key], costs[week, key])
        )
    return weeks


def _build_reader_week(
    proposal: PlanProposal, week: dt.date, key: int, pages: int, cost: float
) -> ReaderWeek:
    available = proposal.availability[key]
    number = count_weeks(proposal, week)
    return ReaderWeek(
        week=week,
        reviewer=proposal.reviewers[key],
        pages=pages,
        used=round(cost + available.get_used(number)),
        capacity=round(available.get_capacity(number)),
        unit="pages" if available.counts_pages else "min",
    )


def build_totals(proposal: PlanProposal, rows: Iterable[ProposalRow]) -> list[dict]:
    """Of each reviewer: what they have already, what this plan adds, and their capacity."""
    planned: Counter[int | None] = Counter()
    minutes: Counter[int | None] = Counter()
    for row in rows:
        if row.is_planned:
            planned[row.choice.reviewer] += 1
            minutes[row.choice.reviewer] += row.page.minutes
    totals = []
    for key, reviewer in sorted(proposal.reviewers.items(), key=lambda pair: pair[1].name):
        available = proposal.availability[key]
        total = {
            "reviewer": reviewer,
            "open": available.load,
            "planned": planned[key],
            "minutes": minutes[key],
            "capacity": available.capacity,
            "unit": reviewer.get_capacity_unit_display(),
            "away": _describe_away(proposal, available),
        }
        totals.append(total)
    return totals


def _describe_away(proposal: PlanProposal, available: planner.AvailableReviewer) -> str:
    """The next weeks in which somebody is not there at all."""
    monday = get_monday(proposal.today)
    weeks = []
    for number, days in enumerate(available.days[: planner.LEAD_WEEKS]):
        if not days:
            weeks.append(f"{monday + dt.timedelta(weeks=number):%-d %b}")
    if len(weeks) > 4:
        weeks = [*weeks[:3], f"{len(weeks) - 3} more"]
    return join_names(weeks)
