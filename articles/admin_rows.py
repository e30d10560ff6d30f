"""What the rows of a page's form share: references, pictures, and the rows of the rooms above."""

from django.contrib import admin

from articles.admin_choices import KnownAutocomplete
from articles.forms import ADDRESSES, as_key
from articles.row_forms import RowChoiceField, RowForm, RowFormSet

MOST_ROWS = 500  # of one list that a form can carry at once; a longer list is edited in parts


class RowInline(admin.StackedInline):
    """What the rows of a page share: fixed queries, visible labels, no empty row to stumble over.

    ``looked_up`` names what a row points to, and with it what a preview needs to know of that.
    """

    form = RowForm
    formset = RowFormSet
    template = "articles/admin/_rows.html"
    extra = 0
    looked_up: tuple[str, ...] = ()
    formfield_overrides = ADDRESSES
    max_num = MOST_ROWS

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*self.looked_up)

    def get_formset(self, request, obj=None, **kwargs):
        kwargs.setdefault("absolute_max", MOST_ROWS)
        formset = super().get_formset(request, obj, **kwargs)
        formset.row_name, formset.rows_name = self.verbose_name, self.verbose_name_plural
        formset.asked = request.GET
        return formset

    def get_extra(self, request, obj=None, **kwargs):
        """Without a script, empty rows are asked for in the address."""
        return min(as_key(request.GET.get("rows", "")) or 0, 20)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        for name, _, further in (path.partition("__") for path in self.looked_up):
            if name == db_field.name:
                rows = db_field.related_model._default_manager.all()
                kwargs |= {
                    "form_class": RowChoiceField,
                    "widget": KnownAutocomplete(db_field, self.admin_site),
                    "queryset": rows.select_related(further) if further else rows,
                }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
