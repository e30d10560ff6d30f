"""A bare admin form of a symptom and the same inlines, to measure ours against.

Beside it the smallest form that Django's admin has for the same page: its own fields, each a plain
box, and no rows.
"""

from django import forms
from django.contrib import admin

from articles.fields import RichTextField
from articles.models import Reference
from symptoms.models import Cause, Code, OtherName, RelatedSymptom, Symptom, SymptomCause

site = admin.AdminSite(name="stock")
plain_site = admin.AdminSite(name="plain")


def make_inline(model, base=admin.TabularInline, **more):
    return type(f"Stock{model.__name__}", (base,), {"model": model, "extra": 0, **more})


class PlainSymptomAdmin(admin.ModelAdmin):
    """The fields of the page alone, rich texts as plain boxes."""

    exclude = ("related",)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, RichTextField):
            return forms.CharField(widget=admin.widgets.AdminTextareaWidget, required=False)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class StockSymptomAdmin(admin.ModelAdmin):
    search_fields = ("title",)
    exclude = ("related",)
    inlines = (
        make_inline(OtherName),
        make_inline(RelatedSymptom, fk_name="symptom", autocomplete_fields=("other",)),
        make_inline(SymptomCause, admin.StackedInline, autocomplete_fields=("cause",)),
        make_inline(Reference, fk_name="article"),
        make_inline(Code),
    )


class StockCauseAdmin(admin.ModelAdmin):
    search_fields = ("name",)


site.register(Symptom, StockSymptomAdmin)
site.register(Cause, StockCauseAdmin)
plain_site.register(Symptom, PlainSymptomAdmin)
