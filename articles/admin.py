"""The editor's room for pages: one admin that every kind of page builds on.

Nothing is registered here: ``config.admin`` alone puts the admin together.
"""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db import models
from django.db.models import F
from js_asset import Media

from articles import actions
from articles.admin_bulk import BulkDeeds
from articles.admin_lists import PageLists
from articles.admin_pages import PagePages, as_key
from articles.forms import ADDRESSES, KnownAutocomplete, PageForm, RowForm, RowFormSet
from articles.models import Article, Reference


class RowInline:
    """What the inlines of a page share: fixed queries, accessible names, no empty row to stumble over."""

    form = RowForm
    formset = RowFormSet
    extra = 0
    looked_up: tuple[str, ...] = ()
    formfield_overrides = ADDRESSES

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*self.looked_up)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.looked_up:
            kwargs["widget"] = KnownAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReferenceInline(RowInline, admin.TabularInline):
    model = Reference
    fields = ("position", "title", "publisher", "year", "url")


class WriterField(forms.ModelChoiceField):
    """Staff by the names that pages print."""

    def label_from_instance(self, obj):
        return obj.get_full_name() or obj.get_username()


class PageAdmin(PageLists, BulkDeeds, PagePages, admin.ModelAdmin):
    """The working copy of a page. Saving it records a revision; what visitors read is another matter."""

    form = PageForm
    prepopulated_fields = {"slug": ("title",)}
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    change_form_template = "articles/admin/change_form.html"
    save_on_top = True
    HIDDEN = ("opened_edition", "opened_revision")
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

    def save_related(self, request, form, formsets, change):
        """With everything saved, freeze it: the text as a revision, the frame as a publication if it is live."""
        super().save_related(request, form, formsets, change)
        page = form.instance
        before = page.latest_revision()
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            Article.objects.filter(pk=page.pk).update(edition=F("edition") + 1)
        revision = actions.record_revision(page, by=request.user)
        reframed = actions.reframe(Article.objects.filter(pk=page.pk), by=request.user)
        self._tell(request, page, revision, is_new=before != revision, reframed=bool(reframed))

    def _tell(self, request, page, revision, *, is_new: bool, reframed: bool) -> None:
        if is_new:
            live = Article.objects.select_related("live__revision").get(pk=page.pk).live
            seen = f"visitors still read revision {live.revision.number}" if live else "visitors cannot see it yet"
            messages.info(request, f"Revision {revision.number} is recorded; {seen}. Ask for a review to publish it.")
        if reframed:
            messages.info(request, "The notice and the filing are public now: they need no signature.")

    def render_change_form(self, request, context, *args, **kwargs):
        context["media"] = Media.from_media(context["media"], nonce=str(request.csp_nonce))
        return super().render_change_form(request, context, *args, **kwargs)


class ArticleAdmin(PageAdmin):
    """Plain articles only: other kinds have an admin of their own."""

    inlines = (ReferenceInline,)
    fieldsets = (
        (None, {"fields": ("title", "headline", "summary", "writer", *PageAdmin.HIDDEN)}),
        ("When to get help", {"fields": ("advice_level", "advice")}),
        ("Text", {"fields": ("body",)}),
        PageAdmin.FRAME,
    )

    def get_queryset(self, request):
        return super().get_queryset(request).filter(kind="article")
