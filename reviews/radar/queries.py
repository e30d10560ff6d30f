"""The radar: which pages want a review, filtered by an address, in numbers and in rows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from articles.content import kinds
from articles.lists import ListFilter, ListQuery
from articles.models import Article, PublicationEvent, SafetyAlert, Topic
from reviews import page_states
from reviews.display import format_days_until_due, get_admin_url
from reviews.models import ListedPage, MedicalReview, PlannedReview, Reviewer, ReviewSchedule
from reviews.models.listed_page import NO_DATE

ROWS_PER_PAGE = 50
NOBODY = "nobody"


def read_query(
    parameters: Mapping[str, str], topics: list[Topic], reviewers: list[Reviewer], **options
) -> ListQuery:
    """What an address asks of the radar. ``options`` are those of a ListQuery."""
    names = {reviewer.slug: str(reviewer) for reviewer in reviewers}
    filters = (
        ListFilter(
            "state",
            _("status"),
            page_states.get_labels(page_states.RADAR_STATES),
            apply=page_states.filter_by_state,
            widget="hidden",
        ),
        ListFilter(
            "topic",
            _("topic"),
            {topic.slug: topic.name for topic in topics},
            apply=partial(_filter_by_topic, {topic.slug: topic.pk for topic in topics}),
        ),
        ListFilter(
            "reviewer",
            _("last reviewed by"),
            names,
            apply=partial(_filter_by_reviewer, {one.slug: one.pk for one in reviewers}),
            noun="reviewer",
        ),
        ListFilter(
            "with",
            _("assigned to"),
            {NOBODY: _("Any reviewer"), **names},
            apply=_filter_by_holder,
            noun="reviewer",
        ),
        ListFilter(
            "planned",
            _("planned for"),
            names,
            apply=_filter_by_planned_reader,
            noun="reviewer",
        ),
        ListFilter(
            "due",
            _("due in"),
            find_label=_find_month,
            apply=_filter_by_month,
            noun="month",
            widget="hidden",
        ),
        ListFilter(
            "until",
            _("due by"),
            find_label=_find_day,
            apply=_filter_by_last_day,
            noun="date",
            widget="date",
        ),
    )
    return ListQuery(parameters, filters, **options)


# By key and not by a part of the query: engines plan a topic of all pages unlike one of a few.
def _filter_by_topic(keys: Mapping[str, int], pages, slug: str, user):
    """The pages whose working copy is filed under a topic."""
    filings = Article.topics.through.objects.filter(article=OuterRef("pk"), topic=keys[slug])
    return pages.filter(Exists(filings))


def _filter_by_reviewer(keys: Mapping[str, int], pages, slug: str, user):
    """The pages that a reviewer was the last to sign whole."""
    return pages.filter(reviewer=keys[slug])


def _filter_by_holder(pages, slug: str, user):
    """The pages in review with a reviewer, or with nobody in particular."""
    waiting = MedicalReview.objects.waiting()
    if slug == NOBODY:
        waiting = waiting.filter(reviewer=None)
    else:
        waiting = waiting.filter(reviewer__slug=slug)
    return pages.filter(pk__in=waiting.values("article"))


def _filter_by_planned_reader(pages, slug: str, user):
    """The pages that are planned for a reviewer, and not opened yet."""
    planned = PlannedReview.objects.pending().filter(reviewer__slug=slug)
    return pages.filter(pk__in=planned.values("article"))


def _find_day(text: str) -> str:
    return _format_day(text, "j F Y")


def _find_month(text: str) -> str:
    return _format_day(f"{text}-01", "F Y")


def _format_day(text: str, pattern: str) -> str:
    """A day of an address in words; empty if there is no such day."""
    try:
        day = parse_date(text)
    except ValueError:
        return ""
    return date_format(day, pattern) if day else ""


def _filter_by_month(pages, month: str, user):
    first = parse_date(f"{month}-01")
    assert first  # only a month that has a label is chosen
    return pages.filter(due__gte=first, due__lt=first + relativedelta(months=1))


def _filter_by_last_day(pages, day: str, user):
    return pages.filter(due__lte=parse_date(day), due__lt=NO_DATE)


@dataclass(frozen=True)
class RadarRow:
    """One page on the radar."""

    title: str
    url: str
    kind: str
    topics: str
    reviewer: str
    due: dt.date | None
    due_text: str
    late: bool
    assignee: str
    planned: str = ""
    is_high_risk: bool = False
    finding: str = ""


MAX_ALERTS = 10
MAX_REASON = 200  # characters of why a review was declined


@dataclass(frozen=True)
class RadarAlert:
    """A page that visitors read with what the safety checks refuse in it, a line for each."""

    title: str
    url: str
    gravity: str
    findings: list[str]


def get_alerts() -> list[RadarAlert]:
    """The gravest safety alerts, in one query."""
    rows = SafetyAlert.objects.select_related("article")
    alerts = []
    for alert in rows.order_by("gravity", "article__sort_key", "article")[:MAX_ALERTS]:
        page = alert.article
        url = get_admin_url(kinds.get(page.kind), "change", page.pk)
        gravity = str(alert.get_gravity_display())
        alerts.append(RadarAlert(page.title, url, gravity, alert.findings.splitlines()))
    return alerts


def order_rows(pages, state: str):
    """The keys of pages in the order of their rows: alerts by gravity, all else by due date."""
    if state == "alerts":
        alerts = SafetyAlert.objects.filter(article=OuterRef("pk")).values("gravity")
        ordered = pages.order_by(Subquery(alerts[:1]), "sort_key", "pk")
        return ordered.values_list("pk", flat=True)
    return order_by_due_date(pages)


def order_by_due_date(pages):
    """What is due first comes first; what has no date comes last."""
    return pages.order_by("due", "sort_key", "pk").values_list("pk", flat=True)


def build_rows(page_ids: list[int], today: dt.date) -> list[RadarRow]:
    """The rows of some pages, in their order, in a fixed number of queries."""
    events = Exists(PublicationEvent.objects.filter(article=OuterRef("pk")))
    found = Article.objects.filter(pk__in=page_ids).annotate(was_published=events)
    columns = ("pk", "kind", "title", "risk", "live", "was_published")
    pages = {page["pk"]: page for page in found.values(*columns)}
    schedules = _load_schedules(page_ids)
    assignees, findings = _load_assignees(page_ids)
    planned = _load_planned(page_ids)
    findings |= _load_outcomes(page_ids) | _load_alerts(page_ids)
    topics = _load_topic_names(page_ids)
    rows = []
    for page_id in page_ids:
        if page_id in pages:
            row = _build_row(
                pages[page_id],
                schedule=schedules.get(page_id),
                assignee=assignees.get(page_id, ""),
                planned=planned.get(page_id, ""),
                finding=findings.get(page_id, ""),
                topics=topics.get(page_id, []),
                today=today,
            )
            rows.append(row)
    return rows


def _load_schedules(page_ids: list[int]) -> dict[int, ReviewSchedule]:
    schedules = ReviewSchedule.objects.filter(article__in=page_ids).select_related("reviewer")
    return {schedule.article_id: schedule for schedule in schedules}


def _load_assignees(page_ids: list[int]) -> tuple[dict[int, str], dict[int, str]]:
    """By page, who has been asked to read it, and the first check that was overridden for that."""
    waiting = MedicalReview.objects.waiting().filter(article__in=page_ids)
    assignees = {}
    overridden = {}
    for review in waiting.select_related("reviewer"):
        assignees[review.article_id] = str(review.reviewer or "Any reviewer")
        if review.overridden:
            first = review.overridden.splitlines()[0]
            overridden[review.article_id] = f"In review although a check blocks it: {first}"
    return assignees, overridden


def _load_planned(page_ids: list[int]) -> dict[int, str]:
    """By page, who is to read it in which week."""
    planned = PlannedReview.objects.pending().filter(article__in=page_ids)
    texts = {}
    for row in planned.select_related("reviewer"):
        texts[row.article_id] = f"Planned: {row.reviewer}, week of {row.week:%-d %b %Y}"
    return texts


def _load_outcomes(page_ids: list[int]) -> dict[int, str]:
    """By page, that its last review was declined or its withdrawal is recommended, and why."""
    reviews = MedicalReview.objects.filter(article__in=page_ids).select_related("reviewer")
    texts = {}
    for review in reviews.declined() | reviews.unfit():
        day = timezone.localdate(review.decided_at)
        label = review.get_outcome_display()
        reason = Truncator(review.comment).chars(MAX_REASON)
        texts[review.article_id] = f"{label}: {review.reviewer}, {day:%-d %B %Y}. {reason}".strip()
    return texts


def _load_alerts(page_ids: list[int]) -> dict[int, str]:
    """By page, the gravest finding of its safety alert."""
    alerts = SafetyAlert.objects.filter(article__in=page_ids)
    return {alert.article_id: f"Safety alert: {alert.first_finding}" for alert in alerts}


def _load_topic_names(page_ids: list[int]) -> dict[int, list[str]]:
    topics: dict[int, list[str]] = {}
    filings = Article.topics.through.objects.filter(article__in=page_ids)
    for page_id, name in filings.values_list("article", "topic__name"):
        topics.setdefault(page_id, []).append(name)
    return topics


def _build_row(
    page: Mapping[str, Any],
    *,
    schedule: ReviewSchedule | None,
    assignee: str,
    planned: str,
    finding: str,
    topics: list[str],
    today: dt.date,
) -> RadarRow:
    kind = kinds.get(page["kind"])
    due = schedule.next_due if schedule else None
    if due:
        due_text = format_days_until_due((due - today).days)
    elif page["live"] is None:
        name = "withdrawn" if page["was_published"] else "unpublished"
        due_text = str(page_states.STATES[name][0])
    else:
        due_text = "no date"
    return RadarRow(
        title=page["title"],
        url=get_admin_url(kind, "change", page["pk"]),
        kind=str(kind.model._meta.verbose_name).capitalize(),
        topics=", ".join(sorted(topics)),
        reviewer=_format_reviewer(schedule),
        due=due,
        due_text=due_text,
        late=due is not None and due < today,
        assignee=assignee,
        planned=planned,
        is_high_risk=page["risk"] == Article.Risk.HIGH,
        finding=finding,
    )


def _format_reviewer(schedule: ReviewSchedule | None) -> str:
    """Who reviewed a page last, in words."""
    if schedule is None:
        return ""
    if schedule.recorded:
        return "Nobody here: imported review"
    return str(schedule.reviewer or "")


def count_by_topic(today: dt.date) -> dict[int, tuple[int, int]]:
    """Topic → how many of its pages are overdue, and due in the longest of the spans."""
    late, soon = _get_late_and_soon(today)
    filings = Article.topics.through.objects
    counts: dict[int, list[int]] = {}
    for place, pages in enumerate((late, soon)):
        filed = filings.filter(article__in=pages.values("pk"))
        for topic, count in filed.order_by().values_list("topic").annotate(Count("pk")):
            counts.setdefault(topic, [0, 0])[place] = count
    return {topic: (pair[0], pair[1]) for topic, pair in counts.items()}


def count_by_reviewer(today: dt.date) -> dict[int, tuple[int, int]]:
    """Reviewer → how many of the pages they reviewed last are overdue, and due soon."""
    late, soon = _get_late_and_soon(today)
    counts: dict[int, list[int]] = {}
    for place, pages in enumerate((late, soon)):
        reviewed = pages.filter(reviewer__isnull=False)
        for reviewer, count in reviewed.values_list("reviewer").annotate(Count("pk")):
            counts.setdefault(reviewer, [0, 0])[place] = count
    return {reviewer: (pair[0], pair[1]) for reviewer, pair in counts.items()}


def _get_late_and_soon(today: dt.date) -> tuple[QuerySet[ListedPage], QuerySet[ListedPage]]:
    """The overdue pages, and those due in the longest of the spans: ranges of an index."""
    last_day = today + dt.timedelta(days=page_states.DUE_WITHIN_DAYS[-1])
    listed = ListedPage.objects.order_by()
    return listed.filter(due__lt=today), listed.filter(due__gte=today, due__lte=last_day)
