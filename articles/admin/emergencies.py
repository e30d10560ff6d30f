"""The admin of emergency pages: what to do in one emergency."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from articles.admin import care_cards
from articles.admin.autocomplete import PreloadedAutocomplete
from articles.admin.images import FigureInline
from articles.admin.inline_formsets import RowChoiceField
from articles.admin.pages import PageAdmin, ReferenceInline
from articles.models import Article


class BaseEmergencyPageAdmin(PageAdmin):
    inlines = (FigureInline, ReferenceInline)
    fieldsets = (
        ("Name and summary", {"fields": ("subject", "title", "headline", "summary", "writer")}),
        care_cards.FIELDSET,
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
