"""The editor's room for symptoms and causes."""

from django.contrib import admin, messages
from django.db import connection
from django.db.models import Q

from articles.admin import PageAdmin, ReferenceInline
from articles.admin_images import FigureInline
from articles.admin_lists import MOST_WORDS
from articles.admin_rows import RowInline
from articles.fields import fold
from articles.models import Article
from symptoms.actions import record_cause
from symptoms.forms import CauseForm
from symptoms.models import Cause, Code, OtherName, RelatedSymptom, SymptomCause


class OtherNameInline(RowInline):
    model = OtherName
    fields = ("position", "name")


class RelatedSymptomInline(RowInline):
    model = RelatedSymptom
    verbose_name, verbose_name_plural = "related symptom", "related symptoms"
    fk_name = "symptom"
    fields = ("position", "other", "system", "serious")
    looked_up = ("other__live",)


class SymptomCauseInline(RowInline):
    model = SymptomCause
    verbose_name, verbose_name_plural = "cause", "causes"
    fields = (("position", "cause", "group"), ("seriousness", "frequency"), "text")
    looked_up = ("cause",)


class CodeInline(RowInline):
    model = Code
    fields = ("system", "code", "display")


class SymptomAdmin(PageAdmin):
    """A symptom's form, its sections in the order of the page."""

    inlines = (OtherNameInline, RelatedSymptomInline, SymptomCauseInline, FigureInline, ReferenceInline, CodeInline)
    search_help_text = "Looks for every word in title, other names, codes and address. Case and accents do not matter."
    fieldsets = (
        (
            "Name and summary",
            {"fields": ("title", "phrase", "plural", "headline", "summary", "writer")},
        ),
        ("When to get help", {"fields": ("advice_level", "advice")}),
        ("Overview", {"fields": ("body",)}),
        ("Spotlight", {"fields": ("spotlight_title", "spotlight")}),
        ("Introduction to the causes", {"fields": ("causes_intro",)}),
        ("Diagnosis, treatment, complications", {"fields": ("diagnosis_questions", "treatment", "complications")}),
        PageAdmin.FRAME,
    )
    sections = (
        "Name and summary",
        OtherNameInline,
        "When to get help",
        "Overview",
        "Spotlight",
        RelatedSymptomInline,
        "Introduction to the causes",
        SymptomCauseInline,
        "Diagnosis, treatment, complications",
        FigureInline,
        ReferenceInline,
        CodeInline,
        "Frame",
    )

    def found_by(self, word):
        names = OtherName.objects.filter(folded__contains=word).values("symptom")
        codes = Code.objects.filter(code__icontains=word).values("symptom")
        return super().found_by(word) | Q(pk__in=names) | Q(pk__in=codes)


class CauseAdmin(admin.ModelAdmin):
    """Causes are shared: renaming one changes the draft of every page that names it, and no public page."""

    form = CauseForm
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    named_by = "folded"
    prepopulated_fields = {"slug": ("name",)}

    def get_search_results(self, request, queryset, search_term):
        for word in fold(search_term).split()[:MOST_WORDS]:
            queryset = queryset.filter(Q(folded__contains=word) | Q(slug__contains=word))
        return queryset, False

    def get_object(self, request, object_id, from_field=None):
        """On saving, its pages and then the row are held, so that two renamings come one after the other.

        Pages first, as everywhere: who saves a page and who saves its cause must not wait for each other.
        """
        cause = super().get_object(request, object_id, from_field)
        if cause is not None and request.method == "POST" and connection.in_atomic_block:
            pages = SymptomCause.objects.filter(cause=cause).values("symptom")
            list(Article.objects.select_for_update().filter(pk__in=pages).order_by("pk").values_list("pk"))
            list(Cause.objects.select_for_update().filter(pk=cause.pk).values_list("pk"))
            cause.refresh_from_db()
        return cause

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if form.has_changed() and (count := record_cause(obj, by=request.user)):
            messages.info(request, f"{count} pages now differ from what was signed, and wait for a signature.")
