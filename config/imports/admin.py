"""Import runs in the admin, to read: who brought in what, what it wrote, and what it left out."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from articles import kinds, spreadsheets
from articles.admin_lists import PlainList, Sieve, name_of
from articles.admin_log import LogAdmin
from articles.forms import as_key
from articles.imports.job import What
from articles.models import ImportRun, Origin
from config.imports import telling
from config.imports.admin_upload import Uploads
from symptoms.models import CauseOrigin

A_PAGE = 50


class SourceFilter(Sieve):
    title = parameter_name = "source"

    def lookups(self, request, model_admin):
        return [
            (name, name) for name in ImportRun.objects.order_by("source").values_list("source", flat=True).distinct()
        ]

    def sift(self, runs, value, request):
        return runs.filter(source=value)


class StateFilter(Sieve):
    title = parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("finished", "Finished"), ("half", "Not finished")]

    def sift(self, runs, value, request):
        return runs.filter(finished_at__isnull=value == "half")


class RunList(PlainList):
    of, first = "run", "Import a file"

    def __init__(self, request, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.title = "Import runs"


class ImportRunAdmin(Uploads, LogAdmin):
    list_display = ("titled", "source", "who", "when", "state", "told")
    list_filter = (SourceFilter, StateFilter)
    list_select_related = ("by",)
    list_per_page = A_PAGE
    search_fields = ("file_name", "source")
    search_help_text = "Looks for every word in file and source."
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "config/imports/change_list.html"

    def get_urls(self):
        view = self.admin_site.admin_view(require_safe(self.findings_spreadsheet))
        return [path("<path:object_id>/findings/", view, name="articles_importrun_findings"), *super().get_urls()]

    def get_changelist(self, request, **kwargs):
        return RunList

    @admin.display(description="file", ordering="file_name")
    def titled(self, run):
        return run.file_name

    @admin.display(description="by")
    def who(self, run):
        return name_of(run.by)

    @admin.display(description="when", ordering="started_at")
    def when(self, run):
        return date_format(timezone.localtime(run.started_at), "j M Y, H:i")

    @admin.display(description="state")
    def state(self, run):
        return "Finished" if run.finished_at else "Not finished"

    @admin.display(description="records")
    def told(self, run):
        return telling.in_short(run)

    def _asked(self, request, object_id) -> ImportRun:
        """The run that an address names. Raises Http404, or PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = ImportRun.objects.filter(pk=as_key(str(object_id))).select_related("by").first()
        if run is None:
            raise Http404
        return run

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self._asked(request, object_id)
        what = request.GET.get("what") if request.GET.get("what") in What.values else ""
        findings = run.findings.filter(what=what) if what else run.findings.all()
        page = Paginator(findings, A_PAGE).get_page(request.GET.get("p"))
        told = dict(run.findings.order_by().values_list("what").annotate(Count("pk")))
        context = {
            "original": run,
            "table": telling.table(telling.counts_of(run)),
            "told": [
                (sort, telling.SORTS[sort][0], run.counts.get(sort, 0)) for sort in What.values if run.counts.get(sort)
            ],
            "uncounted": [
                telling.SORTS[sort][0] for sort in What.values if run.counts.get(sort, 0) > told.get(sort, 0)
            ],
            "lost": telling.lost(run),
            "what": what,
            "page": page,
            "rows": [(telling.SORTS[one.what][0], one) for one in page],
            "pages": _pages(run),
            "causes": CauseOrigin.objects.filter(run=run).values("cause").distinct().count(),
            "again": "" if run.finished_at else telling.command_again(run),
            "may_import": self.has_add_permission(request),
        }
        return self.shown(request, "run", str(run), **context)

    def findings_spreadsheet(self, request, object_id):
        """Every finding that the run keeps."""
        run = self._asked(request, object_id)
        rows = telling.finding_rows(run.findings.iterator(1000))
        return spreadsheets.answer(f"import-{run.pk}", telling.FINDINGS_HEAD, rows)


def _pages(run: ImportRun) -> list[tuple[int, str, str]]:
    """How many pages of each kind a run was the last to write, and the list of them."""
    rows = Origin.objects.filter(run=run, article__discarded_at__isnull=True).order_by()
    counts = dict(rows.values_list("article__kind").annotate(Count("article", distinct=True)))
    found = []
    for kind in (each for each in kinds.every() if counts.get(each.name)):
        options, count = kind.model._meta, counts[kind.name]
        address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        noun = options.verbose_name if count == 1 else options.verbose_name_plural
        found.append((count, str(noun), f"{address}?run={run.pk}"))
    return found
