"""The admin of copyright notices: which pages use them, a new year for several, retirement."""

import hashlib

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from articles.admin.bulk_actions import ACTION_PLACEHOLDER, BulkActionForm
from articles.admin.changelists import LenientChangeList, LenientListFilter
from articles.admin.forms import URL_FIELD_OVERRIDES, parse_key
from articles.admin.topics import publish_metadata
from articles.content import kinds
from articles.display import format_page_count
from articles.models import CopyrightNotice
from articles.publishing import copyright_notices
from articles.publishing.actions import ActionRefused


class OfferedFilter(LenientListFilter):
    title, parameter_name = _("status"), "offered"

    def lookups(self, request, model_admin):
        return [("yes", _("Active")), ("no", _("Retired"))]

    def apply(self, rows, value, request):
        return rows.filter(retired_at__isnull=value == "yes")


class NoticeChangeList(LenientChangeList):
    """A list of notices, each with how many pages have it."""

    def __init__(self, request, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.title = "Copyright notices"

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        usage = copyright_notices.count_usage(self.result_list)
        for notice in self.result_list:
            notice.usage = usage[notice.pk]


def _suggest_year(rows: list[CopyrightNotice]) -> int:
    """This year; the next one for notices that all have this year, or where one is later."""
    this_year = timezone.localdate().year
    years = {notice.year for notice in rows}
    if years == {this_year} or max(years, default=this_year) > this_year:
        return this_year + 1
    return this_year


class RollOverForm(forms.Form):
    year = forms.IntegerField(min_value=1900, label=_("New year"))

    def __init__(self, *args, rows: list[CopyrightNotice], **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows

    def clean_year(self):
        year = self.cleaned_data["year"]
        error = copyright_notices.get_year_error(self.rows, year)
        if error:
            raise forms.ValidationError(error)
        return year


class RetireNoticeForm(forms.Form):
    replacement = forms.ModelChoiceField(
        CopyrightNotice.objects.none(),
        required=False,
        label=_("Replace it on its pages with"),
        empty_label=_("Do not replace it"),
        help_text="Published pages show the new notice at once. "
        "Their texts and reviews stay as they are.",
    )

    def __init__(self, *args, notice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["replacement"].queryset = CopyrightNotice.objects.active().exclude(pk=notice.pk)


class CopyrightNoticeAdmin(admin.ModelAdmin):
    change_list_template = "articles/admin/change_list.html"
    change_form_template = "articles/admin/notice_form.html"
    list_display = ("line", "statement", "agreement_title", "pages", "offered")
    list_filter = (OfferedFilter,)
    show_full_result_count = False
    formfield_overrides = URL_FIELD_OVERRIDES
    actions = ("roll_over",)
    action_form = BulkActionForm

    def get_action_choices(self, request, default_choices=ACTION_PLACEHOLDER):
        return super().get_action_choices(request, default_choices)

    def get_changelist(self, request, **kwargs):
        return NoticeChangeList

    def get_urls(self):
        def page(address, view):
            name = f"articles_copyrightnotice_{address.replace('-', '_')}"
            return path(f"<path:object_id>/{address}/", self.admin_site.admin_view(view), name=name)

        return [
            page("retire", self.retire),
            page("bring-back", require_POST(self.reinstate)),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        publish_metadata(request, obj.article_set.all())

    @admin.display(description="notice", ordering="holder")
    def line(self, notice):
        return str(notice)

    @admin.display(description="pages")
    def pages(self, notice):
        return render_usage_links(notice)

    @admin.display(description=_("status"), ordering="retired_at")
    def offered(self, notice):
        if not notice.retired_at:
            return "Active"
        return f"Retired on {timezone.localdate(notice.retired_at):%-d %b %Y}"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        notice = self._find_notice(request, object_id)
        context = {"can_retire": False}
        if notice:
            notice.usage = copyright_notices.count_usage([notice])[notice.pk]
            context["can_retire"] = self.has_change_permission(request)
            context["usage"] = render_usage_links(notice)
        context |= extra_context or {}
        return super().change_view(request, object_id, form_url, context)

    @admin.action(description=_("Update copyright year …"), permissions=["change"])
    def roll_over(self, request, queryset):
        """Show how each notice would read and which pages print it; do it once confirmed."""
        rows = list(queryset.order_by("holder", "year", "pk"))
        data = request.POST if "year" in request.POST else {"year": _suggest_year(rows)}
        form = RollOverForm(data, rows=rows)
        year = None
        changing = []
        if form.is_valid():
            year = form.cleaned_data["year"]
            changing = [notice for notice in rows if notice.year != year]
        seen = _compute_preview_digest(changing, year)
        confirmed = "confirm" in request.POST
        if changing and confirmed and request.POST.get("seen") == seen:
            return self._execute_roll_over(request, changing, year)
        context = {
            "form": form,
            "year": year,
            "seen": seen,
            "preview_changed": confirmed,
        }
        return self._render_roll_over(request, rows, changing, context)

    def _execute_roll_over(self, request, notices: list[CopyrightNotice], year: int):
        try:
            count = copyright_notices.roll_copyright_year(notices, year=year, by=request.user)
        except ActionRefused as refusal:  # somebody else changed a notice since the preview
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())
        for notice in notices:
            self.log_change(request, notice, f"Updated the year from {notice.year} to {year}.")
        rolled = _format_rolled(len(notices))
        messages.success(request, f"{rolled} {year} now. {_format_printed(count)}")
        return redirect(request.get_full_path())

    def _render_roll_over(self, request, rows: list, changing: list, context: dict):
        usage = copyright_notices.count_usage(rows)
        for notice in rows:
            notice.usage = usage[notice.pk]
        year = context["year"]
        values = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("Update copyright year"),
            "previews": [_preview_notice(notice, year) for notice in changing],
            "unchanged": [notice for notice in rows if notice.year == year],
            "keys": [notice.pk for notice in rows],
            "list_url": request.get_full_path(),
        }
        return render(request, "articles/admin/roll_over.html", values | context)

    def _find_notice(self, request, object_id) -> CopyrightNotice | None:
        if parse_key(object_id) is None:
            return None
        return self.get_object(request, object_id)

    def _get_notice_or_404(self, request, object_id) -> CopyrightNotice:
        """The notice of an address. Raises Http404, or PermissionDenied without the right to it."""
        notice = self._find_notice(request, object_id)
        if notice is None:
            raise Http404
        if not self.has_change_permission(request, notice):
            raise PermissionDenied
        return notice

    def retire(self, request, object_id):
        """Retire a notice, after a page that says which pages have it."""
        notice = self._get_notice_or_404(request, object_id)
        form = RetireNoticeForm(request.POST or None, notice=notice)
        if request.method == "POST" and form.is_valid():
            try:
                self._retire(request, notice, form.cleaned_data["replacement"])
            except ActionRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("admin:articles_copyrightnotice_changelist")
        notice.usage = copyright_notices.count_usage([notice])[notice.pk]
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": notice,
            "title": f"Retire {notice}",
            "form": form,
            "count": sum(row["pages"] for row in notice.usage.values()),
            "usage": render_usage_links(notice),
        }
        return render(request, "articles/admin/retire.html", context)

    def _retire(self, request, notice, replacement: CopyrightNotice | None) -> None:
        """Retire a notice, log and report it. Raises ActionRefused."""
        count = copyright_notices.retire_notice(notice, by=request.user, replacement=replacement)
        change = "Retired."
        message = f"“{notice}” is retired: pages can no longer use it."
        if replacement:
            change = f"Retired; replaced by “{replacement}” on its pages."
            message += f" {format_page_count(count)} published show “{replacement}” now."
        self.log_change(request, notice, change)
        messages.success(request, message)

    def reinstate(self, request, object_id):
        notice = self._get_notice_or_404(request, object_id)
        try:
            copyright_notices.reinstate_notice(notice, by=request.user)
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            self.log_change(request, notice, "Reactivated.")
            messages.success(request, f"“{notice}” is active again.")
        return redirect("admin:articles_copyrightnotice_change", notice.pk)


def _compute_preview_digest(notices: list[CopyrightNotice], year: int | None) -> str:
    """A digest of a preview: a confirmation must carry the one of what would be done now."""
    lines = [(notice.pk, str(notice), year) for notice in notices]
    return hashlib.sha256(repr(lines).encode()).hexdigest()


def _preview_notice(notice, year: int) -> dict:
    published = sum(row["public"] for row in notice.usage.values())
    pages = sum(row["pages"] for row in notice.usage.values())
    return {
        "notice": notice,
        "then": CopyrightNotice(holder=notice.holder, year=year),
        "published": published,
        "drafts": pages - published,
        "links": render_usage_links(notice),
    }


def _format_rolled(count: int) -> str:
    return "1 notice shows" if count == 1 else f"{count} notices show"


def _format_printed(count: int) -> str:
    pages = "1 published page shows" if count == 1 else f"{count:,} published pages show"
    return f"{pages} it. Texts and review dates are unchanged."


def render_usage_links(notice):
    """How many pages of each kind have a notice, with links: “12 symptoms · 3 articles”."""
    links = []
    for kind in kinds.get_all():
        count = notice.usage.get(kind.name, {}).get("pages", 0)
        if not count:
            continue
        opts = kind.model._meta
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        name = opts.verbose_name if count == 1 else opts.verbose_name_plural
        links.append((url, notice.pk, f"{count:,}", name))
    if not links:
        return "None"
    return format_html_join(" · ", '<a href="{}?notice={}">{} {}</a>', links)
