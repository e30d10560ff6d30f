"""Reports in the admin: the index with counts, each report as a list and a file, bulk actions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import wraps
from itertools import islice
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.paginator import EmptyPage, InvalidPage, Page, Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from articles.display import shorten_printable
from articles.imports.formats import spreadsheets
from articles.reports import base as reports
from articles.reports.base import ROWS_PER_PAGE, Report

COUNT_CACHE_SECONDS = 300  # the counts cost more than the rest of the start page
BATCH_SIZE = 500


@dataclass
class ReportQuery:
    """The filters and the sorting in an address, with a message for each invalid parameter."""

    report: Report
    filters: dict[str, str] = field(default_factory=dict)
    sort: str = ""
    invalid_parameters: list[str] = field(default_factory=list)

    @property
    def sort_column(self):
        """The column to sort by, if any."""
        name = self.sort.removeprefix("-")
        for column in self.report.columns:
            if column.name == name:
                return column
        return None

    def get_rows(self):
        rows = self.report.filter_rows(self.filters)
        return self.report.order_rows(rows, self.sort_column, self.sort.startswith("-"))

    def build_url(self, **changed) -> str:
        """The address of this list with some parameters changed."""
        values = {**self.filters, "o": self.sort, **changed}
        parameters = {name: value for name, value in values.items() if value}
        return f"?{urlencode(parameters)}"


def parse_query(report: Report, query) -> ReportQuery:
    """The query of an address. What it does not know is left out, with a message."""
    report_query = ReportQuery(report)
    for report_filter in report.filters:
        value = query.get(report_filter.name, "")
        if value in report_filter.choices:
            report_query.filters[report_filter.name] = value
        elif value:
            report_query.invalid_parameters.append(
                f"There is no {report_filter.label.lower()} “{shorten_printable(value)}”; "
                "the other filters apply."
            )
    sort = query.get("o", "")
    sortable = {column.name for column in report.columns if column.order}
    if sort.removeprefix("-") in sortable:
        report_query.sort = sort
    elif sort:
        report_query.invalid_parameters.append(
            f"This list is not sorted by “{shorten_printable(sort)}”."
        )
    return report_query


def get_urls(site) -> list:
    """The addresses of the reports below those of an admin site."""

    def page(route, view, name):
        @wraps(view)
        def inside(request, **kwargs):
            return view(site, request, **kwargs)

        return path(route, site.admin_view(never_cache(inside)), name=name)

    return [
        page("reports/", show_index, "reports"),
        page("reports/<slug:name>/", show_report, "report"),
    ]


def list_reports_with_counts(user) -> list[dict]:
    """The reports that a user may see, with their numbers of rows, counted every few minutes."""
    visible = reports.get_visible(user)
    if not visible:
        return []
    counts = cache.get_or_set("reports", _count_rows, COUNT_CACHE_SECONDS)
    listed = []
    for report in visible:
        listed.append(
            {
                "title": report.title,
                "says": report.description,
                "url": get_report_url(report),
                "count": counts.get(report.name),
            }
        )
    return listed


def _count_rows() -> dict[str, int]:
    return {report.name: report.count() for report in reports.get_all() if report.has_count}


def get_report_url(report: Report) -> str:
    return reverse("admin:report", args=[report.name])


def show_index(site, request):
    """Every report that the user may see, with its count. Raises PermissionDenied if none."""
    visible = list_reports_with_counts(request.user)
    if not visible:
        raise PermissionDenied
    context = site.each_context(request) | {"title": "Reports", "reports": visible}
    return render(request, "articles/admin/reports.html", context)


def show_report(site, request, name):
    """One report as a list or a file, or its bulk action. Raises Http404, or PermissionDenied."""
    report = reports.get(name)
    if report is None:
        raise Http404
    if not request.user.has_perm(report.permission):
        raise PermissionDenied
    query = parse_query(report, request.GET)
    if request.method == "POST":
        if report.action is None or not request.user.has_perm(report.action.permission):
            raise PermissionDenied
        return report.action(request, report).respond()
    if request.GET.get("format") == "csv":
        return _export_csv(query)
    context = site.each_context(request) | _build_list_context(request, query)
    return render(request, "articles/admin/report.html", context)


def _build_list_context(request, query: ReportQuery) -> dict:
    report = query.report
    page = _get_page(query, request.GET.get("page", "1"))
    filters = []
    for report_filter in report.filters:
        chosen = query.filters.get(report_filter.name) or report_filter.default
        filters.append((report_filter, chosen))
    bulk_action = report.action
    if bulk_action and not request.user.has_perm(bulk_action.permission):
        bulk_action = None
    previous_url = next_url = ""
    if page.has_previous():
        previous_url = query.build_url(page=page.previous_page_number())
    if page.has_next():
        next_url = query.build_url(page=page.next_page_number())
    return {
        "title": report.title,
        "report": report,
        "report_query": query,
        "page": page,
        "noun": report.get_noun(page.paginator.count),
        "lines": report.build_lines(list(page.object_list)),
        "headings": [_build_heading(query, column) for column in report.columns],
        "filters": filters,
        "previous": previous_url,
        "next": next_url,
        "csv": query.build_url(format="csv"),
        "bulk_action": bulk_action,
    }


def _build_heading(query: ReportQuery, column) -> dict:
    """The heading of a column: its link sorts by it, and the second time backwards."""
    order, link = "", column.name
    if query.sort == column.name:
        order, link = "ascending", f"-{column.name}"
    elif query.sort == f"-{column.name}":
        order = "descending"
    url = query.build_url(o=link) if column.order else ""
    return {"label": column.label, "sorted": order, "url": url}


def _get_page(query: ReportQuery, number: str) -> Page:
    """A page of the list; the first, with a message, if there is no such page."""
    paginator = Paginator(query.get_rows(), ROWS_PER_PAGE)
    try:
        return paginator.page(number)
    except (EmptyPage, InvalidPage):
        query.invalid_parameters.append(
            f"This list has no page {shorten_printable(number)}; this is the first."
        )
        return paginator.page(1)


def _export_csv(query: ReportQuery):
    return spreadsheets.build_csv_response(
        f"{query.report.name}-{timezone.localdate()}",
        [column.label for column in query.report.columns],
        _iter_csv_rows(query.report, query.get_rows()),
    )


def _iter_csv_rows(report: Report, rows) -> Iterator[list[str]]:
    iterator = iter(rows) if isinstance(rows, list) else rows.iterator(BATCH_SIZE)
    while batch := list(islice(iterator, BATCH_SIZE)):
        for line in report.build_lines(batch):
            yield [cell.text for cell in line.cells]
