"""Importing a file in the admin: upload, plan, and records written as drafts."""

from contextlib import suppress
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from articles import full_disk
from articles.admin.confirmed_action import ActionResult, ConfirmedAction
from articles.admin.readonly import ReadOnlyAdmin
from articles.imports.admin import storage, summaries
from articles.imports.admin.forms import ImportRereadForm, ImportUploadForm
from articles.imports.admin.limits import ImportTooLarge
from articles.imports.admin.storage import CannotStoreUpload, StoredUpload, UploadNotFound
from articles.imports.admin.upload_plan import PlanResult, plan_upload, prepare_import
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
NO_SPACE_MESSAGE = "The server has no room left, so nothing was written. Tell whoever runs it."
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


class ImportFileAction(ConfirmedAction):
    """Writes the records of an uploaded file as drafts, after its plan."""

    template = "articles/imports/plan.html"
    refusals = (*IMPORT_ERRORS, OperationalError)
    error: Exception | str = ""

    def __init__(self, model_admin, request, upload: StoredUpload, reread_form=None):
        self.model_admin = model_admin
        self.upload = upload
        self.reread_form = reread_form or ImportRereadForm(upload=upload)
        self.heading = f"Preview of “{upload.name}”"
        self.cancel_url = reverse("admin:articles_importrun_changelist")
        self.crumbs = [(self.cancel_url, model_admin.opts.verbose_name_plural)]
        super().__init__(request)

    def preview(self):
        return plan_upload(self.upload, by=self.by)

    def prepare(self):
        return prepare_import(self.upload, by=self.by)

    def can_execute(self, preview):
        return bool(preview and preview.write_count)

    def execute(self, preview):
        run = preview.write()
        self.done_url = reverse("admin:articles_importrun_change", args=[run.pk])
        change = f"Imported: {summaries.format_counts(run)}."
        self.model_admin.log_addition(self.request, run, change)
        message = "The external ids are added. No page has changed."
        if preview.draft_count:
            records = "record is a draft" if preview.draft_count == 1 else "records are drafts"
            message = f"{preview.draft_count:,} {records} now. Visitors see no change."
        return ActionResult(message, [run.pk])

    def finish(self, result):
        # It is written; should this fail, a second press finds nothing left to write.
        with suppress(OSError):
            self.upload.mark_written(*result.changed_ids)
        return super().finish(result)

    def refuse(self, refusal):
        if full_disk.is_full(refusal):
            self.error = NO_SPACE_MESSAGE
            return self.render(None, status=507)
        if isinstance(refusal, OperationalError):
            self.error = BUSY_MESSAGE
            return self.render(None, status=409)
        self.error = refusal
        return self.render(None, status=422 if self.is_confirmed else 200)

    def get_context(self, preview):
        context = {"conflict_rule": OnConflict(self.upload.options.on_conflict).label}
        if isinstance(self.error, ImportTooLarge):
            context["command"] = summaries.build_command(self.upload, self.by.get_username())
        if preview:
            context.update(_build_sections(preview))
        return context


class ImportUploadAdmin(ReadOnlyAdmin):
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
        context = {"title": "Import pages", "form": form}
        return self.render_page(request, "upload", None, status=status, **context)

    def plan_view(self, request, ticket):
        """Show what a file would do; on POST, do it if it is still what was shown."""
        self._check_permission(request)
        try:
            upload = storage.get(ticket, by=request.user)
            if upload.run:
                return self._redirect_to_run(request, upload)
            if request.method == "POST":
                return self._handle_post(request, upload)
            return ImportFileAction(self, request, upload).respond()
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
            return ImportFileAction(self, request, upload, form).render(None, status=422)
        with upload.lock() as upload:
            if upload.run:
                return self._redirect_to_run(request, upload)
            return ImportFileAction(self, request, upload).respond()

    def _redirect_to_run(self, request, upload: StoredUpload):
        messages.info(request, "This file is imported already. Nothing was imported a second time.")
        return redirect("admin:articles_importrun_change", upload.run)

    def plan_spreadsheet(self, request, ticket):
        """The whole plan, as it is now."""
        self._check_permission(request)
        try:
            upload = storage.get(ticket, by=request.user)
            result = plan_upload(upload, by=request.user)
        except (UploadNotFound, FileNotFoundError, *IMPORT_ERRORS):  # the page says why
            return redirect("admin:articles_importrun_plan", ticket)
        return spreadsheets.build_csv_response(
            "plan", summaries.PLAN_COLUMNS, summaries.build_plan_rows(result)
        )

    def render_page(self, request, template, original, **context):
        context["list_url"] = reverse("admin:articles_importrun_changelist")
        template = f"articles/imports/{template}.html"
        return super().render_page(request, template, original, **context)


def _get_initial(request) -> dict[str, str]:
    """The options that the address names, such as the source of a run that was stopped."""
    initial = {}
    for name in ("source", "format", "on_conflict", "most"):
        if name in request.GET:
            initial[name] = request.GET[name][:MAX_INITIAL_LENGTH]
    return initial


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
        "button": _format_write_label(result),
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
