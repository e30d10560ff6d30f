"""Exports a list of the admin: the ticked rows, or all that its filters and search show."""

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
from django.utils.translation import gettext_lazy as _

from articles.admin.bulk_actions import (
    ACTION_PLACEHOLDER,
    BulkActionForm,
    drop_invalid_keys,
    get_selection_fields,
)
from articles.exports.resources import ExportResource
from articles.imports.formats.spreadsheets import FORMATS, WRITERS, CannotExport

MAX_ROWS = 20_000  # rows of a file
FORMAT_LABELS = {"csv": "CSV, for any program", "xlsx": "XLSX, for Excel and the like"}


class ExportForm(forms.Form):
    layout = forms.ChoiceField(label=_("Columns"), widget=forms.RadioSelect)
    format = forms.ChoiceField(
        label=_("File format"),
        widget=forms.RadioSelect,
        choices=[(name, FORMAT_LABELS[name]) for name in FORMATS],
        initial="csv",
    )

    def __init__(self, *args, export_resources, **kwargs):
        super().__init__(*args, **kwargs)
        self.export_resources = {resource.key: resource for resource in export_resources}
        self.fields["layout"].choices = [(each.key, each.label) for each in export_resources]
        self.fields["layout"].initial = export_resources[0].key
        if len(export_resources) == 1:
            del self.fields["layout"]

    @property
    def chosen_resource(self) -> ExportResource:
        """The layout that was chosen; the only one if there is no choice."""
        key = self.cleaned_data.get("layout") or next(iter(self.export_resources))
        return self.export_resources[key]()


class ListExportMixin:
    """For the admin of any model. Whoever may see the list may export it; the log has each file."""

    export_resources: tuple[type[ExportResource], ...] = ()
    action_form = BulkActionForm

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [
            path("export/", self.admin_site.admin_view(self.export), name=name),
            *super().get_urls(),
        ]

    def get_actions(self, request):
        found = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET:
            found["export_chosen"] = self.get_action("export_chosen")
        return found

    def get_action_choices(self, request, default_choices=ACTION_PLACEHOLDER):
        return super().get_action_choices(request, default_choices)

    def response_action(self, request, queryset):
        drop_invalid_keys(request)
        return super().response_action(request, queryset)

    @admin.action(description=_("Export selected …"))
    def export_chosen(self, request, queryset):
        return self._export_rows(
            request,
            queryset,
            selection_fields=get_selection_fields(request),
            list_url=request.get_full_path(),
        )

    def export(self, request):
        """All that the list with the same query shows. Raises PermissionDenied."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        try:
            shown = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return redirect(address)
        return self._export_rows(
            request,
            shown.queryset,
            list_url=f"{address}{shown.get_query_string()}",
            invalid_parameters=getattr(shown, "invalid_parameters", ()),
        )

    def _export_rows(
        self, request, rows, *, list_url: str, selection_fields=(), invalid_parameters=()
    ):
        """The form of the export, or its file once the form was sent."""
        keys = list(rows.values_list("pk", flat=True))
        if len(keys) > MAX_ROWS:
            messages.warning(
                request,
                f"A file holds {MAX_ROWS:,} rows at most, and this list has {len(keys):,}. "
                "Use filters or a search, and export it in parts.",
            )
            return redirect(list_url)
        noun = self.opts.verbose_name if len(keys) == 1 else self.opts.verbose_name_plural
        names = f"{len(keys):,} {noun}"
        data = request.POST if "format" in request.POST else None
        form = ExportForm(data, export_resources=self.export_resources)
        if form.is_valid():
            response = self._build_file(request, keys, form, names)
            if response is not None:
                return response
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": f"Export {names}",
            "names": names,
            "count": len(keys),
            "form": form,
            "selection_fields": selection_fields,
            "list_url": list_url,
            "invalid_parameters": invalid_parameters,
        }
        return render(request, "articles/admin/export.html", context)

    def _build_file(
        self, request, keys: list[int], form: ExportForm, names: str
    ) -> FileResponse | None:
        """The file, once it is whole. If a text does not fit, the form has the reason."""
        format_name = form.cleaned_data["format"]
        file_format = FORMATS[format_name]
        resource = form.chosen_resource
        rows = resource.iter_rows(self.get_queryset(request), keys)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        try:
            WRITERS[format_name](resource.get_headers(), rows, file, whole=resource.is_lossless)
        except CannotExport as refusal:
            file.close()
            form.add_error(
                "format",
                f"{refusal}, more than a cell of XLSX can hold. Choose CSV: it holds everything.",
            )
            return None
        message = f"Exported {names} as {format_name.upper()}: {resource.label}."
        self._log_export(request, names, message)
        file.seek(0)
        stem = slugify(self.opts.verbose_name_plural)
        today = timezone.localdate().isoformat()
        return FileResponse(
            file,
            as_attachment=True,
            filename=f"{stem}-{today}.{file_format.get_extension()}",
            content_type=file_format.get_content_type(),
        )

    def _log_export(self, request, names: str, message: str) -> None:
        LogEntry.objects.create(
            user=request.user,
            content_type=ContentType.objects.get_for_model(self.model, for_concrete_model=False),
            object_repr=capfirst(names),
            action_flag=CHANGE,
            change_message=message,
        )
