"""The admin of symptoms and causes."""

from django.contrib import admin, messages
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.admin.changelists import MAX_SEARCH_WORDS
from articles.admin.images import FigureInline
from articles.admin.inlines import RowInline
from articles.admin.pages import PageAdmin, ReferenceInline
from articles.fields import fold
from articles.models import Article
from symptoms.actions import record_cause
from symptoms.admin.forms import CauseForm
from symptoms.models import Cause, Code, OtherName, RelatedSymptom, SymptomCause


class OtherNameInline(RowInline):
    model = OtherName
    fields = ("position", "name")


class RelatedSymptomInline(RowInline):
    model = RelatedSymptom
    verbose_name, verbose_name_plural = "related symptom", "related symptoms"
    fk_name = "symptom"
    fields = ("position", "other", "system", "serious")
    select_related_fields = ("other__live",)


class SymptomCauseInline(RowInline):
    model = SymptomCause
    verbose_name, verbose_name_plural = "cause", "causes"
    fields = (("position", "cause", "group"), ("seriousness", "frequency"), "text")
    select_related_fields = ("cause",)


class CodeInline(RowInline):
    model = Code
    fields = ("system", "code", "display")


class BaseSymptomAdmin(PageAdmin):
    """A symptom's form, its sections in the order of the page."""

    inlines = (
        OtherNameInline,
        RelatedSymptomInline,
        SymptomCauseInline,
        FigureInline,
        ReferenceInline,
        CodeInline,
    )
    search_help_text = (
        "Searches title, other names, codes and URL slug for every word, ignoring case and accents."
    )
    fieldsets = (
        (
            "Name and summary",
            {"fields": ("title", "phrase", "plural", "headline", "summary", "writer")},
        ),
        ("When to get help", {"fields": ("advice_level", "advice")}),
        ("Overview", {"fields": ("body",)}),
        ("Spotlight", {"fields": ("spotlight_title", "spotlight")}),
        ("Introduction to the causes", {"fields": ("causes_intro",)}),
        (
            "Diagnosis, treatment, complications",
            {"fields": ("diagnosis_questions", "treatment", "complications")},
        ),
        PageAdmin.METADATA_FIELDSET,
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
        _("Page settings"),
    )

    def build_word_query(self, word):
        names = OtherName.objects.filter(folded__contains=word).values("symptom")
        codes = Code.objects.filter(code__icontains=word).values("symptom")
        return super().build_word_query(word) | Q(pk__in=names) | Q(pk__in=codes)


class BaseCauseAdmin(admin.ModelAdmin):
    """Causes are shared: renaming one changes every draft that names it, and no public page."""

    form = CauseForm
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    name_field = "folded"
    prepopulated_fields = {"slug": ("name",)}

    def get_search_results(self, request, queryset, search_term):
        for word in fold(search_term).split()[:MAX_SEARCH_WORDS]:
            queryset = queryset.filter(Q(folded__contains=word) | Q(slug__contains=word))
        return queryset, False

    def get_object(self, request, object_id, from_field=None):
        """On saving, lock its pages and then the row, so that two renamings wait for each other.

        Pages come first, as everywhere: otherwise saving a page and saving its cause could block
        each other for good.
        """
        cause = super().get_object(request, object_id, from_field)
        if cause is not None and request.method == "POST" and connection.in_atomic_block:
            naming = SymptomCause.objects.filter(cause=cause).values("symptom")
            pages = Article.objects.select_for_update().filter(pk__in=naming).order_by("pk")
            list(pages.values_list("pk"))
            list(Cause.objects.select_for_update().filter(pk=cause.pk).values_list("pk"))
            cause.refresh_from_db()
        return cause

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not form.has_changed():
            return
        count = record_cause(obj, by=request.user)
        if count:
            messages.info(
                request,
                f"{count} pages now differ from what was signed, and are waiting for a signature.",
            )
