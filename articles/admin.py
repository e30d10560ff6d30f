"""The editor's room for pages: one admin that every kind of page builds on.

Nothing is registered here: ``config.admin`` alone puts the admin together.
"""

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from js_asset import Media

from articles import admin_form, kinds
from articles.admin_bulk import BulkDeeds
from articles.admin_draft import DraftPages
from articles.admin_held import HoldsForms
from articles.admin_images import FigureInline
from articles.admin_lists import PageLists
from articles.admin_pages import PagePages
from articles.admin_rows import RowInline
from articles.admin_saving import SavingTells
from articles.forms import PageForm, as_key
from articles.models import Article, Origin, Reference
from articles.row_pages import AT


class ReferenceInline(RowInline):
    model = Reference
    fields = ("position", "title", "publisher", "year", "url")


class WriterField(forms.ModelChoiceField):
    """Staff by the names that pages print."""

    def label_from_instance(self, obj):
        return obj.get_full_name() or obj.get_username()


class PageAdmin(PageLists, BulkDeeds, DraftPages, PagePages, SavingTells, HoldsForms, admin.ModelAdmin):
    """The working copy of a page. Saving it records a revision; what visitors read is another matter."""

    form = PageForm
    prepopulated_fields = {"slug": ("title",)}
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    change_form_template = "articles/admin/change_form.html"
    sections: tuple = ()  # fieldsets by title and inlines by class, in the order of the public page
    FRAME = ("Frame", {"fields": ("slug", "topics", "notice", "risk", "review_months", "tags")})

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "writer":
            kwargs |= {"form_class": WriterField, "queryset": User.objects.filter(is_staff=True)}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).kept()

    def get_object(self, request, object_id, from_field=None):
        key = as_key(str(object_id))
        return super().get_object(request, str(key), from_field) if key is not None else None

    def _changeform_view(self, request, object_id, form_url, extra_context):
        """On saving, the row is held first, so that nobody publishes or saves the page in between."""
        key = as_key(str(object_id)) if request.method == "POST" else None
        if key is not None:
            Article.objects.select_for_update().filter(pk=key).first()
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def get_readonly_fields(self, request, obj=None):
        once_public = obj is not None and obj.publications.exists()
        return ("slug",) if once_public else ()

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def get_changeform_initial_data(self, request):
        return {"writer": request.user.pk} | super().get_changeform_initial_data(request)

    def has_delete_permission(self, request, obj=None):
        return False

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form, inlines = context["adminform"].form, context["inline_admin_formsets"]
        parts = admin_form.sections(self.sections, context["adminform"], inlines)
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        context |= {
            "media": Media.from_media(context["media"], nonce=str(request.csp_nonce)),
            "sections": parts,
            "in_parts": [part for part in parts if part.inline and part.inline.formset.page.is_part],
            "mistakes": admin_form.whole(form) + [mistake for part in parts for mistake in part.mistakes],
            "origins": Origin.objects.filter(article=obj.pk).select_related("run").order_by("merged", "pk")[:4]
            if obj
            else (),
            "draft_address": self._draft_address(obj) if may_write and not context["is_popup"] else "",
            "show_save_and_add_another": False,
            "is_nav_sidebar_enabled": False,  # its place is for the sections
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        """Who goes on editing sees the same rows of a long list again, or the next ones if they asked for these."""
        response = super().response_change(request, obj)
        rows, _, place = request.POST.get("_continue", "").partition("#")
        return redirect(f"{request.path}?{QueryDict(rows).urlencode()}#{slugify(place)}") if AT in rows else response

    def _draft_address(self, page) -> str:
        if page is None:
            return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_draft_new")
        return self.address_of("draft", page)


class ArticleAdmin(PageAdmin):
    """Pages of the common parts and nothing more: plain articles here, and what the house says of itself."""

    inlines = (FigureInline, ReferenceInline)
    fieldsets = (
        ("Name and summary", {"fields": ("title", "headline", "summary", "writer")}),
        ("When to get help", {"fields": ("advice_level", "advice")}),
        ("Text", {"fields": ("body",)}),
        PageAdmin.FRAME,
    )
    sections = ("Name and summary", "When to get help", "Text", FigureInline, ReferenceInline, "Frame")

    def get_queryset(self, request):
        return super().get_queryset(request).filter(kind=kinds.of(self.model).name)
