"""The base class of the inlines in a page's form."""

from django.contrib import admin
from django.db.models import QuerySet

from articles.admin.autocomplete import PreloadedAutocomplete
from articles.admin.form_renderer import link_choice
from articles.admin.forms import URL_FIELD_OVERRIDES, parse_key
from articles.admin.inline_formsets import RowChoiceField, RowForm, RowFormSet
from articles.db.known_rows import KnownRows
from articles.db.prepared import PreparedQuery

MAX_ROWS = 500  # of one list that a form can carry at once; a longer list is edited in parts
MAX_EXTRA_ROWS = 20
_prepared: dict[type, PreparedQuery] = {}


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
        return self._load(super().get_queryset(request))

    def _load(self, rows: QuerySet) -> QuerySet:
        if self.select_related_fields:  # with no name at all it would follow every foreign key
            rows = rows.select_related(*self.select_related_fields)
        if self.columns:
            own = [field.name for field in self.model._meta.concrete_fields]
            rows = rows.only(*own, *self.columns)
        return rows

    def _prepare_rows(self, parent: str) -> PreparedQuery:
        """How the rows of a page are read, by its key; made once for each class."""
        if type(self) not in _prepared:

            def build(page: int) -> QuerySet:
                rows = self._load(self.model._default_manager.filter(**{parent: page}))
                rows._iterable_class = KnownRows
                return rows

            _prepared[type(self)] = PreparedQuery(build, page=int)
        return _prepared[type(self)]

    def get_formset(self, request, obj=None, **kwargs):
        kwargs.setdefault("absolute_max", MAX_ROWS)
        formset = super().get_formset(request, obj, **kwargs)
        formset.row_name, formset.rows_name = self.verbose_name, self.verbose_name_plural
        formset.query_params = request.GET
        if request.method != "POST" or getattr(request, "is_draft", False):
            formset.only_read = self._prepare_rows(formset.fk.name)
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
