"""The editors' queue of what readers report, and the tallies of Yes and No.

Nothing is registered here: ``config.admin`` alone puts the admin together.
"""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator

from articles import kinds
from articles.actions import Refused
from articles.admin_lists import PlainList, Sieve, name_of
from articles.admin_log import LogAdmin
from articles.diff import compare
from articles.feedback import deeds
from articles.fields import refuse_unprintable
from articles.forms import as_key
from articles.models import Article, ReaderReport

OPEN, DONE = "open", "dealt-with"


class StateFilter(Sieve):
    title = parameter_name = "state"

    def lookups(self, request, model_admin):
        return [(OPEN, "Open"), (DONE, "Dealt with")]

    def sift(self, reports, value, request):
        return reports.open() if value == OPEN else reports.dealt_with()


class KindFilter(Sieve):
    title, parameter_name = "problem", "problem"

    def lookups(self, request, model_admin):
        return ReaderReport.Kind.choices

    def sift(self, reports, value, request):
        return reports.filter(kind=value)


class PageFilter(Sieve):
    """The pages that readers reported, by title."""

    title = parameter_name = "page"

    def lookups(self, request, model_admin):
        reported = Article.objects.filter(pk__in=ReaderReport.objects.values("article"))
        return [(str(key), title) for key, title in reported.order_by("sort_key", "pk").values_list("pk", "title")]

    def sift(self, reports, value, request):
        return reports.filter(article=value)


class ReportList(PlainList):
    of = "report"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = "Reader reports"


class OutcomeForm(forms.Form):
    """What became of a report that asks for nothing more."""

    outcome = forms.CharField(
        label="Why nothing has to be done",
        max_length=ReaderReport.LONGEST_OUTCOME,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[refuse_unprintable],
        help_text="A few words for the other editors. They go with the report after 90 days.",
        error_messages={"required": "Say in a few words why nothing has to be done."},
    )


class CloseForm(ActionForm):
    outcome = forms.CharField(label="Why:", max_length=ReaderReport.LONGEST_OUTCOME, required=False)


class ReaderReportAdmin(admin.ModelAdmin):
    """What readers report, beside the page that it is about. Rooms above add what they can do about it."""

    list_display = ("said", "about", "kind", "at", "state")
    list_filter = (StateFilter, KindFilter, PageFilter)
    list_select_related = ("article", "dealt_with_by")
    list_per_page = 50
    ordering = (F("dealt_with_at").desc(nulls_first=True), "-at")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "articles/admin/change_list.html"
    action_form = CloseForm
    actions = ("close",)

    def get_changelist(self, request, **kwargs):
        return ReportList

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description="report")
    def said(self, report):
        return Truncator(report.words).words(14)

    @admin.display(description="page", ordering="article__sort_key")
    def about(self, report):
        return report.article.title

    @admin.display(description="state")
    def state(self, report):
        return f"{report.outcome} ({name_of(report.dealt_with_by)})" if report.dealt_with_at else "Open"

    @admin.action(description="Close: nothing to do", permissions=["change"])
    def close(self, request, queryset):
        """Close what was ticked, all for one reason; who was faster keeps what they did."""
        outcome, closed = request.POST.get("outcome", ""), 0
        for report in queryset.open().select_related("article"):
            try:
                deeds.deal_with(report, by=request.user, outcome=outcome)
            except Refused as refusal:
                messages.error(request, str(refusal))
                break
            closed += 1
            self.log_change(request, report, "Nothing to do.")
        if closed:
            messages.success(request, f"{closed} report{'' if closed == 1 else 's'} closed.")

    def asked(self, request, object_id) -> ReaderReport:
        """The report that an address names. Raises Http404, or PermissionDenied."""
        key = as_key(str(object_id))
        report = ReaderReport.objects.with_page().filter(pk=key).first() if key is not None else None
        if not self.has_view_permission(request):
            raise PermissionDenied
        if report is None:
            raise Http404
        return report

    def change_view(self, request, object_id, form_url="", extra_context=None):
        report = self.asked(request, object_id)
        if request.method != "POST":
            return self.show(request, report)
        form = OutcomeForm(request.POST)
        if form.is_valid():
            try:
                deeds.deal_with(report, by=request.user, outcome=form.cleaned_data["outcome"])
            except Refused as refusal:
                return self.show(request, report, outcome_form=form, refused=str(refusal))
            self.log_change(request, report, "Nothing to do.")
            return self.done(request, "The report is closed.")
        return self.show(request, report, outcome_form=form)

    def done(self, request, said: str):
        """Back to what is still open."""
        messages.success(request, said)
        return redirect(f"{reverse('admin:articles_readerreport_changelist')}?state={OPEN}")

    def show(self, request, report: ReaderReport, **bound):
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": str(report),
            "list_url": f"{reverse('admin:articles_readerreport_changelist')}?state={OPEN}",
            "may_close": not report.dealt_with_at and self.has_change_permission(request),
            "outcome_form": OutcomeForm(),
            "deeds_templates": [],
        }
        status = 422 if bound else 200
        return render(
            request, "articles/admin/reader_report.html", context | self.beside(request, report) | bound, status=status
        )

    def beside(self, request, report: ReaderReport) -> dict:
        """The report, and the page beside it: the text that was read, and what visitors read now."""
        page, kind = report.article, kinds.get(report.article.kind)
        opts, now = kind.model._meta, page.live.revision if page.live else None
        read = None if report.revision.expunged else report.revision.read()
        changed = bool(now) and now.pk != report.revision_id
        return {
            "report": report,
            "page": page,
            "form_url": reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[page.pk]),
            "read": read,
            "parts": read.rich_texts() if read else {},
            "now": now,
            "changed": changed,
            "identical": bool(now) and now.digest == report.revision.digest,
            "diff": compare(kind.blocks(read), kind.blocks(now.read())) if changed and read else [],
            "others": ReaderReport.objects.open().filter(article=page).exclude(pk=report.pk).count(),
        }


class ReaderTallyAdmin(LogAdmin):
    """How readers answered, by page and month: whole numbers and nothing else."""

    list_display = ("about", "in_month", "helpful", "unhelpful", "reports")
    list_select_related = ("article",)
    search_fields = ("article__title",)
    show_full_result_count = False

    @admin.display(description="page", ordering="article__sort_key")
    def about(self, tally):
        return tally.article.title

    @admin.display(description="month", ordering="month")
    def in_month(self, tally):
        return f"{tally.month:%B %Y}"
