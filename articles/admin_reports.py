"""Reports in the admin: an index with numbers, each report as a list, as a file, and with its deed confirmed."""

from dataclasses import dataclass, field
from functools import wraps
from itertools import islice
from urllib.parse import urlencode

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.paginator import EmptyPage, InvalidPage, Page, Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from articles import spreadsheets
from articles.actions import Refused
from articles.admin_bulk import tell_refusals
from articles.admin_lists import printable
from articles.forms import as_key
from articles.reports import report as reports
from articles.reports.report import MOST_AT_ONCE, ROWS, Report

COUNTED_FOR = 300  # seconds that the numbers of the home are kept: they cost more than the rest of it
BATCH = 500


@dataclass
class Asked:
    """What an address asks of a report: filters, sorting and page, with a sentence for each slip."""

    report: Report
    chosen: dict[str, str] = field(default_factory=dict)
    sort: str = ""
    slips: list[str] = field(default_factory=list)

    @property
    def column(self):
        return next((column for column in self.report.columns if column.name == self.sort.lstrip("-")), None)

    def rows(self):
        return self.report.ordered(self.report.sifted(self.chosen), self.column, self.sort.startswith("-"))

    def link(self, **changed) -> str:
        values = self.chosen | {"o": self.sort} | changed
        told = {name: value for name, value in values.items() if value}
        return f"?{urlencode(told)}" if told else "?"


def read(report: Report, query) -> Asked:
    asked = Asked(report)
    for sieve in report.sieves:
        value = query.get(sieve.name, "")
        if value in sieve.choices:
            asked.chosen[sieve.name] = value
        elif value:
            asked.slips.append(
                f"There is no {sieve.label.lower()} “{printable(value)}”; the list is sifted by the rest."
            )
    sort = query.get("o", "")
    if sort.removeprefix("-") in {column.name for column in report.columns if column.order}:
        asked.sort = sort
    elif sort:
        asked.slips.append(f"This list is not sorted by “{printable(sort)}”.")
    return asked


def urls(site) -> list:
    """The addresses of the reports below those of an admin site."""

    def page(route, view, name):
        @wraps(view)
        def inside(request, **kwargs):
            return view(site, request, **kwargs)

        return path(route, site.admin_view(never_cache(inside)), name=name)

    return [page("reports/", index, "reports"), page("reports/<slug:name>/", show, "report")]


def numbers(user) -> list[dict]:
    """The reports that somebody may see, with how many rows each has: counted every few minutes, for all."""
    found = reports.every(user)
    counts = cache.get_or_set("reports", _counts, COUNTED_FOR) if found else {}
    return [
        {"title": each.title, "says": each.says, "url": address(each), "count": counts.get(each.name)} for each in found
    ]


def _counts() -> dict[str, int]:
    return {each.name: each.count() for each in reports.all_of_them() if each.counted}


def address(report: Report) -> str:
    return reverse("admin:report", args=[report.name])


def index(site, request):
    """Every report, with its number."""
    found = numbers(request.user)
    if not found:
        raise PermissionDenied
    context = site.each_context(request) | {"title": "Reports", "reports": found}
    return render(request, "articles/admin/reports.html", context)


def show(site, request, name):
    """One report: its list, its file, or the deed for what was ticked."""
    report = reports.named(name)
    if report is None:
        raise Http404
    if not request.user.has_perm(report.right):
        raise PermissionDenied
    asked = read(report, request.GET)
    if request.method == "POST":
        return _deed(site, request, asked)
    if request.GET.get("format") == "csv":
        return _file(asked)
    page = _page(asked, request.GET.get("page", "1"))
    lines = report.told(list(page.object_list))
    deed = report.deed
    context = site.each_context(request) | {
        "title": report.title,
        "report": report,
        "asked": asked,
        "page": page,
        "noun": report.noun[page.paginator.count != 1],
        "lines": lines,
        "heads": [_head(asked, column) for column in report.columns],
        "sieves": [(sieve, asked.chosen.get(sieve.name) or sieve.always) for sieve in report.sieves],
        "previous": asked.link(page=page.previous_page_number()) if page.has_previous() else "",
        "next": asked.link(page=page.next_page_number()) if page.has_next() else "",
        "csv": asked.link(format="csv"),
        "deed": deed if deed and request.user.has_perm(deed.right) else None,
    }
    return render(request, "articles/admin/report.html", context)


def _head(asked: Asked, column) -> dict:
    """A column's head: sorted by it a second time, the list goes backwards."""
    now = {column.name: "ascending", f"-{column.name}": "descending"}.get(asked.sort, "")
    then = f"-{column.name}" if now == "ascending" else column.name
    return {"label": column.label, "sorted": now, "url": asked.link(o=then) if column.order else ""}


def _page(asked: Asked, number: str) -> Page:
    """One page of the list; the first, with a word on it, where there is no such page."""
    paginator = Paginator(asked.rows(), ROWS)
    try:
        return paginator.page(number)
    except (EmptyPage, InvalidPage):
        asked.slips.append(f"This list has no page {printable(number)}; you see its first.")
        return paginator.page(1)


def _file(asked: Asked):
    rows = asked.rows()

    def lines():
        every = iter(rows) if isinstance(rows, list) else rows.iterator(BATCH)
        while batch := list(islice(every, BATCH)):
            for line in asked.report.told(batch):
                yield [cell.text for cell in line.cells]

    head = [column.label for column in asked.report.columns]
    return spreadsheets.answer(f"{asked.report.name}-{timezone.localdate()}", head, lines())


def _deed(site, request, asked: Asked):
    """Show what would be done to which rows; do it once exactly that was confirmed."""
    report, deed = asked.report, asked.report.deed
    if deed is None or not request.user.has_perm(deed.right):
        raise PermissionDenied
    ticked = request.POST.getlist("shown" if "all" in request.POST else "key")
    keys = list(dict.fromkeys(key for key in ticked if as_key(key) is not None))
    if not keys or len(keys) > MOST_AT_ONCE:
        told = f"At most {MOST_AT_ONCE} can be done at once." if keys else f"Tick the {report.noun[1]} first."
        messages.warning(request, told)
        return redirect(request.get_full_path())
    looked, confirmed = deed.look(keys, by=request.user), "seen" in request.POST
    form = deed.form(request.POST if confirmed else None)
    moved = confirmed and request.POST["seen"] != looked.seen
    if confirmed and looked.able and not moved and form.is_valid() and _done(request, deed, looked, form):
        return redirect(request.get_full_path())
    count = f"{len(looked.able):,} {report.noun[len(looked.able) != 1]}"
    context = site.each_context(request) | {
        "title": deed.heading.format(count=count),
        "report": report,
        "report_url": request.get_full_path(),
        "deed": deed,
        "button": deed.button.format(count=count),
        "looked": looked,
        "keys": keys,
        "form": form,
        "moved": moved,
    }
    return render(request, "articles/admin/report_deed.html", context)


def _done(request, deed, looked, form) -> bool:
    """Whether it was done; if not, the form says why."""
    try:
        done = deed.do(list(looked.able), by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    cache.delete("reports")
    messages.success(request, done.said)
    tell_refusals(request, done.refused)
    return True
