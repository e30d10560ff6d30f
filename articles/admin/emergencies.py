"""The admin of emergency pages: what to do in one emergency."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from articles.admin import care_cards
from articles.admin.autocomplete import PreloadedAutocomplete
from articles.admin.forms import PageForm
from articles.admin.images import FigureInline
from articles.admin.inline_formsets import RowChoiceField
from articles.admin.pages import PageAdmin, ReferenceInline
from articles.care.emergencies import EMERGENCIES
from articles.emergencies.lookup import list_without_page
from articles.models import Article, EmergencyPage, PublishedEmergency

EMERGENCY_FIELDS = tuple(care_cards.get_name("emergency", part) for part in ("heading", "text"))
FIELDSET: tuple[str, Any] = (care_cards.FIELDSET[0], {"fields": EMERGENCY_FIELDS})


def needs_all_boxes(page: Article | None) -> bool:
    """Whether a page has what only the boxes of other kinds show, to be taken out again."""
    if page is None or not page.pk:
        return False
    if page.same_for_everyone or page.shows_crisis_line:
        return True
    return page.advice_level not in ("", "emergency") or page.care_cards.exists()


class EmergencyPageForm(PageForm):
    """A form with the emergency card alone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not needs_all_boxes(self.instance):
            for name in set(care_cards.CARD_FIELDS).difference(EMERGENCY_FIELDS):
                self.fields.pop(name, None)


class BaseEmergencyPageAdmin(PageAdmin):
    form = EmergencyPageForm
    change_list_template = "articles/admin/emergency_pages.html"
    inlines = (FigureInline, ReferenceInline)
    fieldsets = (
        ("Name and summary", {"fields": ("subject", "title", "headline", "summary", "writer")}),
        FIELDSET,
        (_("While help is on its way"), {"fields": ("act", "next_page")}),
        ("Text", {"fields": ("body",)}),
        (_("Page settings"), {"fields": PageAdmin.SETTINGS}),
    )
    sections = (
        "Name and summary",
        "When to get help",
        _("While help is on its way"),
        "Text",
        FigureInline,
        ReferenceInline,
        _("Page settings"),
    )

    def changelist_view(self, request, extra_context=None):
        context = {
            "has_pages": EmergencyPage.objects.active().exists(),
            "without_page": list_without_page(),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if not needs_all_boxes(obj):
            return fieldsets
        return [care_cards.FIELDSET if part == FIELDSET else part for part in fieldsets]

    def describe_withdrawal(self, page):
        row = PublishedEmergency.objects.filter(article=page.pk).first()
        if row is None:
            return ""
        name = EMERGENCIES[row.subject]
        return format_lazy(
            _(
                "Searches for {search} will show only whom to call: no other page is public for "
                "{name}. Visitors lose what to do besides, and the link to the page."
            ),
            search=name[:1].lower() + name[1:],
            name=name,
        )

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """The emergencies, those that have a public page marked, with links to these pages."""
        if db_field.name == "subject":
            rows = PublishedEmergency.objects.select_related("article__live")
            pages = {row.subject: row.article for row in rows if row.article.live}
            kwargs["choices"] = [("", "---------"), *_list_choices(pages)]
            if pages:
                kwargs["help_text"] = _link_pages(pages)
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request):
        number = settings.EMERGENCY_NUMBER
        card = f"<p>Call {number}. Put the phone on speaker. Do what the operator tells you.</p>"
        initial = {
            "emergency_heading": f"Call {number} now",
            "emergency_text": card,
            "risk": Article.Risk.HIGH,
        }
        return initial | super().get_changeform_initial_data(request)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "next_page":
            kwargs["form_class"] = RowChoiceField
            kwargs["widget"] = PreloadedAutocomplete(db_field, self.admin_site)
            kwargs["queryset"] = Article.objects.linkable()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def _list_choices(pages: dict[str, Article]) -> list[tuple[str, str | Promise]]:
    choices: list[tuple[str, str | Promise]] = []
    for subject, name in EMERGENCIES.items():
        label = format_lazy(_("{name} (has a public page)"), name=name)
        choices.append((subject, label if subject in pages else name))
    return choices


def _link_pages(pages: dict[str, Article]) -> str:
    links = []
    for subject, name in EMERGENCIES.items():
        if subject in pages:
            address = reverse("admin:articles_emergencypage_change", args=[pages[subject].pk])
            links.append((address, name))
    shown = format_html_join(", ", '<a href="{}">{}</a>', links)
    return format_html("{} {}.", _("Public pages:"), shown)
