"""The radar as a table for other programs: a row for each page, with ids that stay."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from articles.content import kinds
from articles.models import Article, PublicationEvent, SafetyAlert
from reviews.display import format_days_until_due
from reviews.models import Absence, MedicalReview, PlannedReview, Reviewer, ReviewSchedule
from reviews.models.review_schedule import get_policy_date, is_withdrawn_late
from reviews.radar.queries import order_by_due_date
from reviews.reading_speed import load_reading_minutes

BATCH_SIZE = 1000
HEADINGS = [
    "ID",
    "Address",
    "Title",
    "Kind",
    "Topics",
    "Risk",
    "Status",
    "Due",
    "In words",
    "Policy date",
    "After the policy date",
    "Last reviewed",
    "Last reviewed by",
    "Last review",
    "Last review decided",
    "Review open since",
    "Assigned to",
    "Assigned to ID",
    "Planned for",
    "Planned for ID",
    "Planned week",
    "Minutes to read",
    "Reviewer away from",
    "Reviewer away until",
    "Safety alert",
]


@dataclass
class _Details:
    """What the rows of some pages show, by the id of a page."""

    schedules: dict[int, ReviewSchedule] = field(default_factory=dict)
    newest: dict[int, MedicalReview] = field(default_factory=dict)
    planned: dict[int, PlannedReview] = field(default_factory=dict)
    minutes: dict[int, int] = field(default_factory=dict)
    topics: dict[int, list[str]] = field(default_factory=dict)
    alerts: dict[int, str] = field(default_factory=dict)
    absences: dict[int, Absence] = field(default_factory=dict)


def iterate_rows(pages, today: dt.date) -> Iterator[list]:
    """The cells under ``HEADINGS`` of each page, in batches of fixed queries."""
    page_ids = list(order_by_due_date(pages))
    for start in range(0, len(page_ids), BATCH_SIZE):
        yield from _build_rows(page_ids[start : start + BATCH_SIZE], today)


def _build_rows(page_ids: list[int], today: dt.date) -> Iterator[list]:
    events = Exists(PublicationEvent.objects.filter(article=OuterRef("pk")))
    found = Article.objects.filter(pk__in=page_ids).annotate(was_published=events)
    names = ("pk", "uuid", "kind", "title", "risk", "live", "live__slug", "live__revision")
    pages = {page["pk"]: page for page in found.values(*names, "was_published")}
    details = _load_details(page_ids, pages, today)
    for page_id in page_ids:
        if page_id in pages:
            yield _build_row(pages[page_id], details, today)


def _load_details(page_ids: list[int], pages: dict[int, Any], today: dt.date) -> _Details:
    details = _Details()
    schedules = ReviewSchedule.objects.filter(article__in=page_ids).select_related("reviewer")
    details.schedules = {row.article_id: row for row in schedules}
    reviews = MedicalReview.objects.newest_per_page().filter(article__in=page_ids)
    details.newest = {row.article_id: row for row in reviews.select_related("reviewer")}
    planned = PlannedReview.objects.pending().filter(article__in=page_ids)
    details.planned = {row.article_id: row for row in planned.select_related("reviewer")}
    filings = Article.topics.through.objects.filter(article__in=page_ids)
    for page_id, name in filings.values_list("article", "topic__name"):
        details.topics.setdefault(page_id, []).append(name)
    for alert in SafetyAlert.objects.filter(article__in=page_ids):
        details.alerts[alert.article_id] = alert.first_finding
    for absence in Absence.objects.current_or_upcoming(today).order_by("-first_day", "-pk"):
        details.absences[absence.reviewer_id] = absence  # the first one stays
    details.minutes = _load_minutes(pages, details)
    return details


def _load_minutes(pages: dict[int, Any], details: _Details) -> dict[int, int]:
    """How long each page takes that somebody has to read."""
    revisions = {}
    for page_id in details.planned:
        revisions[page_id] = pages[page_id]["live__revision"]
    for page_id, review in details.newest.items():
        if not review.decided_at:
            revisions[page_id] = review.revision_id
    minutes = load_reading_minutes(key for key in revisions.values() if key)
    return {page_id: minutes.get(key, 1) for page_id, key in revisions.items()}


def _build_row(page: Mapping[str, Any], details: _Details, today: dt.date) -> list:
    key = page["pk"]
    kind = kinds.get(page["kind"])
    newest = details.newest.get(key)
    waiting = newest if newest and not newest.decided_at else None
    planned = details.planned.get(key)
    planned_reader = planned.reviewer if planned else None
    reader = (waiting.reviewer if waiting else None) or planned_reader
    away = details.absences.get(reader.pk) if reader else None
    return [
        page["uuid"],
        _get_address(page),
        page["title"],
        str(kind.model._meta.verbose_name).capitalize(),
        ", ".join(sorted(details.topics.get(key, ()))),
        page["risk"],
        _get_status(page),
        *_get_dates(page, details.schedules.get(key), today),
        *_describe_decision(newest),
        timezone.localdate(waiting.requested_at) if waiting else "",
        *_name_reader(waiting.reviewer if waiting else None, "any reviewer" if waiting else ""),
        *_name_reader(planned_reader, ""),
        planned.week if planned else "",
        details.minutes.get(key, ""),
        away.first_day if away else "",
        away.last_day if away else "",
        details.alerts.get(key, ""),
    ]


def _get_address(page: Mapping[str, Any]) -> str:
    """The public address; empty for a page that visitors cannot read."""
    if page["live"] is None:
        return ""
    return settings.SITE_URL + reverse(kinds.get(page["kind"]).url_name, args=[page["live__slug"]])


def _get_status(page: Mapping[str, Any]) -> str:
    if page["live"] is not None:
        return "published"
    return "withdrawn" if page["was_published"] else "never published"


def _get_dates(
    page: Mapping[str, Any], schedule: ReviewSchedule | None, today: dt.date
) -> tuple[Any, ...]:
    """Due, in words, policy date, what happens then, last reviewed and by which reviewer."""
    if schedule is None:
        return ("",) * 6
    policy = "withdrawn" if is_withdrawn_late(page["risk"]) else "a notice stands first on the page"
    reviewer = "Nobody here: imported review" if schedule.recorded else str(schedule.reviewer or "")
    return (
        schedule.next_due,
        format_days_until_due((schedule.next_due - today).days),
        get_policy_date(schedule.next_due, page["risk"]),
        policy,
        schedule.last_reviewed,
        reviewer,
    )


def _describe_decision(newest: MedicalReview | None) -> tuple[Any, Any]:
    """The outcome of the newest review, or that it is open, and the day of the decision."""
    if newest is None:
        return "", ""
    if not newest.decided_at:
        return "in review", ""
    return newest.get_outcome_display().lower(), timezone.localdate(newest.decided_at)


def _name_reader(reviewer: Reviewer | None, otherwise: str) -> tuple[str, Any]:
    return (str(reviewer), reviewer.uuid) if reviewer else (otherwise, "")
