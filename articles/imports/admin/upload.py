"""Importing a file in the admin: upload, plan, and records written as drafts."""

from contextlib import suppress
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from articles.imports.admin import storage, summaries
from articles.imports.admin.forms import ImportRereadForm, ImportUploadForm
from articles.imports.admin.limits import ImportTooLarge
from articles.imports.admin.resource import DraftImportResource, PlanChanged, PlanResult
from articles.imports.admin.storage import CannotStoreUpload, StoredUpload, UploadNotFound
from articles.imports.formats import UnknownFormat, spreadsheets
from articles.imports.job import FindingKind, OnConflict
from articles.imports.pipeline import IMPORT_PERMISSION
from articles.imports.plan import CannotImport, UnreadableFile
from articles.imports.staging import ImportVerdict, StagedFinding

MAX_SHOWN = 20  # records of one verdict on a plan; the spreadsheet has them all
MAX_INITIAL_LENGTH = 60  # characters of an option in an address
IMPORT_ERRORS = (CannotImport, UnreadableFile, UnknownFormat)
GONE_MESSAGE = (
    "This file is no longer here: it was deleted, or not used for a day. "
    "Nothing was imported. Upload it again."
)
BUSY_MESSAGE = (
    "The database is busy: somebody else has been saving for a long time. "
    "Nothing was written. Try again in a minute."
)


@dataclass(frozen=True)
class FindingReport:
    """The first findings of one type, as a plan shows them; ``more`` is how many are not shown."""

    type: str
    label: str
    explanation: str
    rows: list[tuple[str, StagedFinding]]
    count: int
    more: int


class ImportUploadMixin:
    """For the admin of import runs: to add one is to import a file."""

    def get_urls(self):
        plan_view = self.admin_site.admin_view(self.plan_view)
        spreadsheet_view = self.admin_site.admin_view(require_safe(self.plan_spreadsheet))
        return [
            path("add/<uuid:ticket>/", plan_view, name="articles_importrun_plan"),
            path(
                "add/<uuid:ticket>/plan/",
                spreadsheet_view,
                name="articles_importrun_plan_spreadsheet",
            ),
            *super().get_urls(),
        ]

    def has_add_permission(self, request):
        return request.user.has_perm(IMPORT_PERMISSION)

    def _check_permission(self, request) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def add_view(self, request, form_url="", extra_context=None):
        """Upload a file, and say how it is to be read."""
        self._check_permission(request)
        if request.method != "POST":
            form = ImportUploadForm(initial=_get_initial(request))
            return self._render_upload(request, form)
        form = ImportUploadForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                upload = storage.store(file, form.get_options(), by=request.user)
            except CannotStoreUpload as error:
                form.add_error("file", str(error))
            else:
                return redirect("admin:articles_importrun_plan", upload.ticket)
        return self._render_upload(request, form, status=422)

    def _render_upload(self, request, form: ImportUploadForm, *, status: int = 200):
        return self.render_page(request, "upload", "Import a file", status=status, form=form)

    def plan_view(self, request, ticket):
        """Show what a file would do; on POST, do it if it is still what was shown."""
        self._check_permission(request)
        try:
            upload = storage.get(ticket, by=request.user)
            if upload.run:
                return self._redirect_to_run(request, upload)
            if request.method == "POST":
                return self._handle_post(request, upload)
            return self._show_plan(request, upload)
        except (UploadNotFound, FileNotFoundError):
            messages.error(request, GONE_MESSAGE)
            return redirect("admin:articles_importrun_add")

    def _handle_post(self, request, upload: StoredUpload):
        if "forget" in request.POST:
            upload.delete()
            messages.info(request, f"“{upload.name}” is deleted. Nothing was imported.")
            return redirect("admin:articles_importrun_changelist")
        if "again" in request.POST:
            form = ImportRereadForm(request.POST, upload=upload)
            if form.is_valid():
                upload.save_options(form.get_options())
                return redirect("admin:articles_importrun_plan", upload.ticket)
            return self._render_plan(request, upload, form=form, status=422)
        return self._write(request, upload)

    def _show_plan(self, request, upload: StoredUpload):
        try:
            upload.check_unchanged()
            result = DraftImportResource().import_data(upload, dry_run=True, user=request.user)
        except IMPORT_ERRORS as error:
            return self._render_plan(request, upload, error=error)
        return self._render_plan(request, upload, result)

    def _write(self, request, upload: StoredUpload):
        with upload.lock() as upload:
            if upload.run:
                return self._redirect_to_run(request, upload)
            upload.check_unchanged()
            try:
                seen = request.POST.get("seen", "")
                result = DraftImportResource().import_data(upload, user=request.user, seen=seen)
            except PlanChanged as change:
                return self._render_plan(
                    request, upload, change.result, plan_changed=True, status=409
                )
            except IMPORT_ERRORS as error:
                return self._render_plan(request, upload, error=error, status=422)
            except OperationalError:
                return self._render_plan(request, upload, error=BUSY_MESSAGE, status=409)
            # It is written; should this fail, a second press finds nothing left to write.
            with suppress(OSError):
                upload.mark_written(result.run.pk)
        self.log_addition(request, result.run, f"Imported: {summaries.format_counts(result.run)}.")
        messages.success(request, _format_success(result))
        return redirect("admin:articles_importrun_change", result.run.pk)

    def _redirect_to_run(self, request, upload: StoredUpload):
        messages.info(request, "This file is imported already. Nothing was imported a second time.")
        return redirect("admin:articles_importrun_change", upload.run)

    def _render_plan(
        self,
        request,
        upload: StoredUpload,
        result: PlanResult | None = None,
        *,
        error: Exception | str | None = None,
        form: ImportRereadForm | None = None,
        plan_changed: bool = False,
        status: int = 200,
    ):
        command = ""
        if isinstance(error, ImportTooLarge):
            command = summaries.build_command(upload, request.user.get_username())
        spreadsheet_url = reverse("admin:articles_importrun_plan_spreadsheet", args=[upload.ticket])
        context = {
            "upload": upload,
            "conflict_rule": OnConflict(upload.options.on_conflict).label,
            "result": result,
            "error": error,
            "command": command,
            "form": form or ImportRereadForm(upload=upload),
            "plan_changed": plan_changed,
            "spreadsheet_url": spreadsheet_url,
        }
        if result:
            context.update(_build_sections(result))
        title = f"Preview of “{upload.name}”"
        return self.render_page(request, "plan", title, status=status, **context)

    def plan_spreadsheet(self, request, ticket):
        """The whole plan, as it is now."""
        self._check_permission(request)
        try:
            upload = storage.get(ticket, by=request.user)
            upload.check_unchanged()
            result = DraftImportResource().import_data(upload, dry_run=True, user=request.user)
        except (UploadNotFound, FileNotFoundError, *IMPORT_ERRORS):  # the page says why
            return redirect("admin:articles_importrun_plan", ticket)
        return spreadsheets.build_csv_response(
            "plan", summaries.PLAN_COLUMNS, summaries.build_plan_rows(result)
        )

    def render_page(self, request, template: str, title: str, *, status: int = 200, **context):
        values = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "list_url": reverse("admin:articles_importrun_changelist"),
            **context,
        }
        return render(request, f"articles/imports/{template}.html", values, status=status)


def _get_initial(request) -> dict[str, str]:
    """The options that the address names, such as the source of a run that was stopped."""
    initial = {}
    for name in ("source", "format", "on_conflict", "most"):
        if name in request.GET:
            initial[name] = request.GET[name][:MAX_INITIAL_LENGTH]
    return initial


def _format_success(result: PlanResult) -> str:
    if not result.draft_count:
        return "The external ids are added. No page has changed."
    records = "record is a draft" if result.draft_count == 1 else "records are drafts"
    return f"{result.draft_count:,} {records} now. Visitors see no change."


def _format_write_label(result: PlanResult) -> str:
    """What the button says that writes a plan."""
    if result.draft_count:
        return f"Import {result.draft_count:,} record{pluralize(result.draft_count)} as drafts"
    return f"Add {result.write_count:,} external id{pluralize(result.write_count)}"


def _build_sections(result: PlanResult) -> dict:
    """What a plan shows of each verdict and type of finding, and how many more there are."""
    new = result.get_records(ImportVerdict.NEW)
    changed = result.get_records(ImportVerdict.CHANGED)
    return {
        "table": summaries.build_count_table(result.counts),
        "new": new[:MAX_SHOWN],
        "new_count": len(new),
        "new_more": max(0, len(new) - MAX_SHOWN),
        "changed": changed[:MAX_SHOWN],
        "changed_count": len(changed),
        "changed_more": max(0, len(changed) - MAX_SHOWN),
        "reports": _build_reports(result),
        "refused": result.finding_counts[FindingKind.REFUSED],
        "write_label": _format_write_label(result),
    }


def _build_reports(result: PlanResult) -> list[FindingReport]:
    """One report for each type of finding that there is."""
    reports = []
    for what in (FindingKind.CONFLICT, FindingKind.REFUSED, FindingKind.NOTED):
        count = result.finding_counts[what]
        if not count:
            continue
        label, explanation = summaries.FINDING_LABELS[what]
        rows = [("", finding) for finding in result.get_findings(what)[:MAX_SHOWN]]
        more = max(0, count - MAX_SHOWN)
        reports.append(FindingReport(what, label, explanation, rows, count, more))
    return reports
