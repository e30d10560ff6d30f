"""Import runs in the admin, read-only: who imported what, what it wrote, and what it left out."""

from urllib.parse import quote, urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from articles.admin.changelists import FilteredChangeList, load_sources
from articles.admin.forms import parse_key
from articles.content import kinds
from articles.display import format_user_name
from articles.imports.admin import summaries
from articles.imports.admin.upload import ImportUploadAdmin
from articles.imports.formats import spreadsheets
from articles.imports.job import FindingKind
from articles.lists import ListFilter, ListQuery, filter_by
from articles.models import ExternalId, ImportRun
from articles.public.pages import get_adjacent_urls

PAGE_SIZE = 50


def _filter_by_state(runs, value: str, user):
    return runs.filter(finished_at__isnull=value == "half")


class ImportRunChangeList(FilteredChangeList):
    first = "Import pages"


class BaseImportRunAdmin(ImportUploadAdmin):
    list_display = ("titled", "source", "who", "when", "state", "count_summary")
    filters = (
        ListFilter("source", _("source"), load_sources, apply=filter_by("source")),
        ListFilter(
            "state",
            _("status"),
            {"finished": _("Finished"), "half": _("Not finished")},
            apply=_filter_by_state,
        ),
    )
    list_select_related = ("by",)
    list_per_page = PAGE_SIZE
    search_fields = ("file_name", "source")
    search_help_text = _("Searches file and source for every word.")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "articles/imports/change_list.html"

    def get_urls(self):
        view = self.admin_site.admin_view(require_safe(self.findings_spreadsheet))
        return [
            path("<path:object_id>/findings/", view, name="articles_importrun_findings"),
            *super().get_urls(),
        ]

    def get_changelist(self, request, **kwargs):
        return ImportRunChangeList

    @admin.display(description=_("file"), ordering="file_name")
    def titled(self, run):
        return run.file_name

    @admin.display(description=_("by"))
    def who(self, run):
        return format_user_name(run.by)

    @admin.display(description=_("started"), ordering="started_at")
    def when(self, run):
        return date_format(timezone.localtime(run.started_at), "j M Y, H:i")

    @admin.display(description=_("status"))
    def state(self, run):
        return "Finished" if run.finished_at else "Not finished"

    @admin.display(description=_("records"))
    def count_summary(self, run):
        return summaries.format_counts(run)

    def _get_run(self, request, object_id) -> ImportRun:
        """The run that an address names. Raises Http404, or PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = parse_key(str(object_id)) or 0
        run = ImportRun.objects.filter(pk=key).select_related("by").first()
        if run is None:
            raise Http404
        return run

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self._get_run(request, object_id)
        findings = ListFilter(
            "what", _("show"), _count_findings(run), apply=filter_by("what"), noun="type of finding"
        )
        query = ListQuery(
            request.GET, [findings], page_parameter="p", unfiltered="every finding is listed"
        )
        page = query.get_page(query.filter_rows(run.findings.all()), PAGE_SIZE)
        context = {
            "table": summaries.build_count_table(summaries.get_counts(run)),
            "list_query": query,
            "has_findings": bool(findings.choices),
            "uncounted": _list_truncated(run),
            "dangling_relations": summaries.format_dangling(run),
            "page": page,
            "page_urls": get_adjacent_urls(page, query.build_page_url),
            "rows": [(_get_finding_label(finding.what), finding) for finding in page],
            "pages": _count_pages(run),
            "causes": self.count_causes(run),
            "resume_command": "" if run.finished_at else summaries.build_resume_command(run),
            "resume_url": _build_resume_url(run),
            "may_import": self.has_add_permission(request),
        }
        return self.render_page(request, "run", run, **context)

    def count_causes(self, run: ImportRun) -> int:
        """How many causes a run was the last to write. The subclass of the site counts them."""
        return 0

    def findings_spreadsheet(self, request, object_id):
        """Every stored finding of the run."""
        run = self._get_run(request, object_id)
        rows = summaries.build_finding_rows(run.findings.iterator(1000))
        return spreadsheets.build_csv_response(f"import-{run.pk}", summaries.FINDING_COLUMNS, rows)


def _get_finding_label(what: str) -> str:
    label, _ = summaries.FINDING_LABELS[what]
    return label


def _count_findings(run: ImportRun) -> dict[str, str]:
    """The label of each type of findings that a run has, with their number."""
    labels = {}
    for what in FindingKind.values:
        count = run.counts.get(what)
        if count:
            labels[what] = f"{_get_finding_label(what)} ({count:,})"
    return labels


def _list_truncated(run: ImportRun) -> list[str]:
    """The labels of the types of findings that were too many to store all of them."""
    stored = dict(run.findings.order_by().values_list("what").annotate(Count("pk")))
    labels = []
    for what in FindingKind.values:
        if run.counts.get(what, 0) > stored.get(what, 0):
            labels.append(_get_finding_label(what))
    return labels


def _build_resume_url(run: ImportRun) -> str:
    """The upload form with the options of a run."""
    options = {"source": run.source, "format": run.format, "on_conflict": run.on_conflict}
    if run.most:
        options["most"] = str(run.most)
    query = urlencode(options, quote_via=quote, safe="/")
    return f"{reverse('admin:articles_importrun_add')}?{query}"


def _count_pages(run: ImportRun) -> list[tuple[int, str, str]]:
    """How many pages of each kind a run was the last to write: number, noun and list address."""
    rows = ExternalId.objects.filter(run=run, article__discarded_at__isnull=True).order_by()
    counts = dict(rows.values_list("article__kind").annotate(Count("article", distinct=True)))
    found = []
    for kind in kinds.get_all():
        count = counts.get(kind.name)
        if count:
            options = kind.model._meta
            address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
            noun = options.verbose_name if count == 1 else options.verbose_name_plural
            found.append((count, str(noun), f"{address}?run={run.pk}"))
    return found
