"""The admin of topics, which are part of the metadata that pages print."""

from django import forms
from django.contrib import messages

from articles.admin.composition import ComposedAdmin
from articles.admin.slugs import SlugFromNameMixin
from articles.models import Article
from articles.publishing import actions, slugs


class TopicForm(SlugFromNameMixin, forms.ModelForm):
    def find_taken_slugs(self, wanted):
        return slugs.find_taken_topic_slugs(wanted)


class BaseTopicAdmin(ComposedAdmin):
    form = TopicForm
    list_display = ("name", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}

    def has_delete_permission(self, request, obj=None):
        if obj is not None and obj.articles.exists():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request):
        actions_by_name = super().get_actions(request)
        actions_by_name.pop("delete_selected", None)
        return actions_by_name

    def save_model(self, request, obj, form, change):
        if change:
            # Lock pages before topics, as everywhere: two saves in opposite orders would deadlock.
            locked = Article.objects.select_for_update().filter(topics=obj).order_by("pk")
            list(locked.values_list("pk"))
        super().save_model(request, obj, form, change)
        publish_metadata(request, Article.objects.filter(topics=obj))


def publish_metadata(request, pages) -> None:
    """Publish the metadata of some pages, and report how many public pages changed."""
    count = actions.publish_metadata(pages, by=request.user)
    if count:
        messages.info(
            request, f"{count} published pages show it now. Their texts and reviews are unchanged."
        )
