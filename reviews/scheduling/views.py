"""The plan of who reads what in which week: shown, then carried out whole."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from articles.admin.confirmed_action import ActionResult, ConfirmedAction
from articles.lists import ListQuery
from articles.models import Article
from articles.publishing.merging import lock_pages
from reviews.radar.views import read_query, require_managing_editor
from reviews.scheduling.planner import PlannedReview
from reviews.scheduling.proposal import (
    CHANGE_REASONS,
    MAX_PAGES,
    PlanProposal,
    build_proposal,
    find_due,
    open_reviews,
)

DEFAULT_SPAN = dt.timedelta(days=90)


class AssignReviewsAction(ConfirmedAction):
    """The plan for the pages of a filter; confirmed, all its reviews are opened, or none."""

    template = "reviews/plan.html"
    change_reasons = CHANGE_REASONS

    def __init__(self, request, query: ListQuery):
        self.list_query = query
        self.today = timezone.localdate()
        if not query.values:
            query.defaults["until"] = (self.today + DEFAULT_SPAN).isoformat()
        self.pages = query.filter_rows(Article.objects.active())
        radar_url = reverse("reviews:radar")
        self.cancel_url = f"{radar_url}{query.build_query()}#pages"
        self.done_url = f"{radar_url}?state=waiting#pages"
        super().__init__(request)

    def lock(self):
        schedules = find_due(self.pages)[:MAX_PAGES]
        lock_pages(schedules.values_list("article", flat=True))

    def preview(self):
        return build_proposal(self.pages, self.today)

    def can_execute(self, preview):
        return bool(preview.plan.planned_reviews)

    def execute(self, preview):
        opened = open_reviews(preview, by=self.by)
        count = "1 review is" if len(opened) == 1 else f"{len(opened)} reviews are"
        message = f"{count} assigned, each to its reviewer and week."
        return ActionResult(message, [review.pk for review in opened])

    def get_context(self, preview):
        return {
            "list_query": self.list_query,
            "totals": _build_totals(preview),
            "weeks": _group_by_week(preview),
            "not_placed": _group_by_reason(preview, [*preview.plan.unplaced, *preview.left_out]),
            "remarks": _group_by_reason(preview, _get_remarks(preview)),
        }


@require_managing_editor
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request):
    """Without a filter the plan is for what falls due in the next 90 days."""
    unfiltered = f"the plan is for the next {DEFAULT_SPAN.days} days"
    query, _, _ = read_query(request, unfiltered=unfiltered)
    return AssignReviewsAction(request, query).respond()


def _build_totals(proposal: PlanProposal) -> list[dict]:
    """Of each reviewer: the open reviews, the planned ones, and the weeks of work until then."""
    planned = Counter(review.reviewer for review in proposal.plan.planned_reviews)
    totals = []
    for key, reviewer in proposal.reviewers.items():
        available = proposal.availability[key]
        load = available.load + planned[key]
        total = {
            "reviewer": reviewer,
            "open": available.load,
            "planned": planned[key],
            "weeks": f"{available.weeks:g}",
            "a_week": f"{load / available.weeks:.1f}" if available.weeks else "—",
        }
        totals.append(total)
    return totals


def _group_by_week(proposal: PlanProposal) -> list[dict]:
    """The plan by week, then by reviewer."""
    weeks: dict[dt.date, dict[int, list[PlannedReview]]] = {}
    for review in proposal.plan.planned_reviews:
        by_reviewer = weeks.setdefault(review.week, {})
        by_reviewer.setdefault(review.reviewer, []).append(review)
    groups = []
    for week, by_reviewer in weeks.items():
        readers = []
        for reviewer, reviews in by_reviewer.items():
            pages = [_describe_page(review.page, proposal) for review in reviews]
            readers.append({"reviewer": proposal.reviewers[reviewer], "pages": pages})
        count = sum(len(reviews) for reviews in by_reviewer.values())
        groups.append({"week": week, "readers": readers, "count": count})
    return groups


def _describe_page(page: int, proposal: PlanProposal) -> tuple[str, dt.date]:
    """The title of a planned page, and its due date."""
    return proposal.titles[page], proposal.pages[page].next_due


def _get_remarks(proposal: PlanProposal) -> list[tuple[int, str]]:
    """What checks find in the pages of the plan."""
    planned = {review.page for review in proposal.plan.planned_reviews}
    return [remark for remark in proposal.remarks if remark[0] in planned]


def _group_by_reason(
    proposal: PlanProposal, rows: Iterable[tuple[int, str]]
) -> list[tuple[str, list[str]]]:
    """Reasons, each with the titles of the pages that have it."""
    titles: dict[str, list[str]] = {}
    for page, reason in rows:
        titles.setdefault(reason, []).append(proposal.titles[page])
    return list(titles.items())
