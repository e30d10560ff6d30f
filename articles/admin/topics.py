"""The admin of topics, which are part of the metadata that pages print."""

from django import forms
from django.contrib import messages

from articles.admin.composition import ComposedAdmin
from articles.admin.slugs import SlugFromNameMixin
from articles.publishing import bulk_actions, slugs


class TopicForm(SlugFromNameMixin, forms.ModelForm):
    def find_taken_slugs(self, wanted):
        return slugs.find_taken_topic_slugs(wanted)


class MetadataAdmin(ComposedAdmin):
    """The admin of what pages print beside their texts: once it is saved, they show it so.

    Many pages follow in batches. If that was stopped, the form says so, and saving it again does
    the rest.
    """

    def get_printing_pages(self, obj):
        """The pages that print a row."""
        raise NotImplementedError

    def count_outdated(self, obj) -> int:
        """How many public pages print it as it was before."""
        raise NotImplementedError

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        request.saved_metadata = obj

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        response = super().changeform_view(request, object_id, form_url, extra_context)
        saved = getattr(request, "saved_metadata", None)  # it is committed now
        if saved:
            count = bulk_actions.publish_in_batches(self.get_printing_pages(saved), by=request.user)
            if count:
                messages.info(request, describe_published(count))
        return response

    def render_change_form(self, request, context, *args, obj=None, **options):
        if obj and request.method == "GET":
            count = self.count_outdated(obj)
            if count:
                messages.warning(request, f"{describe_outdated(count)}. Save it again to finish.")
        return super().render_change_form(request, context, *args, obj=obj, **options)


def describe_published(count: int) -> str:
    return f"{count} published pages show it now. Their texts and reviews are unchanged."


def describe_outdated(count: int) -> str:
    pages = (
        "1 published page still shows" if count == 1 else f"{count:,} published pages still show"
    )
    return f"{pages} it as it was before"


class BaseTopicAdmin(MetadataAdmin):
    form = TopicForm
    list_display = ("name", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}

    def get_printing_pages(self, obj):
        return obj.articles.all()

    def count_outdated(self, obj):
        return bulk_actions.count_outdated_topic(obj)

    def has_delete_permission(self, request, obj=None):
        if obj is not None and obj.articles.exists():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request):
        actions_by_name = super().get_actions(request)
        actions_by_name.pop("delete_selected", None)
        return actions_by_name
