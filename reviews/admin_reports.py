"""Mixed into the editors' queue of readers' reports: a clinician is asked to read the page."""

from django import forms
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone

from articles.actions import Refused
from articles.fields import refuse_unprintable
from articles.models import ReaderReport
from reviews import reports
from reviews.forms import ReviewerField, able
from reviews.models import ReportedReview


class ReviewForm(forms.Form):
    """Why a clinician should read the page again."""

    reason = forms.CharField(
        label="What the reviewer should look at",
        max_length=ReportedReview.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_unprintable],
        help_text="In your own words, which are kept. The reader’s stand beside them until they are deleted.",
        error_messages={"required": "Say in a few words what the reviewer should look at."},
    )
    reviewer = ReviewerField(required=False, empty_label="Any reviewer", help_text="Who can sign this page now.")

    def __init__(self, *args, page, waiting, **kwargs):
        super().__init__(*args, **kwargs)
        if waiting:  # its reviewer was chosen when it was asked for
            del self.fields["reviewer"]
        else:
            self.fields["reviewer"].offer(able(page))


class OpensReviews:
    """Mixed into the admin of readers' reports."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.review)
        name = "articles_readerreport_review"
        return [path("<path:object_id>/review/", view, name=name), *super().get_urls()]

    def beside(self, request, report: ReaderReport) -> dict:
        context = super().beside(request, report)
        page, latest = report.article, report.article.latest_revision()
        waiting = page.medical_reviews.waiting().select_related("reviewer", "revision").first()
        may_ask = request.user.has_perm("reviews.request_review") and self.has_change_permission(request)
        if report.dealt_with_at or not page.live or not may_ask:
            asked = ReportedReview.objects.filter(report=report).select_related("review__reviewer").first()
            return context | {"asked": asked, "deeds_templates": ["reviews/admin/_report_asked.html"]}
        return context | {
            "waiting": waiting,
            "latest": latest,
            "unsigned": latest.pk != page.live.revision_id,
            "review_url": reverse("admin:articles_readerreport_review", args=[report.pk]),
            "review_form": self._form(report, waiting),
            "deeds_templates": ["reviews/admin/_report_review.html"],
        }

    def _form(self, report: ReaderReport, waiting, data=None) -> ReviewForm:
        said = f"A reader reported on {timezone.localdate(report.at):%-d %B %Y}: {report.get_kind_display().lower()}. "
        return ReviewForm(data, page=report.article, waiting=waiting, initial={"reason": said})

    def review(self, request, object_id):
        """Open a review because of a report, or add the report to the one that is open."""
        report = self.asked(request, object_id)
        if request.method != "POST":
            return redirect("admin:articles_readerreport_change", report.pk)
        waiting = report.article.medical_reviews.waiting().first()
        form = self._form(report, waiting, request.POST)
        if form.is_valid():
            try:
                row = reports.open_review(report, by=request.user, **form.cleaned_data)
            except Refused as refusal:
                return self.show(request, report, review_form=form, refused=str(refusal))
            self.log_change(request, report, "Asked for a review.")
            return self.done(request, told(row))
        return self.show(request, report, review_form=form)


def told(row: ReportedReview) -> str:
    """What was done, so that nobody thinks a second review was opened."""
    who, number = row.review.reviewer or "Any reviewer", row.review.revision.number
    if row.taken_along:
        return f"This page was in review already. The report was added: {who} sees it beside revision {number}."
    return f"{who} is asked to read revision {number} because of the report."
