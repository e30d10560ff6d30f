"""The admin of pages: the base class for every kind of page.

Nothing is registered here: ``config.admin.registration`` alone puts the admin together.
"""

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from js_asset import Media

from articles.admin import form_layout
from articles.admin.bulk_actions import BulkActionsMixin
from articles.admin.changelists import PageChangeListMixin
from articles.admin.forms import PageForm, parse_key
from articles.admin.images import FigureInline
from articles.admin.inline_paging import START_SUFFIX
from articles.admin.inlines import RowInline
from articles.admin.live_preview import LivePreviewMixin
from articles.admin.page_views import PageViewsMixin
from articles.admin.save_messages import SaveMessagesMixin
from articles.admin.session_recovery import SessionRecoveryMixin
from articles.content import kinds
from articles.models import Article, ExternalId, Reference


class ReferenceInline(RowInline):
    model = Reference
    fields = ("position", "title", "publisher", "year", "url")


class WriterField(forms.ModelChoiceField):
    """Staff, by the names that pages print."""

    def label_from_instance(self, obj):
        return obj.get_full_name() or obj.get_username()


class PageAdmin(
    PageChangeListMixin,
    BulkActionsMixin,
    LivePreviewMixin,
    PageViewsMixin,
    SaveMessagesMixin,
    SessionRecoveryMixin,
    admin.ModelAdmin,
):
    """The working copy of a page. Saving records a revision and changes no public text."""

    form = PageForm
    prepopulated_fields = {"slug": ("title",)}
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    change_form_template = "articles/admin/change_form.html"
    sections: tuple = ()  # fieldsets by title and inlines by class, in the order of the public page
    METADATA_FIELDSET = (
        _("Page settings"),
        {"fields": ("slug", "topics", "notice", "risk", "review_months", "tags")},
    )

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "writer":
            kwargs |= {"form_class": WriterField, "queryset": User.objects.filter(is_staff=True)}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).active()

    def get_object(self, request, object_id, from_field=None):
        key = parse_key(str(object_id))
        if key is None:
            return None
        return super().get_object(request, str(key), from_field)

    def _changeform_view(self, request, object_id, form_url, extra_context):
        """Lock the row before saving, so that nobody publishes or saves the page in between."""
        key = parse_key(str(object_id))
        if request.method == "POST" and key is not None:
            Article.objects.select_for_update().filter(pk=key).first()
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def get_readonly_fields(self, request, obj=None):
        if obj is not None and obj.publications.exists():
            return ("slug",)
        return ()

    def get_prepopulated_fields(self, request, obj=None):
        if obj:
            return {}
        return self.prepopulated_fields

    def get_changeform_initial_data(self, request):
        return {"writer": request.user.pk} | super().get_changeform_initial_data(request)

    def has_delete_permission(self, request, obj=None):
        return False

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        inlines = context["inline_admin_formsets"]
        sections = form_layout.build_sections(self.sections, context["adminform"], inlines)
        errors = form_layout.list_page_errors(context["adminform"].form)
        paged_sections = []
        for section in sections:
            errors += section.errors
            if section.inline and section.inline.formset.page.is_partial:
                paged_sections.append(section)
        context |= {
            "media": Media.from_media(context["media"], nonce=str(request.csp_nonce)),
            "sections": sections,
            "paged_sections": paged_sections,
            "form_errors": errors,
            "external_ids": _get_external_ids(obj),
            "draft_url": self._get_draft_url(request, obj, is_popup=context["is_popup"]),
            "show_save_and_add_another": False,
            "is_nav_sidebar_enabled": False,  # its place is for the sections
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        """After “Save and continue”, show the same rows of a long list, or the rows asked for."""
        response = super().response_change(request, obj)
        rows, _, place = request.POST.get("_continue", "").partition("#")
        if START_SUFFIX not in rows:
            return response
        return redirect(f"{request.path}?{QueryDict(rows).urlencode()}#{slugify(place)}")

    def _get_draft_url(self, request, page, *, is_popup: bool) -> str:
        """The address that composes the form for the live preview; "" where there is none."""
        if page is None:
            may_write = self.has_add_permission(request)
        else:
            may_write = self.has_change_permission(request, page)
        if is_popup or not may_write:
            return ""
        if page is None:
            return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_draft_new")
        return self.get_page_url("draft", page)


def _get_external_ids(page):
    """The first few external ids of a page; more than three are printed as such."""
    if page is None:
        return ()
    external_ids = ExternalId.objects.filter(article=page.pk).select_related("run")
    return external_ids.order_by("merged", "pk")[:4]


class BaseArticleAdmin(PageAdmin):
    """Pages that have only the common parts: plain articles, and pages about the site."""

    inlines = (FigureInline, ReferenceInline)
    fieldsets = (
        ("Name and summary", {"fields": ("title", "headline", "summary", "writer")}),
        ("When to get help", {"fields": ("advice_level", "advice")}),
        ("Text", {"fields": ("body",)}),
        PageAdmin.METADATA_FIELDSET,
    )
    sections = (
        "Name and summary",
        "When to get help",
        "Text",
        FigureInline,
        ReferenceInline,
        _("Page settings"),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).filter(kind=kinds.get_for_model(self.model).name)
