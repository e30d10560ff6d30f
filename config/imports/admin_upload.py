"""The way in: a file is sent, its plan is read, and it is written as drafts, if the plan still holds."""

from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from articles import spreadsheets
from articles.imports.importing import CannotImport, Unreadable
from articles.imports.job import What
from articles.imports.reading import UnknownFormat
from articles.imports.run import RIGHT
from articles.imports.spool import Verdict
from config.imports import telling, uploads
from config.imports.bounds import TooMuch
from config.imports.forms import AgainForm, UploadForm
from config.imports.resource import DraftResource, Moved, Planned
from config.imports.uploads import CannotKeep, Gone, Upload

SHOWN = 20  # records of one sort on a plan; the spreadsheet has them all
REFUSALS = (CannotImport, Unreadable, UnknownFormat)
GONE = "This file is here no more: it was deleted, or nobody touched it for a day. Nothing was written. Send it again."
BUSY = "The database is busy: somebody else has been writing for long. Nothing was written. Try again in a minute."


class Uploads:
    """Mixed into the admin of import runs: "adding" one is to import a file."""

    def get_urls(self):
        def page(address, view, name):
            return path(
                f"add/<uuid:ticket>/{address}", self.admin_site.admin_view(view), name=f"articles_importrun_{name}"
            )

        return [
            page("", self.plan, "plan"),
            page("plan/", require_safe(self.plan_spreadsheet), "plan_spreadsheet"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request):
        return request.user.has_perm(RIGHT)

    def _check(self, request) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def add_view(self, request, form_url="", extra_context=None):
        """Send a file, and say how it is to be read."""
        self._check(request)
        sent = request.method == "POST"
        form = UploadForm(request.POST, request.FILES) if sent else UploadForm(initial=_told(request))
        if sent and form.is_valid():
            try:
                upload = uploads.keep(form.cleaned_data["file"], form.wishes(), by=request.user)
                return redirect("admin:articles_importrun_plan", upload.ticket)
            except CannotKeep as refusal:
                form.add_error("file", str(refusal))
        return self.shown(request, "upload", "Import a file", status=422 if sent else 200, form=form)

    def plan(self, request, ticket):
        """What a file would do; on a press it is done, if that is what was shown."""
        self._check(request)
        try:
            upload = uploads.find(ticket, by=request.user)
            if upload.run:
                return self._done_before(request, upload)
            if request.method == "POST":
                return self._answered(request, upload)
            return self._planned(request, upload)
        except (Gone, FileNotFoundError):
            messages.error(request, GONE)
            return redirect("admin:articles_importrun_add")

    def _answered(self, request, upload: Upload):
        if "forget" in request.POST:
            upload.forget()
            messages.info(request, f"“{upload.name}” is deleted. Nothing was written.")
            return redirect("admin:articles_importrun_changelist")
        if "again" in request.POST:
            form = AgainForm(request.POST, upload=upload)
            if form.is_valid():
                upload.wished(form.wishes())
                return redirect("admin:articles_importrun_plan", upload.ticket)
            return self._page(request, upload, form=form, status=422)
        return self._written(request, upload)

    def _planned(self, request, upload: Upload):
        try:
            upload.check()
            return self._page(request, upload, DraftResource().import_data(upload, dry_run=True, user=request.user))
        except REFUSALS as refusal:
            return self._page(request, upload, refusal=refusal)

    def _written(self, request, upload: Upload):
        with upload.held() as upload:
            if upload.run:
                return self._done_before(request, upload)
            upload.check()
            try:
                seen = request.POST.get("seen", "")
                result = DraftResource().import_data(upload, user=request.user, seen=seen)
            except Moved as moved:
                return self._page(request, upload, moved.result, moved=True, status=409)
            except REFUSALS as refusal:
                return self._page(request, upload, refusal=refusal, status=422)
            except OperationalError:
                return self._page(request, upload, refusal=BUSY, status=409)
            with suppress(OSError):  # written it is; and a second press finds nothing left to write
                upload.written(result.run.pk)
        self.log_addition(request, result.run, f"Imported: {telling.in_short(result.run)}.")
        messages.success(request, _told_after(result))
        return redirect("admin:articles_importrun_change", result.run.pk)

    def _done_before(self, request, upload: Upload):
        messages.info(request, "This file is written already. Nothing was written a second time.")
        return redirect("admin:articles_importrun_change", upload.run)

    def _page(self, request, upload: Upload, result: Planned | None = None, *, refusal=None, form=None, **more):
        command = telling.command(upload, request.user.get_username()) if isinstance(refusal, TooMuch) else ""
        context = {
            "upload": upload,
            "rule": dict(AgainForm.base_fields["on_conflict"].choices)[upload.wishes.on_conflict],
            "result": result,
            "refusal": refusal,
            "command": command,
            "form": form or AgainForm(upload=upload),
            "spreadsheet_url": reverse("admin:articles_importrun_plan_spreadsheet", args=[upload.ticket]),
        }
        title = f"What “{upload.name}” would do"
        return self.shown(request, "plan", title, **context | (_sections(result) if result else {}) | more)

    def plan_spreadsheet(self, request, ticket):
        """The whole plan, as it is now."""
        self._check(request)
        try:
            upload = uploads.find(ticket, by=request.user)
            upload.check()
            result = DraftResource().import_data(upload, dry_run=True, user=request.user)
        except (Gone, FileNotFoundError, *REFUSALS):  # the page says why
            return redirect("admin:articles_importrun_plan", ticket)
        return spreadsheets.answer("plan", telling.PLAN_HEAD, telling.plan_rows(result))

    def shown(self, request, template: str, title: str, *, status: int = 200, **context):
        values = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": title,
            "list_url": reverse("admin:articles_importrun_changelist"),
        }
        return render(request, f"config/imports/{template}.html", values | context, status=status)


def _told(request) -> dict[str, str]:
    """What the address already says, such as the source of a run that was stopped."""
    return {name: request.GET[name][:60] for name in ("source", "format", "on_conflict", "most") if name in request.GET}


def _told_after(result: Planned) -> str:
    if not result.drafts:
        return "The ids are noted. No page has changed."
    one = result.drafts == 1
    return f"{result.drafts:,} record{' is a draft' if one else 's are drafts'} now. Visitors see no change."


def _sections(result: Planned) -> dict:
    """What a plan shows of each sort, and how many more there are."""
    new, changed = result.having(Verdict.NEW), result.having(Verdict.CHANGED)
    reports = [
        (
            telling.SORTS[what],
            what,
            [("", one) for one in result.of(what)[:SHOWN]],
            result.told[what],
            max(0, result.told[what] - SHOWN),
        )
        for what in (What.CONFLICT, What.REFUSED, What.NOTED)
        if result.told[what]
    ]
    return {
        "table": telling.table(result.counts),
        "new": new[:SHOWN],
        "new_count": len(new),
        "new_more": max(0, len(new) - SHOWN),
        "changed": changed[:SHOWN],
        "changed_count": len(changed),
        "changed_more": max(0, len(changed) - SHOWN),
        "reports": reports,
        "refused": result.told[What.REFUSED],
    }
