"""The admin of what is only ever added: revisions, publications and addresses of old, to read."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from articles import kinds


class LogAdmin(admin.ModelAdmin):
    """Rows that are added by what people do, and that nobody edits."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        return ["page_of_its_kind" if name == "article" else name for name in super().get_fields(request, obj)]

    @admin.display(description="article")
    def page_of_its_kind(self, row):
        """Led to where pages of its kind are edited: a symptom is an article too, but not in that admin."""
        options = kinds.get(row.article.kind).model._meta
        address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.article_id])
        return format_html('<a href="{}">{}</a>', address, row.article)


class RevisionAdmin(LogAdmin):
    list_display = ("article", "number", "saved_by", "saved_at", "digest")
    list_select_related = ("article", "saved_by")
    search_fields = ("article__title", "digest")
    ordering = ("-id",)


class PublicationAdmin(LogAdmin):
    list_display = ("title", "kind", "revision", "by", "at")
    list_select_related = ("revision", "by")
    list_filter = ("kind",)
    search_fields = ("title",)


class RedirectAdmin(LogAdmin):
    list_display = ("slug", "kind", "article", "made_at")
    list_select_related = ("article",)
    search_fields = ("slug",)
