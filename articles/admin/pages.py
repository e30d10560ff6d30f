"""The admin of pages: the base class for every kind of page.

Nothing is registered here: ``config.admin.registration`` alone puts the admin together.
"""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from articles.admin import (
    care_cards,
    changelists,
    form_layout,
    form_media,
    live_preview,
    page_views,
    pasting,
    session_recovery,
    timeline,
)
from articles.admin.bulk_actions import PAGE_ACTIONS
from articles.admin.composition import AdminView, ComposedAdmin, Panel
from articles.admin.form_renderer import describe_icons, link_choice, write_json
from articles.admin.forms import PageForm, parse_key
from articles.admin.images import FigureInline
from articles.admin.inline_paging import START_SUFFIX
from articles.admin.inlines import RowInline
from articles.admin.link_choices import LINK_VIEW
from articles.admin.request_validation import MAX_SEARCH_LENGTH
from articles.admin.save_messages import SAVE_MESSAGES, record_save
from articles.content import kinds
from articles.models import Article, ExternalId, Reference
from articles.names import fold
from articles.publishing.actions import PageTooLong


class ReferenceInline(RowInline):
    model = Reference
    fields = ("position", "title", "publisher", "year", "url")


# What the editor of a rich text can do, as an attribute.
EDITOR_CONFIG = write_json(Article._meta.get_field("body").formfield().widget.get_config())


class WriterField(forms.ModelChoiceField):
    """Staff, by the names that pages print."""

    def label_from_instance(self, obj):
        return obj.get_full_name() or obj.get_username()


class PageAdmin(ComposedAdmin):
    """The working copy of a page. Saving records a revision and changes no public text.

    The tuples say what its screens are made of; ``config.admin.registration`` adds to them what
    other apps bring.
    """

    views: tuple[AdminView, ...] = (
        *page_views.VIEWS,
        *live_preview.VIEWS,
        *pasting.VIEWS,
        LINK_VIEW,
    )
    history_panels: tuple[Panel, ...] = ()  # above the history of a page
    revision_panels: tuple[Panel, ...] = ()  # beside each revision in it
    timeline_sources = timeline.SOURCES
    save_messages = SAVE_MESSAGES
    bulk_actions = PAGE_ACTIONS

    change_list_template = "articles/admin/change_list.html"
    list_display = changelists.LIST_DISPLAY
    filters = changelists.PAGE_FILTERS
    list_loaders = changelists.LIST_LOADERS  # they add to the rows what columns show
    list_select_related = False
    list_per_page = 50
    search_fields = ("title", "slug")
    search_help_text = _("Searches title and URL slug for every word, ignoring case and accents.")
    ordering = ("sort_key",)
    name_field = "sort_key"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    form = PageForm
    has_every_kind = False  # or only the one of its model
    recovers_forms = True  # the admin site stores a form that came without a session
    prepopulated_fields = {"slug": ("title",)}
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    change_form_template = "articles/admin/change_form.html"
    sections: tuple = ()  # fieldsets by title and inlines by class, in the order of the public page
    SETTINGS = ("slug", "topics", "notice", "risk", "review_months", "tags")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return link_choice(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "writer":
            kwargs |= {"form_class": WriterField, "queryset": User.objects.filter(is_staff=True)}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request):
        rows = super().get_queryset(request).active()
        if self.has_every_kind:
            return rows
        kind = kinds.get_for_model(self.model)  # said again of a subclass: the index begins with it
        return rows.filter(kind=kind.name)

    def get_listed(self, request):
        """What a list filters, counts and sorts: rows whose keys are those of its pages."""
        return self.get_queryset(request)

    def get_changelist(self, request, **kwargs):
        return changelists.PageChangeList

    def build_word_query(self, word: str) -> Q:
        """The condition that a page has a folded word in its names or address."""
        return Q(sort_key__contains=word) | Q(slug__contains=word)

    def get_search_results(self, request, queryset, search_term):
        """Pages in which every word is found. No joins, so that no page comes twice."""
        words = fold(search_term[:MAX_SEARCH_LENGTH]).split()
        for word in words[: changelists.MAX_SEARCH_WORDS]:
            queryset = queryset.filter(self.build_word_query(word))
        return queryset, False

    def get_object(self, request, object_id, from_field=None):
        key = parse_key(str(object_id))
        if key is None:
            return None
        return super().get_object(request, str(key), from_field)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.unsaved_reason = getattr(request, "unsaved_reason", "")
        return form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        session_recovery.restore_form(request)
        context = {
            "ticket": session_recovery.make_token(request),
            "is_recovered": hasattr(request, "unsaved_reason"),
            **(extra_context or {}),
        }
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except PageTooLong as error:  # nothing was saved: show the form as it was sent
            request.unsaved_reason = str(error)
            return super().changeform_view(request, object_id, form_url, context)

    def _changeform_view(self, request, object_id, form_url, extra_context):
        """Lock the row before saving, so that nobody publishes or saves the page in between."""
        key = parse_key(str(object_id))
        if request.method == "POST" and key is not None:
            Article.objects.select_for_update().filter(pk=key).first()
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def get_readonly_fields(self, request, obj=None):
        if obj is not None and self._was_published(obj):
            return ("slug",)
        return ()

    def _was_published(self, page) -> bool:
        """Whether a page is in the log of publications. It is asked once for each page."""
        if page.live_id is None and "was_published" not in page.__dict__:
            page.was_published = page.publications.exists()
        return page.live_id is not None or page.was_published

    def get_fieldsets(self, request, obj=None):
        """Those of the class; who may only read the page has its cards in place of their boxes."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [care_cards.make_readable(fieldset) for fieldset in fieldsets]

    def describe_withdrawal(self, page):
        """What visitors keep and lose beside the page if it is withdrawn, in words."""
        return ""

    @admin.display(description=_("Care cards"))
    def shown_cards(self, page):
        return care_cards.show_cards(page)

    def get_prepopulated_fields(self, request, obj=None):
        if obj:
            return {}
        return self.prepopulated_fields

    def get_changeform_initial_data(self, request):
        return {"writer": request.user.pk} | super().get_changeform_initial_data(request)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """As Django has them, without a copy of all that was sent for each list."""
        values = {"instance": obj, "prefix": prefix, "queryset": inline.get_queryset(request)}
        if request.method == "POST":
            values |= {"data": request.POST, "files": request.FILES}
        return values

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None, **kwargs):
        inlines = super().get_inline_formsets(request, formsets, inline_instances, obj, **kwargs)
        return [form_media.RowList.copy(inline) for inline in inlines]

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
            "media": form_media.write_media(
                self, context["adminform"].form, inlines, str(request.csp_nonce)
            ),
            "editor_config": EDITOR_CONFIG,
            "icons": describe_icons(),
            "sections": sections,
            "paged_sections": paged_sections,
            "form_errors": errors,
            "external_ids": _get_external_ids(obj),
            "links_url": reverse(f"admin:{self.get_url_name('links')}"),
            "draft_url": self._get_draft_url(request, obj, is_popup=context["is_popup"]),
            "panels": self._build_form_panels(request, obj, context),
            "show_save_and_add_another": False,
            "is_nav_sidebar_enabled": False,  # its place is for the sections
        }
        response = super().render_change_form(request, context, add, change, form_url, obj)
        response.add_post_render_callback(form_media.trim_blanks)
        return response

    def _build_form_panels(self, request, page, context) -> list[dict]:
        """The panels above the form of a page; none where the form says what is wrong with it."""
        if page is None or context["errors"]:
            return []
        pages = self.get_queryset(request).filter(pk=page.pk)
        loaded = pages.select_related("writer", "live__revision", "notice").first()
        if loaded is None:
            return []
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        live_preview.load_with_form(loaded, context["adminform"].form, formsets)
        return self.build_panels(request, loaded, self.panels)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        request.saved = record_save(request, form, formsets)

    def message_user(self, request, message, level=messages.INFO, *args, **kwargs):
        """After a save, the ``save_messages`` in place of Django's own."""
        saved = request.__dict__.pop("saved", None)
        if saved is None:
            super().message_user(request, message, level, *args, **kwargs)
            return
        for describe in self.save_messages:
            for save_level, text in describe(self, request, saved):
                super().message_user(request, text, save_level)

    def history_view(self, request, object_id, extra_context=None):
        """The history of a page takes the place of Django's own."""
        page = self.get_object_or_404(request, object_id)
        self.require_permission(request, "view")
        return redirect(self.get_object_url("revisions", page))

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
            return reverse(f"admin:{self.get_url_name('draft_new')}")
        return self.get_object_url("draft", page)


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
        care_cards.FIELDSET,
        ("Text", {"fields": ("body",)}),
        (_("Page settings"), {"fields": PageAdmin.SETTINGS}),
    )
    sections = (
        "Name and summary",
        "When to get help",
        "Text",
        FigureInline,
        ReferenceInline,
        _("Page settings"),
    )
