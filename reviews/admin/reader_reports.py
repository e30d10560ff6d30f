"""What reviews brings to the queue of readers' reports: a clinician is asked to read the page."""

from django import forms
from django.db.models import Exists, OuterRef
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.admin.composition import ObjectView
from articles.form_fields import PlainTextFormField
from articles.models import ReaderReport
from articles.publishing.actions import ActionRefused
from reviews.models import ReportedReview
from reviews.signing import reader_reports
from reviews.signing.reviewer_field import ReviewerField, get_eligible_reviewers


class OpenReviewForm(forms.Form):
    """Why a clinician should read the page again."""

    reason = PlainTextFormField(
        label=_("What the reviewer should check"),
        max_length=ReportedReview.MAX_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In your own words, which are kept. "
        "The reader’s words are shown beside them until they are deleted.",
        error_messages={"required": "Say in a few words what the reviewer should check."},
    )
    reviewer = ReviewerField(
        required=False,
        empty_label=_("Any reviewer"),
        help_text=_("Only people who can sign this page are listed."),
    )

    def __init__(self, *args, page, waiting, **kwargs):
        super().__init__(*args, **kwargs)
        if waiting:  # its reviewer was chosen when it was asked for
            del self.fields["reviewer"]
        else:
            self.fields["reviewer"].set_choices(get_eligible_reviewers(page))


def build_review_panel(report_admin, request, report: ReaderReport, form=None) -> dict | None:
    """The form that asks a clinician, or the review that was opened because of the report."""
    page = report.article
    may_ask = request.user.has_perm("reviews.request_review")
    may_ask = may_ask and report_admin.has_change_permission(request)
    if report.dealt_with_at or not page.live or not may_ask:
        opened = ReportedReview.objects.filter(report=report)
        row = opened.select_related("review__reviewer").first()
        if row is None:
            return None
        return {"template": "reviews/admin/_report_asked.html", "reported_review": row}
    latest = page.get_latest_revision()
    assert latest  # what is published has a revision
    waiting = page.medical_reviews.waiting().select_related("reviewer", "revision").first()
    return {
        "template": "reviews/admin/_report_review.html",
        "waiting": waiting,
        "latest": latest,
        "unsigned": latest.pk != page.live.revision_id,
        "review_url": report_admin.get_object_url("review", report),
        "review_form": form or _make_form(report, waiting),
    }


def _make_form(report: ReaderReport, waiting, data=None) -> OpenReviewForm:
    day = timezone.localdate(report.at)
    reason = f"A reader reported on {day:%-d %B %Y}: {report.get_kind_display().lower()}. "
    return OpenReviewForm(data, page=report.article, waiting=waiting, initial={"reason": reason})


def review_report(report_admin, request, report: ReaderReport):
    """Open a review because of a report, or add the report to the one that is open."""
    if request.method != "POST":
        return redirect(report_admin.get_object_url("change", report))
    waiting = report.article.medical_reviews.waiting().first()
    form = _make_form(report, waiting, request.POST)
    problem = {}
    if form.is_valid():
        try:
            row = reader_reports.open_review(report, by=request.user, **form.cleaned_data)
        except ActionRefused as refusal:
            problem = {"refused": str(refusal)}
        else:
            report_admin.log_change(request, report, "Requested a review.")
            return report_admin.redirect_to_open(request, describe_opened_review(row))
    panel = build_review_panel(report_admin, request, report, form)
    return report_admin.render_report(request, report, panels=[panel] if panel else [], **problem)


def describe_opened_review(row: ReportedReview) -> str:
    """What was done, also where the report was added to a review that was open already."""
    reviewer = row.review.reviewer or "Any reviewer"
    number = row.review.revision.number
    if row.taken_along:
        return (
            "This page was in review already. "
            f"The report was added: {reviewer} sees it beside revision {number}."
        )
    return f"{reviewer} is asked to review revision {number} because of the report."


REVIEW_REQUESTED = Exists(ReportedReview.objects.filter(report=OuterRef("pk")))
VIEWS = (ObjectView("review", review_report, "view"),)
