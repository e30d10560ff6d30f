"""The admin of the frame: topics, which change what pages print around their signed words."""

from django.contrib import admin, messages

from articles import actions
from articles.models import Article


class TopicAdmin(admin.ModelAdmin):
    list_display = ("name", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or not obj.articles.exists())

    def get_actions(self, request):
        return {name: act for name, act in super().get_actions(request).items() if name != "delete_selected"}

    def save_model(self, request, obj, form, change):
        if change:  # pages before topics, as everywhere: two savers that met in the other order would block each other
            list(Article.objects.select_for_update().filter(topics=obj).order_by("pk").values_list("pk"))
        super().save_model(request, obj, form, change)
        show_frame(request, Article.objects.filter(topics=obj))


def show_frame(request, pages) -> None:
    if count := actions.reframe(pages, by=request.user):
        messages.info(request, f"{count} published pages show it now. Their texts and reviews are unchanged.")
