"""The base class of the inlines in a page's form."""

from django.contrib import admin

from articles.admin.autocomplete import PreloadedAutocomplete
from articles.admin.form_renderer import link_choice
from articles.admin.forms import URL_FIELD_OVERRIDES, parse_key
from articles.admin.inline_formsets import RowChoiceField, RowForm, RowFormSet

MAX_ROWS = 500  # of one list that a form can carry at once; a longer list is edited in parts
MAX_EXTRA_ROWS = 20


class RowInline(admin.StackedInline):
    """Rows of a page: a fixed number of queries, visible labels, and no empty row at first.

    ``select_related_fields`` names what a row points to, and what a preview needs of that;
    ``columns`` what is read of these, where that is not all of it.
    """

    form = RowForm
    formset = RowFormSet
    template = "articles/admin/_rows.html"
    extra = 0
    select_related_fields: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    formfield_overrides = URL_FIELD_OVERRIDES
    max_num = MAX_ROWS

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if self.select_related_fields:  # with no name at all it would follow every foreign key
            rows = rows.select_related(*self.select_related_fields)
        if self.columns:
            own = [field.name for field in self.model._meta.concrete_fields]
            rows = rows.only(*own, *self.columns)
        return rows

    def get_formset(self, request, obj=None, **kwargs):
        kwargs.setdefault("absolute_max", MAX_ROWS)
        formset = super().get_formset(request, obj, **kwargs)
        formset.row_name, formset.rows_name = self.verbose_name, self.verbose_name_plural
        formset.query_params = request.GET
        formset.is_only_read = request.method != "POST" or getattr(request, "is_draft", False)
        return formset

    def get_extra(self, request, obj=None, **kwargs):
        """Without a script, a link with ``rows`` in its query asks for empty rows."""
        requested = parse_key(request.GET.get("rows", "")) or 0
        return min(requested, MAX_EXTRA_ROWS)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return link_choice(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        for path in self.select_related_fields:
            name, _, related = path.partition("__")
            if name != db_field.name:
                continue
            rows = db_field.related_model._default_manager.all()
            if related:
                rows = rows.select_related(related)
            kwargs["form_class"] = RowChoiceField
            kwargs["widget"] = PreloadedAutocomplete(db_field, self.admin_site)
            kwargs["queryset"] = rows
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
