"""The editors' queue of what readers report, and the tallies of Yes and No.

Nothing is registered here: ``config.admin.registration`` alone puts the admin together.
"""

from collections import Counter

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Case, Exists, F, Q, Value, When
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from articles.admin.changelists import FilteredChangeList
from articles.admin.composition import ComposedAdmin
from articles.admin.forms import parse_key
from articles.admin.readonly import ReadOnlyAdmin
from articles.content import kinds
from articles.content.diff import compare
from articles.display import format_user_name, get_admin_url
from articles.feedback import actions as feedback_actions
from articles.form_fields import PlainTextFormField
from articles.lists import ListFilter, filter_by
from articles.models import Article, ReaderReport
from articles.publishing.actions import ActionRefused

OPEN, DISMISSED, REVIEW_REQUESTED = "open", "dismissed", "review-requested"
STATES = {OPEN: _("Open"), DISMISSED: _("Dismissed"), REVIEW_REQUESTED: _("Review requested")}


# Among the open reports, those that a page could harm somebody come first, in the order in which
# they are to be decided.
IS_TO_DECIDE = Q(dealt_with_at__isnull=True, kind=ReaderReport.ReportKind.HARM)
HARM_FIRST = Case(When(IS_TO_DECIDE, then=0), default=1)
SOONEST_DECISION_FIRST = Case(When(IS_TO_DECIDE, then=F("at")), default=None)


def _filter_by_state(reports, value: str, user):
    if value == OPEN:
        return reports.open()
    return reports.dealt_with().filter(review_requested=value == REVIEW_REQUESTED)


def _load_reported_pages() -> dict[str, str]:
    """The pages that readers reported, by title."""
    reported = Article.objects.filter(pk__in=ReaderReport.objects.values("article"))
    pages = reported.order_by("sort_key", "pk").values_list("pk", "title")
    return {str(key): title for key, title in pages}


class CloseReportForm(forms.Form):
    """What became of a report that asks for nothing more."""

    outcome = PlainTextFormField(
        label=_("Reason"),
        max_length=ReaderReport.MAX_OUTCOME_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A few words for the other editors, deleted with the report after 90 days."),
        error_messages={"required": "Say in a few words why the report is dismissed."},
    )


class CloseReportsActionForm(ActionForm):
    outcome = PlainTextFormField(
        label=_("Reason:"), max_length=ReaderReport.MAX_OUTCOME_LENGTH, required=False
    )


class BaseReaderReportAdmin(ComposedAdmin):
    """The reports of readers, beside the page. Other apps add what they can do about one."""

    review_requested: Exists | Value = Value(False)  # whether a report led to a review
    list_display = ("excerpt", "about", "problem", "reporter", "at", "decide_by", "state", "reason")
    filters = (
        ListFilter(
            "state",
            _("status"),
            STATES,
            apply=_filter_by_state,
        ),
        ListFilter(
            "problem", _("problem"), dict(ReaderReport.ReportKind.choices), apply=filter_by("kind")
        ),
        ListFilter("page", _("page"), _load_reported_pages, apply=filter_by("article")),
    )
    list_select_related = ("article", "dealt_with_by", "reported_by")
    list_per_page = 50
    ordering = (
        F("dealt_with_at").desc(nulls_first=True),
        HARM_FIRST,
        SOONEST_DECISION_FIRST,
        "-at",
    )
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "articles/admin/change_list.html"
    action_form = CloseReportsActionForm
    actions = ("close",)

    def get_changelist(self, request, **kwargs):
        return FilteredChangeList

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        reports = super().get_queryset(request)
        return reports.annotate(review_requested=self.review_requested)

    @admin.display(description=_("report"))
    def excerpt(self, report):
        return Truncator(report.words).words(14)

    @admin.display(description=_("page"), ordering="article__sort_key")
    def about(self, report):
        return report.article.title

    @admin.display(description=_("problem"), ordering="kind")
    def problem(self, report):
        return report.get_kind_display()

    @admin.display(description=_("from"))
    def reporter(self, report):
        if report.reported_by is None:
            return _("a reader")
        return format_user_name(report.reported_by)

    @admin.display(description=_("decide by"))
    def decide_by(self, report):
        if report.dealt_with_at or not report.is_harmful:
            return None
        return report.decide_by

    @admin.display(description=_("status"))
    def state(self, report):
        if report.is_late:
            return _("Open, late")
        if not report.dealt_with_at:
            return STATES[OPEN]
        return STATES[REVIEW_REQUESTED if report.review_requested else DISMISSED]

    @admin.display(description=_("reason"))
    def reason(self, report):
        if not report.dealt_with_at:
            return ""
        return f"{report.outcome} ({format_user_name(report.dealt_with_by)})"

    @admin.action(description=_("Dismiss"), permissions=["change"])
    def close(self, request, queryset):
        """Close the ticked reports with one outcome; those that are closed already stay so."""
        outcome = request.POST.get("outcome", "")
        closed = 0
        refusals: Counter[str] = Counter()
        reports = list(queryset.open().select_related("article"))
        if not reports:
            messages.info(request, "Nothing was dismissed: these reports are resolved already.")
        for report in reports:
            try:
                feedback_actions.close_report(report, by=request.user, outcome=outcome)
            except ActionRefused as refusal:
                refusals[str(refusal)] += 1
            else:
                closed += 1
                self.log_change(request, report, "Dismissed.")
        for reason, count in refusals.items():
            reports_refused = f"{count} report{pluralize(count)}"
            messages.error(request, f"{reports_refused} could not be dismissed. {reason}")
        if closed:
            messages.success(request, f"{closed} report{pluralize(closed)} dismissed.")

    def get_object(self, request, object_id, from_field=None):
        key = parse_key(str(object_id))
        return ReaderReport.objects.with_page().filter(pk=key).first()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        self.require_permission(request, "view")
        report = self.get_object_or_404(request, object_id)
        if request.method != "POST":
            return self.render_report(request, report)
        form = CloseReportForm(request.POST)
        if not form.is_valid():
            return self.render_report(request, report, outcome_form=form)
        outcome = form.cleaned_data["outcome"]
        try:
            feedback_actions.close_report(report, by=request.user, outcome=outcome)
        except ActionRefused as refusal:
            return self.render_report(request, report, outcome_form=form, refused=str(refusal))
        self.log_change(request, report, "Dismissed.")
        return self.redirect_to_open(request, "The report is dismissed.")

    def redirect_to_open(self, request, message: str):
        """Redirect to the list of open reports."""
        messages.success(request, message)
        return redirect(f"{reverse('admin:articles_readerreport_changelist')}?state={OPEN}")

    def render_report(self, request, report: ReaderReport, **overrides):
        """The page of a report; with status 422 if ``overrides`` show what was wrong."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(report),
            "list_url": f"{reverse('admin:articles_readerreport_changelist')}?state={OPEN}",
            "may_close": not report.dealt_with_at and self.has_change_permission(request),
            "outcome_form": CloseReportForm(),
            **self.get_report_context(report),
            **overrides,
        }
        if "panels" not in overrides:
            context["panels"] = self.build_panels(request, report, self.panels)
        status = 422 if overrides else 200
        return render(request, "articles/admin/reader_report.html", context, status=status)

    def get_report_context(self, report: ReaderReport) -> dict:
        """The report, and the page beside it: the text that was read, and the one of now."""
        page = report.article
        kind = kinds.get(page.kind)
        now = page.live.revision if page.live else None
        changed = now is not None and now.pk != report.revision_id
        read = None if report.revision.expunged else report.revision.read()
        diff = []
        if read and now and changed:
            diff = compare(kind.blocks(read), kind.blocks(now.read()))
        others = ReaderReport.objects.open().filter(article=page).exclude(pk=report.pk)
        return {
            "report": report,
            "page": page,
            "form_url": get_admin_url(kind, "change", page.pk),
            "read": read,
            "parts": read.get_rich_texts() if read else {},
            "now": now,
            "changed": changed,
            "identical": now is not None and now.digest == report.revision.digest,
            "diff": diff,
            "others": others.count(),
        }


class HarmDecisionAdmin(ReadOnlyAdmin):
    """What was decided of reports that a page could harm somebody; the reports are deleted."""

    list_display = ("about", "received_at", "decided_at", "decided_by", "summary")
    list_select_related = ("article", "decided_by")
    search_fields = ("article__title", "summary")
    ordering = ("-decided_at",)
    show_full_result_count = False

    @admin.display(description=_("page"), ordering="article__sort_key")
    def about(self, decision):
        return decision.article.title


class ReaderTallyAdmin(ReadOnlyAdmin):
    """How readers answered, by page and month: whole numbers and nothing else."""

    list_display = ("about", "in_month", "helpful", "unhelpful", "reports")
    list_select_related = ("article",)
    search_fields = ("article__title",)
    show_full_result_count = False

    @admin.display(description=_("page"), ordering="article__sort_key")
    def about(self, tally):
        return tally.article.title

    @admin.display(description=_("month"), ordering="month")
    def in_month(self, tally):
        return f"{tally.month:%B %Y}"
