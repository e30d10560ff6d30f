"""A bare admin form of a symptom and the same inlines, to measure ours against."""

from django.contrib import admin

from articles.models import Reference
from symptoms.models import Cause, Code, OtherName, RelatedSymptom, Symptom, SymptomCause

site = admin.AdminSite(name="stock")


def make_inline(model, base=admin.TabularInline, **more):
    return type(f"Stock{model.__name__}", (base,), {"model": model, "extra": 0, **more})


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
