"""The admin of imported reviews: a sheet is read, previewed, attested with a password, recorded."""

from math import ceil

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from articles.admin.bulk_actions import BulkAction
from articles.admin.composition import AdminView
from articles.admin.confirmed_action import MAX_NAMES_SHOWN
from articles.content import kinds
from articles.display import format_page_count, get_admin_url
from articles.imports.formats import spreadsheets
from articles.models import Article
from articles.publishing.actions import ActionRefused
from reviews.imported_reviews import spreadsheet_rows
from reviews.imported_reviews import spreadsheets as review_spreadsheets
from reviews.imported_reviews.actions import MAX_PAGES, MEANING, PERMISSION, attest_in_batches
from reviews.imported_reviews.forms import (
    AttestForm,
    ImportedReviewForm,
    ImportedReviewSpreadsheetForm,
)
from reviews.imported_reviews.spreadsheets import COLUMNS, ImportedReviewSpreadsheetRow

TITLE = _("Imported reviews")
START_URL_NAME = "admin:reviews_signature_earlier"
MAX_ROWS_SHOWN = 200  # rows of each list; all of them are in the file beside it
LOG_MESSAGE = "Recorded an imported review, which published the page."


def render_page(request, template: str, **context):
    """One of the pages of this module, within the admin."""
    values = {**admin.site.each_context(request), "title": TITLE, "columns": COLUMNS, **context}
    return render(request, f"reviews/admin/{template}.html", values)


def record_imported_reviews(ledger_admin, request):
    """Choose a sheet, then preview it, then attest it: each is a step that a form posts."""
    steps = {
        "read": _read_upload,
        "chosen": _preview_chosen,
        "again": _preview_again,
        "record": _record_first_part,
        "go-on": _record_next_part,
    }
    step = steps.get(request.POST.get("deed", ""))
    if step is None:
        return _render_upload(request, ImportedReviewSpreadsheetForm())
    try:
        return step(request)
    except spreadsheet_rows.CannotUnpackRows as refusal:
        messages.error(request, str(refusal))
        return redirect(START_URL_NAME)


def _render_upload(request, form):
    return render_page(request, "imported_reviews", form=form)


def _read_upload(request):
    form = ImportedReviewSpreadsheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _render_upload(request, form)
    file = form.cleaned_data["sheet"]
    try:
        sheet = review_spreadsheets.read(file.read(review_spreadsheets.MAX_FILE_SIZE + 1))
    except review_spreadsheets.CannotReadSpreadsheet as refusal:
        form.add_error("sheet", str(refusal))
        return _render_upload(request, form)
    return _render_preview(request, _check_source_rows(sheet.rows), notes=sheet.notes)


def _preview_chosen(request):
    """One review for all the pages that were chosen in a list."""
    lines = [row.source for row in _get_carried_rows(request)]
    form = ImportedReviewForm(request.POST)
    if not form.is_valid():
        return render_chosen_form(request, lines, form)
    filled_in = []
    for line in lines:
        cells = form.to_cells(line["page"])
        filled_in.append(ImportedReviewSpreadsheetRow(line.row_number, cells))
    return _render_preview(request, _check_source_rows(filled_in))


def _preview_again(request):
    """The same rows, checked against the pages as they are now."""
    lines = [row.source for row in _get_carried_rows(request)]
    return _render_preview(request, _check_source_rows(lines))


def _render_preview(request, rows, form=None, notes=()):
    pending = [row for row in rows if row.is_pending]
    context = {
        "rows": pending[:MAX_ROWS_SHOWN],
        "count": len(pending),
        "overdue": sum(row.overdue for row in pending),
        "parts": ceil(len(pending) / MAX_PAGES),
        "most": MAX_PAGES,
        "notes": notes,
        "meaning": MEANING,
        "carried": spreadsheet_rows.pack_rows(rows, request.user),
        "form": form or AttestForm(request=request),
    }
    return _render_with_refused(request, "imported_reviews_preview", rows, context)


def _render_with_refused(request, template: str, rows, context: dict):
    """A page that shows also the rows that are not recorded, and carries them along."""
    refused = [row for row in rows if row.refusal]
    packed = spreadsheet_rows.pack_rows(refused, request.user) if refused else ""
    return render_page(
        request,
        template,
        refused=refused[:MAX_ROWS_SHOWN],
        refused_count=len(refused),
        refused_carried=packed,
        **context,
    )


def _record_first_part(request):
    """The attestation: record the first part of the rows."""
    rows = _get_carried_rows(request)
    form = AttestForm(request.POST, request=request)
    if not form.is_valid():
        return _render_preview(request, spreadsheet_rows.check_rows(rows), form)
    return _record_part(request, rows, form.authentication)


def _record_next_part(request):
    """Record the next part of a sheet that was attested as a whole a moment ago."""
    rows, authentication = spreadsheet_rows.unpack_rows(
        request.POST.get("carried", ""), request.user, authenticated=True
    )
    return _record_part(request, rows, authentication)


def _record_part(request, rows, authentication: str):
    part = [row for row in rows if row.is_pending][:MAX_PAGES]
    claims = [row.to_claim() for row in part]
    try:
        outcome = attest_in_batches(claims, by=request.user, authentication=authentication)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return _render_preview(request, spreadsheet_rows.check_rows(rows))
    for row in part:
        row.refusal = outcome.refused.get(row.page, "")
        row.done = not row.refusal
    _log_recorded(request, [row.page for row in part if row.done])
    done = [row for row in rows if row.done]
    left = [row for row in rows if row.is_pending]
    if not left:
        context = {"done": _get_page_links(done[:MAX_ROWS_SHOWN]), "count": len(done)}
        return _render_with_refused(request, "imported_reviews_done", rows, context)
    context = {
        "count": len(done),
        "left": len(left),
        "carried": spreadsheet_rows.pack_rows(rows, request.user, authentication=authentication),
        "minutes": spreadsheet_rows.AUTHENTICATION_MINUTES,
    }
    return _render_with_refused(request, "imported_reviews_underway", rows, context)


def download_rows(ledger_admin, request):
    """The rows that a form carries along, or the refused ones, as a sheet to mend."""
    try:
        rows = _get_carried_rows(request)
    except spreadsheet_rows.CannotUnpackRows as refusal:
        messages.error(request, str(refusal))
        return redirect(START_URL_NAME)
    name = "imported-reviews"
    if request.POST.get("which") == "refused":
        name = "refused-reviews"
        rows = [row for row in rows if row.refusal]
    head = [*COLUMNS, "why it was refused"]
    body = [[*row.source.cells, row.refusal] for row in rows]
    return spreadsheets.build_csv_response(name, head, body)


def download_empty_spreadsheet(ledger_admin, request):
    return spreadsheets.build_csv_response("imported-reviews", list(COLUMNS), [])


def _build_view(route: str, view, name: str, *decorators) -> AdminView:
    return AdminView(
        name, view, PERMISSION, decorators, f"earlier/{route}", f"reviews_signature_{name}"
    )


LEDGER_VIEWS = (
    _build_view(
        "", record_imported_reviews, "earlier", sensitive_post_parameters("password", "code")
    ),
    _build_view("rows/", download_rows, "earlier_rows", require_POST),
    _build_view("empty-sheet/", download_empty_spreadsheet, "earlier_sheet", require_safe),
)


class RecordImportedReviewsAction(BulkAction):
    """Leads on to the form for the imported reviews of chosen pages; that asks to confirm them."""

    name = "record_earlier"
    label = _("Import reviews …")
    permission = PERMISSION
    max_rows = MAX_PAGES
    is_confirmed = False
    too_many = "Select at most {max} {nouns}, or upload a file. You selected {count}."

    def preview(self):
        pages = self.queryset.order_by("sort_key", "pk").only("kind", "slug")
        blank = [""] * (len(COLUMNS) - 1)
        lines = []
        for number, page in enumerate(pages, start=1):
            lines.append(ImportedReviewSpreadsheetRow(number, (page.path, *blank)))
        return lines

    def render(self, preview, change=""):
        return render_chosen_form(self.request, preview, ImportedReviewForm())


def render_chosen_form(request, lines: list[ImportedReviewSpreadsheetRow], form):
    """The form for one review of all chosen pages; or a sheet of them to fill in row by row."""
    rows = [spreadsheet_rows.ImportedReviewRow(line) for line in lines]
    context = {
        "form": form,
        "count": len(lines),
        "counted_pages": format_page_count(len(lines)),
        "paths": [line["page"] for line in lines[:MAX_NAMES_SHOWN]],
        "carried": spreadsheet_rows.pack_rows(rows, request.user),
    }
    return render_page(request, "imported_reviews_chosen", **context)


def _get_carried_rows(request) -> list[spreadsheet_rows.ImportedReviewRow]:
    """The rows that a form carries along. Raises CannotUnpackRows."""
    rows, _ = spreadsheet_rows.unpack_rows(request.POST.get("carried", ""), request.user)
    return rows


def _check_source_rows(
    lines: list[ImportedReviewSpreadsheetRow],
) -> list[spreadsheet_rows.ImportedReviewRow]:
    """The rows of a sheet, each checked against its page."""
    return spreadsheet_rows.check_rows(spreadsheet_rows.build_rows(lines))


def _get_page_links(rows) -> list[tuple[str, str]]:
    """The title of the page of each row, with the address of its form."""
    pages = Article.objects.only("kind", "title").in_bulk([row.page for row in rows])
    links = []
    for row in rows:
        page = pages.get(row.page)
        if page:
            links.append((page.title, get_admin_url(kinds.get(page.kind), "change", page.pk)))
    return links


def _log_recorded(request, page_ids: list[int]) -> None:
    """Log a change of each page in the admin's own log."""
    for kind in kinds.get_all():
        pages = kind.model.objects.filter(pk__in=page_ids, kind=kind.name).only("title", "kind")
        recorded = list(pages)
        if recorded:
            LogEntry.objects.log_actions(
                request.user.pk, recorded, CHANGE, change_message=LOG_MESSAGE
            )
