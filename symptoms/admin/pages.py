"""The admin of symptoms and causes."""

from django.contrib import messages
from django.db import IntegrityError, connection
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from articles.admin import care_cards
from articles.admin.autocomplete import PreloadedAutocomplete
from articles.admin.changelists import MAX_SEARCH_WORDS
from articles.admin.composition import ComposedAdmin
from articles.admin.forms import parse_key
from articles.admin.images import FigureInline
from articles.admin.inline_formsets import RowFormSet
from articles.admin.inlines import RowInline
from articles.admin.pages import PageAdmin, ReferenceInline
from articles.admin.request_validation import MAX_SEARCH_LENGTH
from articles.exports.admin import EXPORT_VIEW, ExportAction
from articles.models import Article, MergedPage
from articles.names import fold
from symptoms import questions
from symptoms.actions import delete_cause, record_cause
from symptoms.admin.cause_messages import describe_changed_pages, describe_grave_catch_all
from symptoms.admin.export_resources import CauseResource
from symptoms.admin.forms import CauseForm
from symptoms.admin.merging import (
    MERGE_VIEW,
    CauseMergeAction,
    MergeTwoAction,
    SymptomMergeAction,
)
from symptoms.models import Cause, Code, MergedCause, OtherName, RelatedSymptom, SymptomCause

# What composing and the form read of a cause.
READ_OF_CAUSE = (
    "uuid",
    "slug",
    "name",
    "catch_all",
    "description__uuid",
    "description__title",
    "description__live__title",
)


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
    select_related_fields = ("cause__description__live",)
    columns = tuple(f"cause__{name}" for name in READ_OF_CAUSE)


class CodeFormSet(RowFormSet):
    """Codes, each once, however it is written."""

    def get_row_key(self, row, names):
        return row.normal_form


class CodeInline(RowInline):
    model = Code
    formset = CodeFormSet
    fields = ("system", "code", "display")


class BaseSymptomAdmin(PageAdmin):
    """A symptom's form, its sections in the order of the page."""

    views = (*PageAdmin.views, MERGE_VIEW)
    merge_action = SymptomMergeAction
    inlines = (
        OtherNameInline,
        RelatedSymptomInline,
        SymptomCauseInline,
        FigureInline,
        ReferenceInline,
        CodeInline,
    )
    search_help_text = _(
        "Searches title, other names, codes and URL slug for every word, ignoring case and accents."
    )
    fieldsets = (
        (
            "Name and summary",
            {
                "fields": (
                    "title",
                    "phrase",
                    "determiner",
                    "plural",
                    "headline",
                    "summary",
                    "writer",
                )
            },
        ),
        care_cards.FIELDSET,
        ("Overview", {"fields": ("body",)}),
        ("Spotlight", {"fields": ("spotlight_title", "spotlight")}),
        ("Introduction to the causes", {"fields": ("causes_intro",)}),
        (
            "Diagnosis, treatment, complications",
            {"fields": ("diagnosis_questions", "treatment", "complications")},
        ),
        (_("Page settings"), {"fields": PageAdmin.SETTINGS}),
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

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "determiner":
            kwargs["label"] = questions.DETERMINER_LABEL
            kwargs["help_text"] = _(
                "What stands before the name in questions. With “a”, the question becomes: "
                "What is a headache? “Headache causes” stays as it is."
            )
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def build_word_query(self, word):
        names = OtherName.objects.filter(folded__contains=word).values("symptom")
        codes = Code.objects.annotate(dotless=Replace("code", Value("."))).filter(
            Q(code__icontains=word) | Q(dotless__icontains=word.replace(".", "") or word)
        )
        return super().build_word_query(word) | Q(pk__in=names) | Q(pk__in=codes.values("symptom"))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """If a cause of the form was merged at this very moment, read the form once more.

        By then it knows the cause that took its place.
        """
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            list(messages.get_messages(request))  # drop them: nothing of what they report was done
            return super().changeform_view(request, object_id, form_url, extra_context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {"merged": None, "merge_url": ""}
        key = parse_key(str(object_id))
        if key is not None:
            merged = MergedPage.objects.filter(page=key).select_related("into", "by").first()
            context["merged"] = merged
            if merged is None and self.has_change_permission(request):
                context["merge_url"] = self.get_object_url("merge", Article(pk=key))
        context |= extra_context or {}
        return super().change_view(request, object_id, form_url, context)


class CauseAdmin(ComposedAdmin):
    """Causes are shared: changing one changes every draft that names it, and no public page.

    A cause is also found by the names of those that were merged into it.
    """

    views = (MERGE_VIEW, EXPORT_VIEW)
    bulk_actions = (MergeTwoAction, ExportAction)
    export_resources = (CauseResource,)
    merge_action = CauseMergeAction
    change_form_template = "symptoms/admin/cause_form.html"
    form = CauseForm
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    name_field = "folded"
    prepopulated_fields = {"slug": ("name",)}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """The description: an article that was not discarded, found while somebody types."""
        if db_field.name == "description":
            kwargs["queryset"] = Article.objects.active().filter(kind="article")
            kwargs["widget"] = PreloadedAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(self, request, queryset, search_term):
        found = queryset
        words = fold(search_term[:MAX_SEARCH_LENGTH])
        for word in words.split()[:MAX_SEARCH_WORDS]:
            found = found.filter(Q(folded__contains=word) | Q(slug__contains=word))
        if words:
            merged = MergedCause.objects.filter(folded__contains=words).values("kept")
            found |= queryset.filter(pk__in=merged)
        return found, False

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

    def change_view(self, request, object_id, form_url="", extra_context=None):
        key = parse_key(str(object_id))
        merged = []
        if key is not None:
            merged = MergedCause.objects.filter(kept=key).select_related("by")
        context = {"merged": merged, "may_merge": self.has_change_permission(request)}
        context |= extra_context or {}
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not form.has_changed():
            return
        record_cause(obj, by=request.user)
        found = [*describe_changed_pages(obj)]
        if "catch_all" in form.changed_data:
            found += describe_grave_catch_all(obj)
        for level, message in found:
            messages.add_message(request, level, message)
        same_name = MergedCause.objects.filter(folded=obj.folded).exclude(kept=obj)
        row = same_name.select_related("kept", "by").last()
        if row and "name" in form.changed_data:
            messages.warning(request, self._format_merged_before(row, obj))

    def delete_model(self, request, obj):
        delete_cause(obj, by=request.user)

    def delete_queryset(self, request, queryset):
        for cause in queryset:
            delete_cause(cause, by=request.user)

    def _format_merged_before(self, row: MergedCause, cause) -> str:
        """That a cause of this name was merged once, with a link to merge it again."""
        who = row.by.get_full_name() or row.by.get_username()
        event = f"{who} merged a cause called “{row.name}” into “{row.kept}” on {row.at:%-d %B %Y}."
        address = f"{self.get_object_url('merge', row.kept)}?{urlencode({'other': cause.pk})}"
        message = '{} If it is the same condition, <a href="{}">merge it again</a>.'
        return format_html(message, event, address)
