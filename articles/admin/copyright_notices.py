"""The admin of copyright notices: which pages use them, a new year for several, retirement."""

from django import forms
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from articles.admin.bulk_actions import BulkAction
from articles.admin.changelists import FilteredChangeList
from articles.admin.composition import POST_ONLY, ObjectView
from articles.admin.confirmed_action import (
    ActionPreview,
    ActionResult,
    ConfirmedAction,
)
from articles.admin.forms import URL_FIELD_OVERRIDES, parse_key
from articles.admin.topics import MetadataAdmin, describe_outdated
from articles.content import kinds
from articles.display import format_page_count
from articles.lists import ListFilter
from articles.models import CopyrightNotice
from articles.publishing import bulk_actions, copyright_notices
from articles.publishing.actions import ActionRefused


def _filter_offered(notices, value: str, user):
    return notices.filter(retired_at__isnull=value == "yes")


class NoticeChangeList(FilteredChangeList):
    """A list of notices, each with how many pages have it."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        usage = copyright_notices.count_usage(self.result_list)
        outdated = bulk_actions.count_outdated_notices(self.result_list)
        for notice in self.result_list:
            notice.usage = usage[notice.pk]
            notice.outdated = outdated.get(notice.pk, 0)


def _suggest_year(rows: list[CopyrightNotice]) -> int:
    """This year; the next one for notices that all have this year, or where one is later."""
    this_year = timezone.localdate().year
    years = {notice.year for notice in rows}
    if years == {this_year} or max(years, default=this_year) > this_year:
        return this_year + 1
    return this_year


class UpdateYearForm(forms.Form):
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


class UpdateYearAction(BulkAction):
    """A new year for chosen notices. A button beside the year previews another one."""

    name = "roll_over"
    label = _("Update copyright year …")
    heading = _("Update copyright year")
    button = "Update {count}"
    nouns = ("notice", "notices")
    template = "articles/admin/update_year.html"
    description = (
        "Every published page with one of these notices shows the new year within a second. The "
        "change is logged; no text and no review date changes. Either all notices are updated or "
        "none; many pages follow in batches, so that nobody who signs or withdraws has to wait."
    )

    @property
    def is_confirmed(self):
        return "confirm" in self.request.POST

    def build_form(self):
        self.notices = list(self.queryset.order_by("holder", "year", "pk"))
        data = self.request.POST
        if "year" not in data:
            data = {"year": _suggest_year(self.notices)}
        return UpdateYearForm(data, rows=self.notices)

    def lock(self):
        rows = self.queryset.select_for_update(no_key=True).order_by("pk")
        list(rows.values_list("pk"))
        self.form = self.build_form()

    def preview(self):
        preview = ActionPreview([])
        if not self.form.is_valid():
            return preview
        year = self.form.cleaned_data["year"]
        usage = copyright_notices.count_usage(self.notices)
        for notice in self.notices:
            notice.usage = usage[notice.pk]
            if notice.year == year:
                preview.add(notice.pk, str(notice), group=f"Shows {year} already")
            else:
                retired = " (retired)" if notice.retired_at else ""
                updated = CopyrightNotice(holder=notice.holder, year=year)
                preview.add(notice.pk, f"{notice}{retired} → {updated}", _count_pages(notice))
        return preview

    def find_change(self, preview):
        return "" if self.form.errors else super().find_change(preview)

    def execute(self, preview, *, year):
        keys = [row.key for row in preview.rows]
        notices = [notice for notice in self.notices if notice.pk in keys]
        copyright_notices.set_year(notices, year=year)
        for notice in notices:
            message = f"Updated the year from {notice.year} to {year}."
            self.model_admin.log_change(self.request, notice, message)
        return ActionResult("", keys)

    def complete(self, result):
        notices = [notice for notice in self.notices if notice.pk in result.changed_ids]
        count = copyright_notices.show_notices(notices, by=self.by)
        rolled = "1 notice shows" if len(notices) == 1 else f"{len(notices)} notices show"
        pages = "1 published page shows" if count == 1 else f"{count:,} published pages show"
        year = self.form.cleaned_data["year"]
        result.message = f"{rolled} {year} now. {pages} it. Texts and review dates are unchanged."


def _count_pages(notice) -> str:
    """How many pages print a notice, with links to them."""
    published = sum(row["public"] for row in notice.usage.values())
    pages = sum(row["pages"] for row in notice.usage.values())
    return format_html(
        "on {} published and {} unpublished pages: {}",
        published,
        pages - published,
        render_usage_links(notice),
    )


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


class RetireNoticeAction(ConfirmedAction):
    heading = _("Retire notice")
    form_class = RetireNoticeForm
    nouns = ("notice", "notices")
    done_url = "admin:articles_copyrightnotice_changelist"
    description = (
        "Pages can no longer use it. It is not deleted: the publication log and every old version "
        "keep it, and you can reactivate it at any time."
    )

    def __init__(self, model_admin, request, notice: CopyrightNotice):
        self.model_admin = model_admin
        self.notice = notice
        self.cancel_url = reverse("admin:articles_copyrightnotice_change", args=[notice.pk])
        self.crumbs = [(reverse(self.done_url), "copyright notices"), (self.cancel_url, notice)]
        super().__init__(request)

    def build_form(self):
        return super().build_form(notice=self.notice)

    def preview(self):
        self.notice.refresh_from_db()
        self.notice.usage = copyright_notices.count_usage([self.notice])[self.notice.pk]
        note = render_usage_links(self.notice) if self.notice.usage else "no page uses it"
        preview = ActionPreview([])
        preview.add(self.notice.pk, str(self.notice), note)
        return preview

    def execute(self, preview, *, replacement):
        copyright_notices.retire_notice(self.notice, by=self.by, replacement=replacement)
        change = "Retired."
        if replacement:
            change = f"Retired; replaced by “{replacement}” on its pages."
        self.model_admin.log_change(self.request, self.notice, change)
        message = f"“{self.notice}” is retired: pages can no longer use it."
        return ActionResult(message, [self.notice.pk])

    def complete(self, result):
        replacement = self.form.cleaned_data["replacement"]
        count = copyright_notices.replace_notice(self.notice, replacement=replacement, by=self.by)
        if replacement:
            result.message += f" {format_page_count(count)} published show “{replacement}” now."


def retire_notice(notice_admin, request, notice):
    """Retire a notice, after a page that says which pages have it."""
    return RetireNoticeAction(notice_admin, request, notice).respond()


def reinstate_notice(notice_admin, request, notice):
    try:
        copyright_notices.reinstate_notice(notice, by=request.user)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        notice_admin.log_change(request, notice, "Reactivated.")
        messages.success(request, f"“{notice}” is active again.")
    return redirect("admin:articles_copyrightnotice_change", notice.pk)


VIEWS = (
    ObjectView("retire", retire_notice, "change"),
    ObjectView("bring_back", reinstate_notice, "change", POST_ONLY),
)


class CopyrightNoticeAdmin(MetadataAdmin):
    views = VIEWS
    bulk_actions = (UpdateYearAction,)
    change_list_template = "articles/admin/change_list.html"
    change_form_template = "articles/admin/notice_form.html"
    list_display = ("line", "statement", "agreement_title", "pages", "offered")
    filters = (
        ListFilter(
            "offered",
            _("status"),
            {"yes": _("Active"), "no": _("Retired")},
            apply=_filter_offered,
        ),
    )
    show_full_result_count = False
    formfield_overrides = URL_FIELD_OVERRIDES

    def get_changelist(self, request, **kwargs):
        return NoticeChangeList

    def has_delete_permission(self, request, obj=None):
        return False

    def get_printing_pages(self, obj):
        return obj.article_set.all()

    def count_outdated(self, obj):
        return bulk_actions.count_outdated_notices([obj]).get(obj.pk, 0)

    @admin.display(description="notice", ordering="holder")
    def line(self, notice):
        return str(notice)

    @admin.display(description="pages")
    def pages(self, notice):
        links = render_usage_links(notice)
        if not notice.outdated:
            return links
        return format_html("{} · {}", links, describe_outdated(notice.outdated))

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

    def _find_notice(self, request, object_id) -> CopyrightNotice | None:
        if parse_key(object_id) is None:
            return None
        return self.get_object(request, object_id)


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
