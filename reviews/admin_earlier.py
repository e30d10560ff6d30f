"""The admin of earlier reviews: a sheet is read, looked at, attested with a password, and told what became of it."""

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from articles import kinds, spreadsheets
from articles.actions import Refused
from articles.admin_bulk import TITLES_SHOWN, counted
from articles.models import Article
from reviews import earlier, earlier_sheets
from reviews.attesting import MEANING, MOST, RIGHT, attest_in_parts
from reviews.dashboard import address_of
from reviews.earlier_forms import AttestForm, OneReviewForm, SheetForm
from reviews.earlier_sheets import COLUMNS, Line

TITLE = "Record reviews from a previous system"
HOME = "admin:reviews_signature_earlier"
SHOWN = 200  # rows of each list; all of them are in the file beside it
LOGGED = "Recorded the review that it had in an earlier system, and so published it."


def show(admin_site, request, template: str, **context):
    """One of the pages of this module, within the admin."""
    values = admin_site.each_context(request) | {"title": TITLE, "columns": COLUMNS} | context
    return render(request, f"reviews/admin/{template}.html", values)


class RecordsEarlier:
    """Mixed into the admin of the ledger: the sheet of earlier reviews, from its reading to its entries."""

    def get_urls(self):
        def page(address, view, name):
            return path(f"earlier/{address}", self.admin_site.admin_view(view), name=f"reviews_signature_{name}")

        return [
            page("", sensitive_post_parameters("password", "code")(self.earlier), "earlier"),
            page("rows/", require_POST(self.earlier_rows), "earlier_rows"),
            page("empty-sheet/", require_safe(self.empty_sheet), "earlier_sheet"),
            *super().get_urls(),
        ]

    def earlier(self, request):
        """Choose a sheet; then look at what it says; then attest it."""
        _refuse_others(request)
        deeds = {"read": self._read, "chosen": self._chosen, "again": self._again}
        deeds |= {"record": self._record, "go-on": self._go_on}
        deed = deeds.get(request.POST.get("deed", "")) if request.method == "POST" else None
        try:
            return deed(request) if deed else self._ask(request, SheetForm())
        except earlier.Outdated as refusal:
            messages.error(request, str(refusal))
            return redirect(HOME)

    def _ask(self, request, form):
        return show(self.admin_site, request, "earlier", form=form, needed=earlier_sheets.NEEDED)

    def _read(self, request):
        form = SheetForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._ask(request, form)
        try:
            file = form.cleaned_data["sheet"]
            sheet = earlier_sheets.read(file.read(earlier_sheets.LARGEST + 1))
        except earlier_sheets.CannotRead as refusal:
            form.add_error("sheet", str(refusal))
            return self._ask(request, form)
        return self._preview(request, earlier.look(earlier.rows(sheet.lines)), notes=sheet.notes)

    def _chosen(self, request):
        """One review for all the pages that were ticked in a list."""
        lines = [row.line for row in _carried(request)]
        form = OneReviewForm(request.POST)
        if not form.is_valid():
            return ask_for_chosen(self.admin_site, request, lines, form)
        said = [Line(line.row, form.cells(line["page"])) for line in lines]
        return self._preview(request, earlier.look(earlier.rows(said)))

    def _again(self, request):
        """The same rows, held against the pages as they are now."""
        return self._preview(request, earlier.look(earlier.rows([row.line for row in _carried(request)])))

    def _preview(self, request, rows, form=None, notes=()):
        taken = [row for row in rows if row.taken]
        context = {
            "rows": taken[:SHOWN],
            "count": len(taken),
            "overdue": sum(row.overdue for row in taken),
            "parts": -(-len(taken) // MOST),
            "most": MOST,
            "notes": notes,
            "meaning": MEANING,
            "carried": earlier.pack(rows, request.user),
            "form": form or AttestForm(request=request),
        }
        return show(self.admin_site, request, "earlier_preview", **context | _refused(rows, request))

    def _record(self, request):
        """The attestation: the first part of the rows at once, and the others one after the other."""
        rows, form = _carried(request), AttestForm(request.POST, request=request)
        if not form.is_valid():
            return self._preview(request, earlier.look(rows), form)
        return self._record_part(request, rows, form.authentication)

    def _go_on(self, request):
        """The next part of a sheet that was attested as a whole a moment ago."""
        return self._record_part(request, *earlier.unpack(request.POST.get("carried", ""), request.user, proved=True))

    def _record_part(self, request, rows, proved: str):
        part = [row for row in rows if row.taken][:MOST]
        try:
            outcome = attest_in_parts([row.claim() for row in part], by=request.user, authentication=proved)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return self._preview(request, earlier.look(rows))
        for row in part:
            row.refusal = outcome.refused.get(row.page, "")
            row.done = not row.refusal
        _log(request, [row.page for row in part if row.done])
        done, left = [row for row in rows if row.done], sum(row.taken for row in rows)
        if left:
            carried = earlier.pack(rows, request.user, proved=proved)
            context = {"count": len(done), "left": left, "carried": carried, "minutes": earlier.MINUTES}
            return show(self.admin_site, request, "earlier_underway", **context | _refused(rows, request))
        context = {"done": _named(done[:SHOWN]), "count": len(done)}
        return show(self.admin_site, request, "earlier_done", **context | _refused(rows, request))

    def earlier_rows(self, request):
        """Rows that a form carries along, as a sheet to mend and bring again: all, or those that were refused."""
        _refuse_others(request)
        try:
            rows = _carried(request)
        except earlier.Outdated as refusal:
            messages.error(request, str(refusal))
            return redirect(HOME)
        refused = request.POST.get("which") == "refused"
        told = [row for row in rows if row.refusal] if refused else rows
        head, body = [*COLUMNS, "why it was refused"], [[*row.line.cells, row.refusal] for row in told]
        return spreadsheets.answer("refused-reviews" if refused else "earlier-reviews", head, body)

    def empty_sheet(self, request):
        _refuse_others(request)
        return spreadsheets.answer("earlier-reviews", list(COLUMNS), [])


class RecordsEarlierOfMany:
    """Mixed into the admin of every kind of page: earlier reviews of the pages that are ticked in its list."""

    def has_attest_permission(self, request):
        return self.has_change_permission(request) and request.user.has_perm(RIGHT)

    @admin.action(description="Record earlier reviews …", permissions=["attest"])
    def record_earlier(self, request, queryset):
        if queryset.count() > MOST:
            messages.warning(request, f"Tick at most {MOST} pages, or bring a sheet. You ticked {queryset.count():,}.")
            return redirect(request.get_full_path())
        pages = queryset.order_by("sort_key", "pk").only("kind", "slug")
        blank = ("",) * (len(COLUMNS) - 1)
        lines = [Line(number, (page.path, *blank)) for number, page in enumerate(pages, start=1)]
        return ask_for_chosen(self.admin_site, request, lines, OneReviewForm())


def ask_for_chosen(admin_site, request, lines: list[Line], form):
    """Whose review all the chosen pages had; or take a sheet with them to fill in row by row."""
    context = {
        "form": form,
        "count": len(lines),
        "said": counted(len(lines)),
        "paths": [line["page"] for line in lines[:TITLES_SHOWN]],
        "carried": earlier.pack([earlier.Row(line) for line in lines], request.user),
    }
    return show(admin_site, request, "earlier_chosen", **context)


def _refuse_others(request) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


def _carried(request) -> list[earlier.Row]:
    return earlier.unpack(request.POST.get("carried", ""), request.user)[0]


def _refused(rows, request) -> dict:
    """What a page shows of the rows that are not recorded, and carries along of them."""
    refused = [row for row in rows if row.refusal]
    packed = earlier.pack(refused, request.user) if refused else ""
    return {"refused": refused[:SHOWN], "refused_count": len(refused), "refused_carried": packed, "shown": SHOWN}


def _named(rows) -> list[tuple[str, str]]:
    """The pages of some rows by name, with the addresses of their forms."""
    pages = Article.objects.only("kind", "title").in_bulk([row.page for row in rows])
    found = [pages[row.page] for row in rows if row.page in pages]
    return [(page.title, address_of(kinds.get(page.kind), "change", page.pk)) for page in found]


def _log(request, keys: list[int]) -> None:
    """In the admin's own log, as every deed there is."""
    for kind in kinds.every():
        done = kind.model.objects.filter(pk__in=keys, kind=kind.name).only("title", "kind")
        if found := list(done):
            LogEntry.objects.log_actions(request.user.pk, found, CHANGE, change_message=LOGGED)
