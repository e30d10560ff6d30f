"""The radar of managing editors: numbers, what falls due, workloads, and the list behind each."""

import datetime as dt
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles.imports.formats import spreadsheets
from articles.lists import ListQuery
from articles.models import ReaderReport, SafetyAlert, Topic
from articles.public.pages import get_adjacent_urls
from reviews import page_states
from reviews.alerts import list_open_reports
from reviews.models import ListedPage, Reviewer
from reviews.planned_reviews.summary import load_attention
from reviews.radar import queries, statistics, table
from reviews.signing import reading_time


def require_managing_editor(view):
    """Admit only those who may see the radar. No cache stores what they see."""

    @never_cache
    @login_required
    @wraps(view)
    def enter(request, *args, **kwargs):
        if not request.user.has_perm("reviews.see_radar"):
            raise PermissionDenied("The radar is for managing editors. Your account is not one.")
        return view(request, *args, **kwargs)

    return enter


def read_query(request, **options) -> tuple[ListQuery, list[Topic], list[Reviewer]]:
    """What the address asks for, and the topics and reviewers to choose from, in two queries."""
    topics = list(Topic.objects.all())
    reviewers = list(Reviewer.objects.select_related("user").prefetch_related("disputes"))
    return queries.read_query(request.GET, topics, reviewers, **options), topics, reviewers


@require_managing_editor
@require_safe
def overview(request):
    query, topics, reviewers = read_query(request, anchor="#pages")
    today = timezone.localdate()
    all_pages = ListedPage.objects.all()
    pages = query.filter_rows(all_pages)
    if request.GET.get("format") == "csv":
        return _render_csv(pages, today)
    pages_in_any_state = query.filter_rows(all_pages, without="state")
    state = query.values.get("state", "")
    page = query.get_page(queries.order_rows(pages, state), queries.ROWS_PER_PAGE)
    context = {
        "list_query": query,
        "state": state,
        "is_narrowed": bool(query.values.keys() - {"state"}),
        "state_counts": _count_by_state(query, pages_in_any_state),
        "page": page,
        "rows": queries.build_rows(list(page.object_list), today),
        "page_urls": get_adjacent_urls(page, query.build_page_url),
        "csv": query.build_query(format="csv"),
        "plan": query.build_query(),
        "bars": statistics.build_chart(pages_in_any_state, today),
        "today": today,
    }
    planned_count, attention = load_attention(today)
    context |= {"planned_count": planned_count, "planned_attention": len(attention)}
    context["harm_reports"], context["harm_reports_late"] = _count_harm_reports()
    context["harm_lines"] = list_open_reports()
    if not query.values or state == "alerts":
        context |= _build_alerts(query)
    if not query.values:
        context |= _build_overview(query, topics, reviewers, today)
    return render(request, "reviews/radar.html", context)


def _build_overview(
    query: ListQuery, topics: list[Topic], reviewers: list[Reviewer], today: dt.date
) -> dict:
    """What stands above the list of all pages, and goes by no filter."""
    workloads = statistics.build_workloads(reviewers, queries.count_by_reviewer(today), today)
    since = timezone.now() - dt.timedelta(days=statistics.WINDOW_DAYS)
    return {
        "has_overview": True,
        "topics": _build_topic_rows(topics, queries.count_by_topic(today), query),
        "workloads": workloads,
        "lapsing": [load for load in workloads if load.lapsed or load.lapses_soon],
        "signing_time": statistics.measure_signing_time(timezone.now()),
        "early_signatures": reading_time.count_answers(since),
    }


def _build_alerts(query: ListQuery) -> dict:
    return {
        "has_alerts": True,
        "alerts": queries.get_alerts(),
        "alert_count": SafetyAlert.objects.count(),
        "alerts_url": query.build_url(state="alerts"),
    }


def _count_harm_reports() -> tuple[int, int]:
    """The open reports that a page could harm somebody, and how many are late."""
    harmful = ReaderReport.objects.open().harmful()
    late = ReaderReport.objects.late(timezone.now())
    counts = harmful.aggregate(
        open=Count("pk"), late=Count("pk", filter=Q(pk__in=late.values("pk")))
    )
    return counts["open"], counts["late"]


def _render_csv(pages, today):
    rows = table.iterate_rows(pages, today)
    return spreadsheets.build_csv_response(f"radar-{today}", table.HEADINGS, rows)


def _count_by_state(query: ListQuery, pages) -> list[dict]:
    """How many of the pages that pass the other filters are in each state, with its link."""
    by_due_date = page_states.count_by_due_date(pages)
    counts = []
    for name, label in page_states.get_labels(page_states.RADAR_STATES).items():
        number = by_due_date.get(name)
        if number is None:
            number = page_states.filter_by_state(pages, name).count()
        count = {
            "name": name,
            "label": label,
            "count": number,
            "url": query.build_url(state=name),
            "chosen": name == query.values.get("state"),
        }
        counts.append(count)
    return counts


def _build_topic_rows(topics: list[Topic], counts: dict, query: ListQuery) -> list[dict]:
    """How much of each topic is overdue and due soon, with the links to these lists."""
    rows = []
    for topic in topics:
        late, soon = counts.get(topic.pk, (0, 0))
        row = {
            "name": topic.name,
            "url": query.build_url(topic=topic.slug, state=None),
            "late": late,
            "late_url": query.build_url(topic=topic.slug, state="overdue"),
            "soon": soon,
            "soon_url": query.build_url(topic=topic.slug, state="90"),
        }
        rows.append(row)
    return rows
