"""A bare admin form of a symptom and the same inlines, as Django makes it, to measure ours against."""

from django.contrib import admin

from articles.models import Reference
from symptoms.models import Cause, Code, OtherName, RelatedSymptom, Symptom, SymptomCause

site = admin.AdminSite(name="stock")


def rows(model, base=admin.TabularInline, **more):
    return type(f"Stock{model.__name__}", (base,), {"model": model, "extra": 0, **more})


class StockSymptom(admin.ModelAdmin):
    search_fields = ("title",)
    exclude = ("related",)
    inlines = (
        rows(OtherName),
        rows(RelatedSymptom, fk_name="symptom", autocomplete_fields=("other",)),
        rows(SymptomCause, admin.StackedInline, autocomplete_fields=("cause",)),
        rows(Reference, fk_name="article"),
        rows(Code),
    )


class StockCause(admin.ModelAdmin):
    search_fields = ("name",)


site.register(Symptom, StockSymptom)
site.register(Cause, StockCause)
