"""What is proposed to managing editors: a plan of annual reviews, what it lacks, and its facts."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from articles.models import Article, SafetyAlert
from reviews.models import MedicalReview, PlannedReview, Reviewer, ReviewSchedule
from reviews.models.review_schedule import get_policy_date, is_withdrawn_late
from reviews.planned_reviews import capacity, readers
from reviews.planned_reviews.states import describe_rows
from reviews.reading_speed import load_reading_minutes
from reviews.scheduling import planner
from reviews.signing import eligibility

MAX_PAGES = 1000
MAX_NAMED = 50  # pages that are left out for one reason, by name
PLANNED = "Planned already."
IN_REVIEW = "In review already."
SENT_BACK = (
    "Changes were requested in the text that visitors read. Mend it, and request its review."
)
UNFIT = "A reviewer recommends to withdraw it. Decide that first."
UNDATED = "Never published, or withdrawn: request its review from its own form."
CHANGE_IN_REVIEW = "A change of it is in review; this review can be opened after that."


@dataclass(frozen=True)
class ProposedPage:
    """A page that can be planned: its dates, its risk, and what is worth knowing of it."""

    key: int
    title: str
    risk: str
    next_due: dt.date
    revision: int
    minutes: int = 1
    remarks: tuple[str, ...] = ()

    @property
    def policy_date(self) -> dt.date:
        return get_policy_date(self.next_due, self.risk)

    @property
    def is_withdrawn_late(self) -> bool:
        return is_withdrawn_late(self.risk)

    @property
    def needed_by(self) -> dt.date:
        """The last day before it is withdrawn; its due date, where it would not be."""
        return self.policy_date if self.is_withdrawn_late else self.next_due


@dataclass(frozen=True)
class LeftOut:
    """Why pages are not proposed: how many, and the names of the first ones."""

    reason: str
    count: int
    titles: list[str]


@dataclass(frozen=True)
class PlanProposal:
    """A plan and what it was made from. ``facts`` are all that decides it, by kind."""

    today: dt.date
    plan: planner.ReviewPlan
    pages: dict[int, ProposedPage]
    wanted: dict[int, planner.PageToPlan]
    reviewers: dict[int, Reviewer]
    availability: dict[int, planner.AvailableReviewer]
    left_out: tuple[LeftOut, ...]
    remaining: int
    facts: dict[str, list]


CHANGE_REASONS = {
    "day": "a day has passed",
    "pages": "other pages are due, or some of these were signed, withdrawn, planned, requested or "
    "moved to other topics",
    "words": "somebody changed one of these pages, or declined to review it",
    "readers": "a reviewer was added or removed, took or decided a review, is away on other days, "
    "or has another licence or capacity",
}


@dataclass(frozen=True)
class PlanInputs:
    """What a plan is made from: the pages, who can read them, and why others are left out."""

    today: dt.date
    dated: list[ProposedPage]
    reasons: dict[int, str]
    chosen: list[ProposedPage]
    remaining: int
    reviewers: dict[int, Reviewer]
    wanted: list[planner.PageToPlan]
    available: list[planner.AvailableReviewer]

    @property
    def facts(self) -> dict[str, list]:
        return _list_facts(self.wanted, self.available, self.today)


def build_proposal(pages, today: dt.date) -> PlanProposal:
    """A plan for the pages that are needed first, in a number of queries that does not grow."""
    inputs = load_inputs(pages, today)
    return PlanProposal(
        today=today,
        plan=planner.make_plan(inputs.wanted, inputs.available, today),
        pages={page.key: page for page in inputs.chosen},
        wanted={page.key: page for page in inputs.wanted},
        reviewers=inputs.reviewers,
        availability={reviewer.key: reviewer for reviewer in inputs.available},
        left_out=_group_left_out(pages, inputs.dated, inputs.reasons),
        remaining=inputs.remaining,
        facts=inputs.facts,
    )


def load_inputs(pages, today: dt.date) -> PlanInputs:
    """What a plan made now would be made from. Making it takes longer than reading this."""
    dated = _load_dated_pages(pages)
    pending = _load_pending_rows(today)
    reasons = _find_left_out(pages, pending)
    possible = [page for page in dated if page.key not in reasons]
    chosen = _add_details(possible[:MAX_PAGES])
    reviewers = {reviewer.pk: reviewer for reviewer in readers.get_readers()}
    wanted = _build_pages_to_plan(chosen, reviewers)
    weeks = planner.count_weeks_until(max([today, *(one.last_day for one in wanted)]), today)
    absences = capacity.get_absences(today, today + dt.timedelta(weeks=weeks))
    return PlanInputs(
        today=today,
        dated=dated,
        reasons=reasons,
        chosen=chosen,
        remaining=len(possible) - len(chosen),
        reviewers=reviewers,
        wanted=wanted,
        available=_build_available(reviewers, pending, absences, weeks, today),
    )


def find_changes(proposal: PlanProposal, pages) -> list[str]:
    """In words, what of the facts that a proposal was made from is another one now."""
    facts = load_inputs(pages, proposal.today).facts
    differing = [name for name in CHANGE_REASONS if facts[name] != proposal.facts[name]]
    return [CHANGE_REASONS[name] for name in differing]


def _load_dated_pages(pages) -> list[ProposedPage]:
    """Pages with a due date: what would be withdrawn first, by its date, then by due date."""
    schedules = ReviewSchedule.objects.filter(article__in=pages.values("pk"))
    rows = schedules.order_by().values_list(
        "article", "article__title", "article__risk", "next_due", "article__live__revision"
    )
    return sorted([ProposedPage(*row) for row in rows], key=_get_rank)


def _get_rank(page: ProposedPage) -> tuple:
    return not page.is_withdrawn_late, page.needed_by, page.next_due, page.key


def _load_pending_rows(today: dt.date) -> list[PlannedReview]:
    """What is planned and not over yet."""
    rows = list(PlannedReview.objects.pending().with_page())
    states = describe_rows(rows, today)
    return [row for row in rows if not states[row.pk].is_over]


def _find_left_out(pages, pending: list[PlannedReview]) -> dict[int, str]:
    """Page → why it is not proposed."""
    outcomes = MedicalReview.Outcome
    whole = MedicalReview.WHOLE_PAGE_TRIGGERS
    reasons = {row.article_id: PLANNED for row in pending}
    reviews = MedicalReview.objects.filter(article__in=pages.values("pk"))
    waiting = reviews.waiting().filter(trigger__in=whole)
    for page in waiting.values_list("article", flat=True):
        reasons[page] = IN_REVIEW
    newest = reviews.newest_per_page().filter(outcome__in=(outcomes.CHANGES, outcomes.UNFIT))
    rows = newest.values_list(
        "article", "outcome", "trigger", "revision", "article__live__revision"
    )
    for page, outcome, trigger, revision, published in rows:
        if outcome == outcomes.UNFIT:
            reasons[page] = UNFIT
        elif trigger in whole or revision == published:
            reasons[page] = SENT_BACK
    return reasons


def _add_details(pages: list[ProposedPage]) -> list[ProposedPage]:
    """The pages with their reading times and remarks."""
    keys = [page.key for page in pages]
    minutes = load_reading_minutes(page.revision for page in pages)
    changes = MedicalReview.objects.waiting().filter(article__in=keys)
    remarks = {page: [CHANGE_IN_REVIEW] for page in changes.values_list("article", flat=True)}
    for alert in SafetyAlert.objects.filter(article__in=keys):
        remarks.setdefault(alert.article_id, []).append(f"Safety alert: {alert.first_finding}")
    detailed = []
    for page in pages:
        own = tuple(remarks.get(page.key, ()))
        detailed.append(replace(page, minutes=minutes[page.revision], remarks=own))
    return detailed


def _build_pages_to_plan(
    pages: list[ProposedPage], reviewers: dict[int, Reviewer]
) -> list[planner.PageToPlan]:
    keys = [page.key for page in pages]
    barred = eligibility.get_barred_users_by_page(keys)
    declined = readers.find_decliners(keys)
    reviewer_by_user = {reviewer.user_id: reviewer.pk for reviewer in reviewers.values()}
    topics = _load_topic_names(keys)
    wanted = []
    for page in pages:
        authors = {reviewer_by_user.get(user, 0) for user in barred.get(page.key, ())}
        excluded = (authors | declined.get(page.key, set())) & reviewers.keys()
        one = planner.PageToPlan(
            key=page.key,
            due=page.next_due,
            policy_date=page.policy_date,
            is_withdrawn_late=page.is_withdrawn_late,
            minutes=page.minutes,
            topics=tuple(sorted(topics.get(page.key, ()))),
            excluded_reviewers=frozenset(excluded),
        )
        wanted.append(one)
    return wanted


def _load_topic_names(pages: list[int]) -> dict[int, list[str]]:
    topics: dict[int, list[str]] = {}
    filings = Article.topics.through.objects.filter(article__in=pages)
    for page, name in filings.values_list("article", "topic__name"):
        topics.setdefault(page, []).append(name)
    return topics


def _build_available(
    reviewers: dict[int, Reviewer],
    pending: list[PlannedReview],
    absences: dict[int, list[tuple[dt.date, dt.date]]],
    weeks: int,
    today: dt.date,
) -> list[planner.AvailableReviewer]:
    waiting = readers.load_waiting_minutes()
    planned = _load_planned_minutes(pending, today)
    loads = Counter(row.reviewer_id for row in pending)
    available = []
    for key, reviewer in sorted(reviewers.items()):
        away = absences.get(key, ())
        days = capacity.count_working_days(
            today, weeks, licence_expires=reviewer.licence_expires, absences=away
        )
        one = planner.AvailableReviewer(
            key=key,
            days=days,
            specialty=reviewer.specialty,
            load=len(waiting.get(key, ())) + loads[key],
            capacity=reviewer.weekly_capacity,
            counts_pages=reviewer.capacity_unit == Reviewer.CapacityUnit.PAGES,
            first_day=capacity.find_first_day(today, away),
        )
        used = _fill_weeks(one, waiting.get(key, []), planned.get(key, []))
        available.append(replace(one, used=used))
    return available


def _load_planned_minutes(
    pending: list[PlannedReview], today: dt.date
) -> dict[int, list[tuple[int, int]]]:
    """Reviewer → week, counted from this one, and minutes of each review that is planned."""
    revisions = {row.pk: row.article.live.revision_id for row in pending if row.article.live}
    minutes = load_reading_minutes(revisions.values())
    monday = capacity.get_monday(today)
    found: dict[int, list[tuple[int, int]]] = {}
    for row in pending:
        week = max(0, (row.week - monday).days // 7)
        cost = minutes.get(revisions.get(row.pk, 0), 1)
        found.setdefault(row.reviewer_id, []).append((week, cost))
    return found


def _fill_weeks(
    reviewer: planner.AvailableReviewer, waiting: list[int], planned: list[tuple[int, int]]
) -> tuple[float, ...]:
    """What is taken of each week: what is planned for it, and open reviews as soon as possible."""
    used = [0.0] * len(reviewer.days)
    for week, minutes in planned:
        used[min(week, len(used) - 1)] += reviewer.get_cost(minutes)
    left = sum(reviewer.get_cost(minutes) for minutes in waiting)
    for week in range(len(used)):
        taken = min(left, max(0.0, reviewer.get_capacity(week) - used[week]))
        used[week] += taken
        left -= taken
    return tuple(used)


def _group_left_out(
    pages, dated: list[ProposedPage], reasons: dict[int, str]
) -> tuple[LeftOut, ...]:
    """The pages that are not proposed by their reasons, the reasons with the most first."""
    titles: dict[str, list[str]] = {}
    for page in dated:
        if page.key in reasons:
            titles.setdefault(reasons[page.key], []).append(page.title)
    counts = Counter({reason: len(names) for reason, names in titles.items()})
    undated = pages.exclude(pk__in=ReviewSchedule.objects.values("article")).order_by()
    counts[UNDATED] = undated.count()
    first = undated.order_by("sort_key", "pk").values_list("title", flat=True)[:MAX_NAMED]
    titles[UNDATED] = list(first)
    groups = []
    for reason, count in counts.most_common():
        if count:
            groups.append(LeftOut(reason, count, titles[reason][:MAX_NAMED]))
    return tuple(groups)


def _list_facts(
    pages: Iterable[planner.PageToPlan],
    reviewers: Iterable[planner.AvailableReviewer],
    today: dt.date,
) -> dict[str, list]:
    """The facts of each kind in ``CHANGE_REASONS``."""
    page_facts = []
    author_facts = []
    for page in pages:
        dates = page.due.isoformat(), page.last_day.isoformat(), page.is_withdrawn_late
        page_facts.append((page.key, *dates, page.minutes, sorted(page.topics)))
        author_facts.append((page.key, sorted(page.excluded_reviewers)))
    reader_facts = []
    for one in reviewers:
        reader_facts.append(
            (one.key, one.specialty, one.capacity, one.counts_pages, one.days, one.used)
        )
    return {
        "day": [today.isoformat()],
        "pages": sorted(page_facts),
        "words": sorted(author_facts),
        "readers": reader_facts,
    }
