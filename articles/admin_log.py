"""The admin of what is only ever added: revisions, publications and addresses of old, to read."""

from django.contrib import admin


class LogAdmin(admin.ModelAdmin):
    """Rows that are added by what people do, and that nobody edits."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


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
