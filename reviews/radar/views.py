"""The radar of managing editors: numbers, what falls due, workloads, and the list behind each."""

from functools import wraps
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import EmptyPage, InvalidPage, Paginator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles.display import shorten_printable
from articles.imports.formats import spreadsheets
from articles.models import Topic
from reviews.models import Reviewer
from reviews.radar import queries, statistics

CSV_HEADER = ["Title", "Kind", "Filed under", "Reviewed last by", "Due", "In words", "With"]


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


def read_filter(request) -> tuple[queries.RadarFilter, list[Topic], list[Reviewer]]:
    """What the address asks for, and the topics and reviewers to choose from, in two queries."""
    topics = list(Topic.objects.all())
    reviewers = list(Reviewer.objects.select_related("user"))
    return queries.parse_filter(request.GET, topics, reviewers), topics, reviewers


@require_managing_editor
@require_safe
def overview(request):
    radar_filter, topics, reviewers = read_filter(request)
    today = timezone.localdate()
    pages = radar_filter.pages(today)
    if request.GET.get("format") == "csv":
        return _render_csv(pages, today)
    invalid_parameters = list(radar_filter.invalid_parameters)
    page_number = request.GET.get("page") or "1"
    page = _get_list_page(pages, page_number, invalid_parameters)
    reviewer_counts = queries.count_by_reviewer(today)
    workloads = statistics.build_workloads(reviewers, reviewer_counts, today)
    query = radar_filter.get_query()
    context = {
        "radar_filter": radar_filter,
        "invalid_parameters": invalid_parameters,
        "state_counts": _count_by_state(radar_filter, today),
        "active_filters": _list_active_filters(radar_filter),
        "page": page,
        "rows": queries.build_rows(list(page.object_list), today),
        "page_urls": _build_page_urls(page, query),
        "csv": build_link(query | {"format": "csv"}),
        "plan": build_link(query),
        "topics": _build_topic_rows(topics, queries.count_by_topic(today), query),
        "topic_choices": topics,
        "reviewers": reviewers,
        "bars": statistics.build_chart(radar_filter.pages(today, ignore_state=True), today),
        "workloads": workloads,
        "lapsing": [load for load in workloads if load.lapsed or load.lapses_soon],
        "signing_time": statistics.measure_signing_time(timezone.now()),
        "today": today,
    }
    return render(request, "reviews/radar.html", context)


def _render_csv(pages, today):
    rows = map(_build_csv_row, queries.iter_rows(pages, today))
    return spreadsheets.build_csv_response(f"radar-{today}", CSV_HEADER, rows)


def _build_csv_row(row: queries.RadarRow) -> list:
    """The cells under ``CSV_HEADER``."""
    return [row.title, row.kind, row.topics, row.reviewer, row.due, row.due_text, row.assignee]


def _get_list_page(pages, page_number: str, invalid_parameters: list[str]):
    """One page of the list. Where there is no such page: the first, and a sentence about that."""
    paginator = Paginator(queries.order_by_due_date(pages), queries.ROWS_PER_PAGE)
    try:
        return paginator.page(page_number)
    except (EmptyPage, InvalidPage):
        invalid_parameters.append(
            f"This list has no page {shorten_printable(page_number)}; this is the first."
        )
        return paginator.page(1)


def _count_by_state(radar_filter: queries.RadarFilter, today) -> list[dict]:
    """How many of the pages that pass the other filters are in each state, with its link."""
    pages = radar_filter.pages(today, ignore_state=True)
    other_filters = _drop(radar_filter.get_query(), "state")
    counts = []
    for name, (label, filter_by_state) in queries.STATES.items():
        count = {
            "name": name,
            "label": label,
            "count": filter_by_state(pages, today).count(),
            "url": build_link(other_filters | {"state": name}, "pages"),
            "chosen": name == radar_filter.state,
        }
        counts.append(count)
    return counts


def _list_active_filters(radar_filter: queries.RadarFilter) -> list[tuple[str, str]]:
    """Each filter in words, with the link to the list without it."""
    labels = _label_filters(radar_filter)
    query = radar_filter.get_query()
    return [(labels[name], build_link(_drop(query, name), "pages")) for name in query]


def _label_filters(radar_filter: queries.RadarFilter) -> dict[str, str]:
    """Parameter → what it filters by, in words. Those that filter nothing have no meaning here."""
    state_label, _ = queries.STATES.get(radar_filter.state, ("", None))
    holder = radar_filter.holder
    if holder == queries.NOBODY:
        holder = "any reviewer"
    labels = {
        "state": state_label,
        "topic": f"Topic: {radar_filter.topic}",
        "reviewer": f"Last reviewed by {radar_filter.reviewer}",
        "with": f"Assigned to {holder}",
    }
    if radar_filter.month:
        labels["due"] = f"Due in {radar_filter.month:%B %Y}"
    if radar_filter.until:
        labels["until"] = f"Due by {radar_filter.until:%-d %B %Y}"
    return labels


def _drop(query: dict[str, str], *names: str) -> dict[str, str]:
    """A query without some of its parameters."""
    return {name: value for name, value in query.items() if name not in names}


def _build_topic_rows(topics: list[Topic], counts: dict, query: dict[str, str]) -> list[dict]:
    """How much of each topic is overdue and due soon, with the links to these lists."""
    other_filters = _drop(query, "topic", "state")
    rows = []
    for topic in topics:
        late, soon = counts.get(topic.pk, (0, 0))
        by_topic = other_filters | {"topic": topic.slug}
        row = {
            "name": topic.name,
            "url": build_link(by_topic, "pages"),
            "late": late,
            "late_url": build_link(by_topic | {"state": "overdue"}, "pages"),
            "soon": soon,
            "soon_url": build_link(by_topic | {"state": "90"}, "pages"),
        }
        rows.append(row)
    return rows


def build_link(query: dict[str, str], anchor: str = "") -> str:
    """A link to the same page with this query, and to an anchor on it if one is given."""
    link = f"?{urlencode(query)}"
    return f"{link}#{anchor}" if anchor else link


def _build_page_urls(page, query: dict[str, str]) -> dict[str, str]:
    """The links to the page of the list before this one and the one after it."""
    urls = {}
    if page.has_previous():
        urls["previous"] = build_link(query | {"page": page.previous_page_number()}, "pages")
    if page.has_next():
        urls["next"] = build_link(query | {"page": page.next_page_number()}, "pages")
    return urls
