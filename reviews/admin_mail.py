"""The admin of the outbox, to read: what was sent to whom, about what, and what became of it."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from articles.admin_log import LogAdmin
from reviews.models import Mail


class MailStateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("accepted", "Accepted"), ("open", "Refused or waiting"), ("unknown", "Unknown")]

    def queryset(self, request, queryset):
        mails = Mail.objects
        rows = {"accepted": mails.filter(accepted_at__isnull=False), "open": mails.open(), "unknown": mails.unknown()}
        return queryset.filter(pk__in=rows[self.value()].values("pk")) if self.value() in rows else queryset


class MailAdmin(LogAdmin):
    list_display = ("subject", "kind", "recipient", "made_at", "told")
    list_select_related = ("recipient",)
    list_filter = ("kind", MailStateFilter)
    search_fields = ("subject", "recipient__username")
    fields = ("subject", "kind", "recipient", "address", "about", "made_at", "attempted_at", "told")
    readonly_fields = ("about", "told")

    @admin.display(description="state")
    def told(self, mail):
        return mail.state

    @admin.display(description="what about")
    def about(self, mail):
        lines = ((section["heading"], line["title"]) for section in mail.content for line in section["lines"])
        return format_html_join(mark_safe("<br>"), "{}: {}", lines)
