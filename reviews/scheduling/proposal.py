"""Many annual reviews assigned at once: a plan, and the plan carried out, whole or not at all."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from articles import quality
from articles.audit import recording
from articles.content import kinds
from articles.content.document import Document
from articles.models import Article
from articles.publishing.actions import ActionRefused
from reviews.models import MedicalReview, Reviewer, ReviewSchedule
from reviews.scheduling import capacity, planner
from reviews.signing import actions, eligibility, unchanged_texts

# Each is asked for by itself, all in one transaction: on SQLite a minute without other writers.
MAX_PAGES = 500
SENT_BACK = "Changes were requested, and no review has been requested since."
IN_REVIEW = "In review already."
UNCHANGED = "Unchanged since it was signed, though a check blocks it:"
UNDATED = "Never published, or withdrawn: request its review from its own form."


class CannotPlan(ActionRefused):
    """Something stands in the way of the whole plan; nothing was done."""


@dataclass(frozen=True)
class PlanProposal:
    """A plan and what it was made from. ``facts`` are all that decides it, by kind.

    ``remarks`` are what checks find in pages of the plan that are unchanged since they were signed.
    """

    plan: planner.ReviewPlan
    pages: dict[int, ReviewSchedule]
    titles: dict[int, str]
    reviewers: dict[int, Reviewer]
    availability: dict[int, planner.AvailableReviewer]
    left_out: tuple[tuple[int, str], ...]
    remarks: tuple[tuple[int, str], ...]
    remaining: int
    facts: dict[str, list]


def find_due(pages) -> QuerySet[ReviewSchedule]:
    """The schedules of pages, the first due first."""
    schedules = ReviewSchedule.objects.filter(article__in=pages.values("pk"))
    return schedules.order_by("next_due", "article")


def build_proposal(pages, today: dt.date) -> PlanProposal:
    """A plan for the pages that fall due first, in a number of queries that does not grow."""
    schedules = find_due(pages)
    due = {schedule.article_id: schedule for schedule in schedules[:MAX_PAGES]}
    remaining = schedules.count() - len(due)
    left_out, remarks = _find_left_out(pages, list(due))
    reasons = dict(left_out)
    plannable = {page: schedule for page, schedule in due.items() if page not in reasons}
    qualified = eligibility.get_qualified_reviewers().select_related("user")
    reviewers = {reviewer.pk: reviewer for reviewer in qualified}
    wanted = _load_pages(plannable, reviewers)
    last_day = max((page.due for page in wanted), default=today)
    available = _load_reviewers(reviewers, last_day, today)
    named = Article.objects.filter(pk__in=[*due, *reasons])
    return PlanProposal(
        plan=planner.make_plan(wanted, available, today),
        pages=plannable,
        titles=dict(named.values_list("pk", "title")),
        reviewers=reviewers,
        availability={reviewer.key: reviewer for reviewer in available},
        left_out=tuple(left_out),
        remarks=tuple(remarks),
        remaining=remaining,
        facts=_list_facts(wanted, available, today),
    )


def _find_left_out(pages, due: list[int]) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Pages that cannot be planned, each with the reason; and the remarks on those that can."""
    left_out = []
    waiting = MedicalReview.objects.waiting().filter(article__in=due)
    for page in waiting.values_list("article", flat=True):
        left_out.append((page, IN_REVIEW))
    sent_back = MedicalReview.objects.sent_back().filter(article__in=due)
    for page in sent_back.values_list("article", flat=True):
        left_out.append((page, SENT_BACK))
    reasons = dict(left_out)
    blocked, remarks = _find_blocked_pages([page for page in due if page not in reasons])
    left_out += blocked
    undated = pages.exclude(pk__in=ReviewSchedule.objects.values("article"))
    undated = undated.order_by("sort_key", "pk").values_list("pk", flat=True)
    for page in undated[:MAX_PAGES]:
        left_out.append((page, UNDATED))
    return left_out, remarks


def _list_facts(
    pages: list[planner.PageToPlan], reviewers: list[planner.AvailableReviewer], today: dt.date
) -> dict[str, list]:
    """The facts of each kind in ``CHANGE_REASONS``."""
    page_facts = [(page.key, page.due.isoformat(), sorted(page.topics)) for page in pages]
    author_facts = [(page.key, sorted(page.excluded_reviewers)) for page in pages]
    return {
        "day": [today.isoformat()],
        "pages": sorted(page_facts),
        "words": sorted(author_facts),
        "readers": [[one.key, one.load, one.specialty, *one.days] for one in reviewers],
    }


def _find_blocked_pages(
    page_ids: list[int],
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Pages that a check blocks, each with the first problem as its reason; and, apart from them,
    those whose annual review can be requested all the same (``unchanged_texts``).

    A check may be newer than a signature, and one such page would stop the whole plan.
    """
    messages: dict[int, str] = {}
    documents: dict[int, Document] = {}
    for kind in kinds.get_all():
        pages = kind.load(kind.model.objects.filter(pk__in=page_ids, kind=kind.name))
        for page in pages.select_related("writer", "notice").prefetch_related("topics"):
            document = kind.compose(page)
            problems = quality.find_blocking_problems(page, document)
            if problems:
                messages[page.pk] = problems[0].message
                documents[page.pk] = document
    reviewable = unchanged_texts.find_reviewable(documents)
    blocked = []
    remarks = []
    for page_id, message in messages.items():
        if page_id in reviewable:
            remarks.append((page_id, f"{UNCHANGED} {message}"))
        else:
            blocked.append((page_id, f"A check blocks it: {message}"))
    return blocked, remarks


def _load_pages(
    schedules: dict[int, ReviewSchedule], reviewers: dict[int, Reviewer]
) -> list[planner.PageToPlan]:
    barred = eligibility.get_barred_users_by_page(list(schedules))
    reviewer_by_user = {reviewer.user_id: reviewer.pk for reviewer in reviewers.values()}
    topics = _load_topic_names(list(schedules))
    pages = []
    for key, schedule in schedules.items():
        excluded = [reviewer_by_user.get(user) for user in barred.get(key, ())]
        page = planner.PageToPlan(
            key=key,
            due=schedule.next_due,
            topics=tuple(sorted(topics.get(key, ()))),
            excluded_reviewers=frozenset(filter(None, excluded)),
        )
        pages.append(page)
    return pages


def _load_topic_names(pages: list[int]) -> dict[int, list[str]]:
    topics: dict[int, list[str]] = {}
    filings = Article.topics.through.objects.filter(article__in=pages)
    for page, name in filings.values_list("article", "topic__name"):
        topics.setdefault(page, []).append(name)
    return topics


def _load_reviewers(
    reviewers: dict[int, Reviewer], last_day: dt.date, today: dt.date
) -> list[planner.AvailableReviewer]:
    weeks = planner.count_weeks_until(last_day, today)
    absences = capacity.get_absences(today, today + dt.timedelta(weeks=weeks))
    waiting = MedicalReview.objects.waiting().filter(reviewer__isnull=False).order_by()
    loads = dict(waiting.values_list("reviewer").annotate(Count("pk")))
    available = []
    for key, reviewer in sorted(reviewers.items()):
        days = capacity.count_working_days(
            today,
            weeks,
            licence_expires=reviewer.licence_expires,
            absences=absences.get(key, ()),
        )
        available.append(
            planner.AvailableReviewer(
                key=key, days=days, specialty=reviewer.specialty, load=loads.get(key, 0)
            )
        )
    return available


CHANGE_REASONS = {
    "day": "a day has passed",
    "pages": "other pages are due, or some of these were signed, withdrawn, moved to other topics "
    "or requested",
    "words": "somebody changed one of these pages",
    "readers": "a reviewer was added or removed, took or decided a review, is away on other days, "
    "or has another licence",
}


@transaction.atomic
def open_reviews(proposal: PlanProposal, *, by) -> list[MedicalReview]:
    """Open the reviews of a plan, all or none. Raises CannotPlan."""
    planned = proposal.plan.planned_reviews
    articles = Article.objects.in_bulk([review.page for review in planned])
    opened = [_request_review(articles[review.page], review, proposal, by) for review in planned]
    recording.record("review", opened, by=by)
    return opened


def _request_review(
    page: Article, planned: planner.PlannedReview, proposal: PlanProposal, by
) -> MedicalReview:
    schedule = proposal.pages[page.pk]
    trigger = MedicalReview.Trigger.FIRST if schedule.recorded else MedicalReview.Trigger.ANNUAL
    try:
        return actions.request_review(
            page,
            by=by,
            trigger=trigger,
            reviewer=proposal.reviewers[planned.reviewer],
            note=format_note(planned.week, schedule.next_due),
            records_event=False,
        )
    except ActionRefused as refusal:
        raise CannotPlan(f"Nothing was done, because of “{page.title}”. {refusal}") from refusal


def format_note(monday: dt.date, due: dt.date) -> str:
    """The note to a reviewer: the week, and the due date where that is not after the week."""
    note = f"Please read it in the week of {monday:%-d %B}."
    if due < timezone.localdate():
        return f"{note} It has been overdue since {due:%-d %B}."
    if due < monday + dt.timedelta(days=7):
        return f"{note} Its review is due on {due:%-d %B}."
    return note
