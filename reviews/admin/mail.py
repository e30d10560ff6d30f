"""The admin of the outbox, to read: what was sent, to which person, and what became of it."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from articles.admin.readonly import ReadOnlyAdmin
from reviews.models import Mail


class MailStateFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("accepted", "Accepted"), ("open", "Refused or waiting"), ("unknown", "Unknown")]

    def queryset(self, request, queryset):
        match self.value():
            case "accepted":
                return queryset.filter(accepted_at__isnull=False)
            case "open":
                return queryset.filter(pk__in=Mail.objects.open().values("pk"))
            case "unknown":
                return queryset.filter(pk__in=Mail.objects.unconfirmed().values("pk"))
        return queryset


class MailAdmin(ReadOnlyAdmin):
    list_display = ("subject", "kind", "recipient", "made_at", "delivery_state")
    list_select_related = ("recipient",)
    list_filter = ("kind", MailStateFilter)
    search_fields = ("subject", "recipient__username")
    fields = (
        "subject",
        "kind",
        "recipient",
        "address",
        "about",
        "made_at",
        "attempted_at",
        "delivery_state",
    )
    readonly_fields = ("about", "delivery_state")

    @admin.display(description=_("status"))
    def delivery_state(self, mail):
        return mail.state

    @admin.display(description=_("about"))
    def about(self, mail):
        lines = []
        for section in mail.content:
            for line in section["lines"]:
                lines.append((section["heading"], line["title"]))
        return format_html_join(mark_safe("<br>"), "{}: {}", lines)
