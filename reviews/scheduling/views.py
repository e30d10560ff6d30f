"""The plan of who reads what in which week: shown, then carried out whole."""

import datetime as dt
from collections import Counter

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from articles.publishing.actions import ActionRefused
from reviews.radar.queries import RadarFilter
from reviews.radar.views import build_link, read_filter, require_managing_editor
from reviews.scheduling.planner import PlannedReview
from reviews.scheduling.proposal import (
    CHANGE_REASONS,
    PlanProposal,
    build_proposal,
    open_reviews,
)

DEFAULT_SPAN = dt.timedelta(days=90)


@require_managing_editor
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request):
    """Without a filter the plan is for what falls due in the next 90 days."""
    radar_filter, topics, _ = read_filter(request)
    today = timezone.localdate()
    wanted = radar_filter if radar_filter.get_query() else RadarFilter(until=today + DEFAULT_SPAN)
    pages = wanted.pages(today)
    refusal = ""
    if request.method == "POST":
        fingerprints = {name: request.POST.get(f"seen_{name}", "") for name in CHANGE_REASONS}
        try:
            opened = open_reviews(pages, fingerprints=fingerprints, by=request.user)
        except ActionRefused as error:
            refusal = str(error)
        else:
            count = "1 review is" if len(opened) == 1 else f"{len(opened)} reviews are"
            messages.success(request, f"{count} assigned, each to its reviewer and week.")
            return redirect(_build_radar_url({"state": "waiting"}))
    proposal = build_proposal(pages, today)
    context = {
        "radar_filter": radar_filter,
        "invalid_parameters": radar_filter.invalid_parameters,
        "until": wanted.until,
        "topics": topics,
        "refused": refusal,
        "proposal": proposal,
        "totals": _build_totals(proposal),
        "weeks": _group_by_week(proposal),
        "not_placed": _group_by_reason(proposal),
        "back": _build_radar_url(radar_filter.get_query()),
    }
    return render(request, "reviews/plan.html", context, status=409 if refusal else 200)


def _build_radar_url(query: dict[str, str]) -> str:
    return reverse("reviews:radar") + build_link(query, "pages")


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


def _group_by_reason(proposal: PlanProposal) -> list[tuple[str, list[str]]]:
    """Reasons why pages are not in the plan, each with the titles of these pages."""
    titles: dict[str, list[str]] = {}
    for page, reason in [*proposal.plan.unplaced, *proposal.left_out]:
        titles.setdefault(reason, []).append(proposal.titles[page])
    return list(titles.items())
