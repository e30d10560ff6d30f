"""A list of the admin as a file: those that are ticked, or all that it shows with its filters and its search."""

import tempfile

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst, slugify

from articles.admin_bulk import CHOOSE, TickedForm, carried, only_keys
from articles.sheets import Sheet
from articles.spreadsheets import FORMATS, WRITERS, TooLong

MOST = 20_000  # rows of a file
LABELS = {"csv": "CSV, for any program", "xlsx": "XLSX, for Excel and the like"}


class ExportForm(forms.Form):
    layout = forms.ChoiceField(label="Columns", widget=forms.RadioSelect)
    format = forms.ChoiceField(
        label="File", widget=forms.RadioSelect, choices=[(name, LABELS[name]) for name in FORMATS], initial="csv"
    )

    def __init__(self, *args, sheets, **kwargs):
        super().__init__(*args, **kwargs)
        self.sheets = {sheet.key: sheet for sheet in sheets}
        self.fields["layout"].choices = [(key, sheet.label) for key, sheet in self.sheets.items()]
        self.fields["layout"].initial = sheets[0].key
        if len(sheets) == 1:
            del self.fields["layout"]

    @property
    def sheet(self) -> Sheet:
        return self.sheets[self.cleaned_data.get("layout") or next(iter(self.sheets))]()


class Exports:
    """Mixed into the admin of any list. Who may see it may take it along; each file is noted in the admin's log."""

    sheets: tuple[type[Sheet], ...] = ()
    action_form = TickedForm

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/", self.admin_site.admin_view(self.export), name=name), *super().get_urls()]

    def get_actions(self, request):
        found = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET:
            found["export_chosen"] = self.get_action("export_chosen")
        return found

    def get_action_choices(self, request, default_choices=CHOOSE):
        return super().get_action_choices(request, default_choices)

    def response_action(self, request, queryset):
        only_keys(request)
        return super().response_action(request, queryset)

    @admin.action(description="Export the chosen …")
    def export_chosen(self, request, queryset):
        return self._export(request, queryset, carried=carried(request), list_url=request.get_full_path())

    def export(self, request):
        """All that the list shows which has the same address but for its end."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        try:
            shown = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return redirect(address)
        slips = getattr(shown, "slips", ())
        return self._export(request, shown.queryset, list_url=f"{address}{shown.get_query_string()}", slips=slips)

    def _export(self, request, rows, *, list_url: str, carried=(), slips=()):
        keys = list(rows.values_list("pk", flat=True))
        names = f"{len(keys):,} {self.opts.verbose_name if len(keys) == 1 else self.opts.verbose_name_plural}"
        if len(keys) > MOST:
            most = f"A file holds {MOST:,} rows at most, and this list has {len(keys):,}."
            messages.warning(request, f"{most} Narrow it by filters or a search, and export it part by part.")
            return redirect(list_url)
        form = ExportForm(request.POST if "format" in request.POST else None, sheets=self.sheets)
        if form.is_valid() and (answer := self._file(request, keys, form, names)):
            return answer
        context = {"opts": self.opts, "title": f"Export {names}", "names": names, "count": len(keys), "form": form}
        context |= {"carried": carried, "list_url": list_url, "slips": slips}
        return render(request, "articles/admin/export.html", self.admin_site.each_context(request) | context)

    def _file(self, request, keys: list[int], form: ExportForm, names: str) -> FileResponse | None:
        """The file, once it is whole; if a text does not fit, the form says which."""
        chosen, sheet, file = form.cleaned_data["format"], form.sheet, tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
        rows = self.get_queryset(request)
        try:
            WRITERS[chosen](sheet.head(), sheet.lines(rows, keys), file, whole=sheet.whole)
        except TooLong as refusal:
            file.close()
            form.add_error("format", f"{refusal}, more than a cell of XLSX can hold. Choose CSV: it holds everything.")
            return None
        self._log(request, names, f"Exported {names} as {chosen.upper()}: {sheet.label}.")
        file.seek(0)
        today = timezone.localdate().isoformat()
        name = f"{slugify(self.opts.verbose_name_plural)}-{today}.{FORMATS[chosen].get_extension()}"
        return FileResponse(file, as_attachment=True, filename=name, content_type=FORMATS[chosen].get_content_type())

    def _log(self, request, names: str, message: str) -> None:
        LogEntry.objects.create(
            user=request.user,
            content_type=ContentType.objects.get_for_model(self.model, for_concrete_model=False),
            object_repr=capfirst(names),
            action_flag=CHANGE,
            change_message=message,
        )
