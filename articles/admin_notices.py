"""The admin of copyright notices: who prints them, a new year for several at once, retirement and return."""

import hashlib

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.views.decorators.http import require_POST

from articles import kinds, notices
from articles.actions import Refused
from articles.admin_bulk import CHOOSE, TickedForm, counted
from articles.admin_frame import show_frame
from articles.admin_lists import PlainList, Sieve
from articles.forms import ADDRESSES, as_key
from articles.models import CopyrightNotice


class OfferedFilter(Sieve):
    title = parameter_name = "offered"

    def lookups(self, request, model_admin):
        return [("yes", "Offered to pages"), ("no", "Retired")]

    def sift(self, rows, value, request):
        return rows.filter(retired_at__isnull=value == "yes")


class NoticeList(PlainList):
    """A list of notices, each with how many pages have it."""

    def __init__(self, request, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.title = "Copyright notices"

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        usage = notices.usage(self.result_list)
        for notice in self.result_list:
            notice.usage = usage[notice.pk]


def _next_year(rows: list[CopyrightNotice]) -> int:
    """This year; for notices that say so already, the next one."""
    year = timezone.localdate().year
    said = {notice.year for notice in rows}
    return year + 1 if said == {year} or max(said, default=year) > year else year


class YearForm(forms.Form):
    year = forms.IntegerField(min_value=1900, label="New year")

    def __init__(self, *args, rows: list[CopyrightNotice], **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows

    def clean_year(self):
        if refusal := notices.why_not_year(self.rows, self.cleaned_data["year"]):
            raise forms.ValidationError(refusal)
        return self.cleaned_data["year"]


class RetireForm(forms.Form):
    replacement = forms.ModelChoiceField(
        CopyrightNotice.objects.none(),
        required=False,
        label="Give its pages another notice",
        empty_label="No, they keep this one",
        help_text="Published pages show the other notice at once. Their texts and reviews stay as they are.",
    )

    def __init__(self, *args, notice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["replacement"].queryset = CopyrightNotice.objects.offered().exclude(pk=notice.pk)


class CopyrightNoticeAdmin(admin.ModelAdmin):
    change_list_template = "articles/admin/change_list.html"
    change_form_template = "articles/admin/notice_form.html"
    list_display = ("line", "statement", "agreement_title", "pages", "offered")
    list_filter = (OfferedFilter,)
    show_full_result_count = False
    formfield_overrides = ADDRESSES
    actions = ("roll_over",)
    action_form = TickedForm

    def get_action_choices(self, request, default_choices=CHOOSE):
        return super().get_action_choices(request, default_choices)

    def get_changelist(self, request, **kwargs):
        return NoticeList

    def get_urls(self):
        def page(address, view):
            name = f"articles_copyrightnotice_{address.replace('-', '_')}"
            return path(f"<path:object_id>/{address}/", self.admin_site.admin_view(view), name=name)

        return [page("retire", self.retire), page("bring-back", require_POST(self.bring_back)), *super().get_urls()]

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        show_frame(request, obj.article_set.all())

    @admin.display(description="notice", ordering="holder")
    def line(self, notice):
        return str(notice)

    @admin.display(description="pages")
    def pages(self, notice):
        return usage_links(notice)

    @admin.display(description="offered", ordering="retired_at")
    def offered(self, notice):
        if not notice.retired_at:
            return "To every page"
        return f"Retired on {timezone.localdate(notice.retired_at):%-d %b %Y}"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        notice = self.get_object(request, object_id) if as_key(object_id) is not None else None
        more = {"can_retire": bool(notice) and self.has_change_permission(request)}
        if notice:
            notice.usage = notices.usage([notice])[notice.pk]
            more["usage"] = usage_links(notice)
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))

    @admin.action(description="Roll over to a year …", permissions=["change"])
    def roll_over(self, request, queryset):
        """Show how each line would read and which pages print it; do it once just that was confirmed."""
        rows = list(queryset.order_by("holder", "year", "pk"))
        form = YearForm(request.POST if "year" in request.POST else {"year": _next_year(rows)}, rows=rows)
        year = form.cleaned_data["year"] if form.is_valid() else None
        rolled = [notice for notice in rows if notice.year != year] if year else []
        seen = hashlib.sha256(repr([(n.pk, str(n), year) for n in rolled]).encode()).hexdigest()
        if rolled and "confirm" in request.POST and request.POST.get("seen") == seen:
            try:
                count = notices.roll_copyright_year(rolled, year=year, by=request.user)
            except Refused as refusal:  # somebody was quicker by a moment
                messages.error(request, str(refusal))
                return redirect(request.get_full_path())
            for notice in rolled:
                self.log_change(request, notice, f"Rolled over from {notice.year} to {year}.")
            messages.success(request, f"{_rolled(len(rolled))} {year} now. {_printed(count)}")
            return redirect(request.get_full_path())
        moved = "confirm" in request.POST
        return self._preview(request, rows, rolled, {"form": form, "year": year, "seen": seen, "moved": moved})

    def _preview(self, request, rows: list, rolled: list, context: dict):
        usage, year = notices.usage(rows), context["year"]
        for notice in rows:
            notice.usage = usage[notice.pk]
        shown = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": "Roll the copyright year over",
            "lines": [_preview(notice, year) for notice in rolled],
            "already": [notice for notice in rows if notice.year == year],
            "keys": [notice.pk for notice in rows],
            "list_url": request.get_full_path(),
        }
        return render(request, "articles/admin/roll_over.html", shown | context)

    def _asked(self, request, object_id) -> CopyrightNotice:
        notice = self.get_object(request, object_id) if as_key(object_id) is not None else None
        if notice is None:
            raise Http404
        if not self.has_change_permission(request, notice):
            raise PermissionDenied
        return notice

    def retire(self, request, object_id):
        """Offer a notice no more, after a word on who has it."""
        notice = self._asked(request, object_id)
        form = RetireForm(request.POST or None, notice=notice)
        if request.method == "POST" and form.is_valid():
            replacement = form.cleaned_data["replacement"]
            try:
                count = notices.retire_notice(notice, by=request.user, replacement=replacement)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                told = f"Retired; its pages were given “{replacement}”." if replacement else "Retired."
                self.log_change(request, notice, told)
                then = f" {counted(count)} published show “{replacement}” now." if replacement else ""
                messages.success(request, f"“{notice}” is retired: no page can choose it any more.{then}")
                return redirect("admin:articles_copyrightnotice_changelist")
        notice.usage = notices.usage([notice])[notice.pk]
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": notice,
            "title": f"Retire {notice}",
            "form": form,
            "count": sum(row["pages"] for row in notice.usage.values()),
            "usage": usage_links(notice),
        }
        return render(request, "articles/admin/retire.html", context)

    def bring_back(self, request, object_id):
        notice = self._asked(request, object_id)
        try:
            notices.reinstate_notice(notice, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            self.log_change(request, notice, "Brought back.")
            messages.success(request, f"“{notice}” is offered to pages again.")
        return redirect("admin:articles_copyrightnotice_change", notice.pk)


def _published(notice) -> int:
    return sum(row["public"] for row in notice.usage.values())


def _preview(notice, year: int) -> dict:
    then = CopyrightNotice(holder=notice.holder, year=year)
    published = _published(notice)
    drafts = sum(row["pages"] for row in notice.usage.values()) - published
    return {
        "notice": notice,
        "then": then,
        "published": published,
        "drafts": drafts,
        "links": usage_links(notice),
    }


def _rolled(count: int) -> str:
    return "1 notice says" if count == 1 else f"{count} notices say"


def _printed(count: int) -> str:
    """Of published pages; never of their texts, which stay as they were signed."""
    verb = "prints" if count == 1 else "print"
    return f"{count:,} published page{'' if count == 1 else 's'} {verb} it. Texts and review dates are unchanged."


def usage_links(notice):
    """The pages that have a notice, in numbers that lead to them: “12 symptoms · 3 articles”."""
    found = [(kind, notice.usage.get(kind.name, {}).get("pages", 0)) for kind in kinds.every()]
    links = [
        (
            reverse(f"admin:{kind.model._meta.app_label}_{kind.model._meta.model_name}_changelist"),
            notice.pk,
            f"{count:,}",
            kind.model._meta.verbose_name if count == 1 else kind.model._meta.verbose_name_plural,
        )
        for kind, count in found
        if count
    ]
    if not links:
        return "None"
    return format_html_join(" · ", '<a href="{}?notice={}">{} {}</a>', links)
