"""Exports a list of the admin: the ticked rows, or all that its filters and search show."""

import tempfile

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext_lazy as _

from articles.admin.bulk_actions import BulkAction, get_selection_fields
from articles.admin.composition import AdminView
from articles.event_log import Event, log
from articles.exports.resources import ExportResource
from articles.imports.formats.spreadsheets import CONTENT_TYPES, WRITERS, CannotExport

MAX_ROWS = 20_000  # rows of a file
FORMAT_LABELS = {"csv": "CSV, for any program", "xlsx": "XLSX, for Excel and the like"}


class ExportForm(forms.Form):
    layout = forms.ChoiceField(label=_("Columns"), widget=forms.RadioSelect)
    format = forms.ChoiceField(
        label=_("File format"),
        widget=forms.RadioSelect,
        choices=list(FORMAT_LABELS.items()),
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


class ExportAction(BulkAction):
    """Exports the ticked rows, once their layout is chosen; nothing is changed."""

    name = "export_chosen"
    label = _("Export selected …")

    @classmethod
    def is_allowed(cls, model_admin, request):
        return True

    @classmethod
    def run(cls, model_admin, request, queryset):
        return _export_rows(
            model_admin,
            request,
            queryset,
            selection_fields=get_selection_fields(request),
            list_url=request.get_full_path(),
        )


def export_list(model_admin, request):
    """All that the list with the same query shows."""
    address = reverse(f"admin:{model_admin.get_url_name('changelist')}")
    try:
        shown = model_admin.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return redirect(address)
    return _export_rows(
        model_admin,
        request,
        getattr(shown, "listed", shown.queryset),
        list_url=f"{address}{shown.get_query_string()}",
        list_query=getattr(shown, "list_query", None),
    )


def _export_rows(
    model_admin, request, rows, *, list_url: str, selection_fields=(), list_query=None
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
    noun = model_admin.opts.verbose_name if len(keys) == 1 else model_admin.opts.verbose_name_plural
    names = f"{len(keys):,} {noun}"
    data = request.POST if "format" in request.POST else None
    form = ExportForm(data, export_resources=model_admin.export_resources)
    if form.is_valid():
        response = _build_file(model_admin, request, keys, form, names)
        if response is not None:
            return response
    context = model_admin.admin_site.each_context(request) | {
        "opts": model_admin.opts,
        "title": f"Export {names}",
        "names": names,
        "count": len(keys),
        "form": form,
        "selection_fields": selection_fields,
        "list_url": list_url,
        "list_query": list_query,
    }
    return render(request, "articles/admin/export.html", context)


def _build_file(
    model_admin, request, keys: list[int], form: ExportForm, names: str
) -> FileResponse | None:
    """The file, once it is whole. If a text does not fit, the form has the reason."""
    format_name = form.cleaned_data["format"]
    resource = form.chosen_resource
    rows = resource.iter_rows(model_admin.get_queryset(request), keys)
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
    _log_export(model_admin, request, names, message)
    kind = f"list {model_admin.opts.model_name}"
    log(Event.EXPORT, by=request.user.pk, kind=kind, rows=len(keys))
    file.seek(0)
    stem = slugify(model_admin.opts.verbose_name_plural)
    today = timezone.localdate().isoformat()
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{stem}-{today}.{format_name}",
        content_type=CONTENT_TYPES[format_name],
    )


def _log_export(model_admin, request, names: str, message: str) -> None:
    LogEntry.objects.create(
        user=request.user,
        content_type=ContentType.objects.get_for_model(model_admin.model, for_concrete_model=False),
        object_repr=capfirst(names),
        action_flag=CHANGE,
        change_message=message,
    )


# Whoever may see a list may export it, in the layouts of ``export_resources``; the log has each
# file.
EXPORT_VIEW = AdminView("export", export_list, "view")
