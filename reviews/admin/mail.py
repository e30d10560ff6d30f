"""The admin of the outbox, to read: what was sent, to which person, and what became of it."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from articles.admin.changelists import FilteredChangeList
from articles.admin.readonly import ReadOnlyAdmin
from articles.lists import ListFilter, filter_by
from reviews.models import Mail

MAIL_STATES = {
    "accepted": _("Accepted"),
    "open": _("Refused or waiting"),
    "unknown": _("Unknown"),
}


def _filter_by_state(mails, state: str, user):
    if state == "accepted":
        return mails.filter(accepted_at__isnull=False)
    found = Mail.objects.open() if state == "open" else Mail.objects.unconfirmed()
    return mails.filter(pk__in=found.values("pk"))


class MailAdmin(ReadOnlyAdmin):
    list_display = ("subject", "kind", "recipient", "made_at", "delivery_state")
    list_select_related = ("recipient",)
    filters = (
        ListFilter("kind__exact", _("kind"), dict(Mail.MailKind.choices), apply=filter_by("kind")),
        ListFilter("state", _("status"), MAIL_STATES, apply=_filter_by_state),
    )
    change_list_template = "articles/admin/change_list.html"
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

    def get_changelist(self, request, **kwargs):
        return FilteredChangeList

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
