"""The admin of emergency pages: what to do in one emergency."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from articles.admin.autocomplete import PreloadedAutocomplete
from articles.admin.forms import PageForm
from articles.admin.images import FigureInline
from articles.admin.inline_formsets import RowChoiceField
from articles.admin.pages import PageAdmin, ReferenceInline
from articles.models import Article

EMERGENCY_LEVEL = "emergency"


class EmergencyPageForm(PageForm):
    """The level of the card is no choice: the page is about an emergency."""

    def clean(self):
        cleaned = super().clean()
        self.instance.advice_level = EMERGENCY_LEVEL if cleaned.get("advice") else ""
        return cleaned


class BaseEmergencyPageAdmin(PageAdmin):
    form = EmergencyPageForm
    inlines = (FigureInline, ReferenceInline)
    fieldsets = (
        ("Name and summary", {"fields": ("title", "headline", "summary", "writer")}),
        (_("What to do"), {"fields": ("subject", "advice_heading", "advice", "act", "next_page")}),
        ("Text", {"fields": ("body",)}),
        (_("Page settings"), {"fields": PageAdmin.SETTINGS}),
    )
    sections = (
        "Name and summary",
        _("What to do"),
        "Text",
        FigureInline,
        ReferenceInline,
        _("Page settings"),
    )

    def get_changeform_initial_data(self, request):
        number = settings.EMERGENCY_NUMBER
        card = f"<p>Call {number}. Put the phone on speaker. Do what the operator tells you.</p>"
        initial = {
            "advice_heading": f"Call {number} now",
            "advice": card,
            "risk": Article.Risk.HIGH,
        }
        return initial | super().get_changeform_initial_data(request)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "next_page":
            kwargs["form_class"] = RowChoiceField
            kwargs["widget"] = PreloadedAutocomplete(db_field, self.admin_site)
            kwargs["queryset"] = Article.objects.linkable()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
