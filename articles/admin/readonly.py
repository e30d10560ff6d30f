"""The read-only admin of append-only rows: revisions, publication events and redirects."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles.admin.composition import ComposedAdmin
from articles.content import kinds
from articles.display import get_admin_url


class ReadOnlyAdmin(ComposedAdmin):
    """Rows that actions add and nobody edits."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        fields = []
        for name in super().get_fields(request, obj):
            fields.append("article_link" if name == "article" else name)
        return fields

    @admin.display(description=_("page"))
    def article_link(self, row):
        """A link to the admin of the page's own kind, which for a symptom is not articles."""
        address = get_admin_url(kinds.get(row.article.kind), "change", row.article_id)
        return format_html('<a href="{}">{}</a>', address, row.article)


class RevisionAdmin(ReadOnlyAdmin):
    list_display = ("article", "number", "saved_by", "saved_at")
    list_select_related = ("article", "saved_by")
    search_fields = ("article__title", "digest")
    ordering = ("-id",)


class PublicationEventAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "revision", "by", "at")
    list_select_related = ("revision", "by")
    list_filter = ("kind",)
    search_fields = ("title",)


class BaseRedirectAdmin(ReadOnlyAdmin):
    list_display = ("slug", "kind", "article", "made_at")
    list_select_related = ("article",)
    search_fields = ("slug",)
