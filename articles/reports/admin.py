"""Reports in the admin: the index with counts, each report as a list and a file, bulk actions."""

from collections.abc import Iterator
from functools import wraps
from http import HTTPStatus
from itertools import islice

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from articles.imports.formats import spreadsheets
from articles.lists import ListQuery
from articles.public.pages import get_adjacent_urls
from articles.reports import base as reports
from articles.reports import kept
from articles.reports.base import ROWS_PER_PAGE, Report, ReportAction
from articles.reports.kept import KeptCounts, KeptRowsReport, has_changed_since

BATCH_SIZE = 500


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
    """The reports that a user may see, with the numbers of rows that were kept, in one query."""
    visible = reports.get_visible(user)
    return _list_reports(visible, kept.load_counts()) if visible else []


def _list_reports(visible: list[Report], counts: KeptCounts) -> list[dict]:
    listed = []
    for report in visible:
        listed.append(
            {
                "title": report.title,
                "says": report.description,
                "url": get_report_url(report),
                "count": counts.by_name.get(report.name),
            }
        )
    return listed


def get_report_url(report: Report) -> str:
    return reverse("admin:report", args=[report.name])


def show_index(site, request):
    """Every report that the user may see, with its count; a POST counts all again.

    Raises PermissionDenied if there is none.
    """
    visible = reports.get_visible(request.user)
    if not visible:
        raise PermissionDenied
    if request.method == "POST":
        kept.renew_counts()
        messages.success(request, _("All reports were counted."))
        return redirect(request.get_full_path())
    counts = kept.load_counts()
    context = site.each_context(request) | {
        "title": "Reports",
        "reports": _list_reports(visible, counts),
        "moment": counts.moment,
    }
    return render(request, "articles/admin/reports.html", context)


def show_report(site, request, name):
    """One report as a list or a file, its bulk action, or its rows computed again.

    Raises Http404, or PermissionDenied.
    """
    report = reports.get(name)
    if report is None:
        raise Http404
    if not request.user.has_perm(report.permission):
        raise PermissionDenied
    if request.method == "POST":
        if isinstance(report, KeptRowsReport) and "renew" in request.POST:
            report.renew()
            messages.success(request, _("All names were compared."))
            return redirect(request.get_full_path())
        if report.action is None or not request.user.has_perm(report.action.permission):
            raise PermissionDenied
        return _act(request, report, report.action)
    query = report.read_query(request.GET)
    if request.GET.get("format") == "csv":
        return _export_csv(report, query)
    context = site.each_context(request) | _build_list_context(request, report, query)
    return render(request, "articles/admin/report.html", context)


def _act(request, report: Report, action: type[ReportAction]):
    """What a bulk action of a report answers; once it changed rows, they are counted again."""
    response = action(request, report).respond()
    if response.status_code == HTTPStatus.FOUND:
        kept.renew_count(report)
    return response


def _build_list_context(request, report: Report, query: ListQuery) -> dict:
    page = query.get_page(report.list_rows(query), ROWS_PER_PAGE)
    bulk_action = report.action
    if bulk_action and not request.user.has_perm(bulk_action.permission):
        bulk_action = None
    moment = report.get_moment() if isinstance(report, KeptRowsReport) else None
    return {
        "moment": moment,
        "has_changed": moment is not None and has_changed_since(moment),
        "title": report.title,
        "report": report,
        "list_query": query,
        "page": page,
        "page_urls": get_adjacent_urls(page, query.build_page_url),
        "noun": report.get_noun(page.paginator.count),
        "lines": report.build_lines(list(page.object_list)),
        "headings": [_build_heading(query, column) for column in report.columns],
        "csv": query.build_query(format="csv"),
        "bulk_action": bulk_action,
    }


def _build_heading(query: ListQuery, column) -> dict:
    """The heading of a column: its link sorts by it, and the second time backwards."""
    order, link = "", column.name
    if query.sort == column.name:
        order, link = "ascending", f"-{column.name}"
    elif query.sort == f"-{column.name}":
        order = "descending"
    url = query.build_url(o=link) if column.order else ""
    return {"label": column.label, "sorted": order, "url": url}


def _export_csv(report: Report, query: ListQuery):
    return spreadsheets.build_csv_response(
        f"{report.name}-{timezone.localdate()}",
        [column.label for column in report.columns],
        _iter_csv_rows(report, report.list_rows(query)),
    )


def _iter_csv_rows(report: Report, rows) -> Iterator[list[str]]:
    iterator = iter(rows) if isinstance(rows, list) else rows.iterator(BATCH_SIZE)
    while batch := list(islice(iterator, BATCH_SIZE)):
        for line in report.build_lines(batch):
            yield [cell.text for cell in line.cells]
