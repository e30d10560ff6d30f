"""What a reader reports reaches a clinician: a review is opened for it, or the one that is open takes it along."""

from django.db import transaction
from django.utils import timezone

from articles import actions as pages
from articles.actions import Refused
from articles.feedback import deeds
from articles.models import ReaderReport
from reviews import actions
from reviews.held import refuse_bad_text
from reviews.models import MedicalReview, ReportedReview, Reviewer


class CannotReport(Refused):
    pass


@transaction.atomic
def open_review(report: ReaderReport, *, by, reason: str, reviewer: Reviewer | None = None) -> ReportedReview:
    """Have the page read because of a report. A review that is open already takes the report along.

    ``reason`` is the editor's and is kept; the reader's words stand beside it at the desk for as long as they are kept.
    """
    if not by.has_perm("reviews.request_review"):
        raise CannotReport("Only editors can ask for a review.")
    page = pages.lock(report.article)
    report = deeds.hold(report, by=by)
    refuse_bad_text(reason, "Say in a few words what the reviewer should look at.", CannotReport)
    if not page.live:
        raise CannotReport("Visitors cannot read this page now, so there is nothing to read again. Close the report.")
    waiting = page.medical_reviews.waiting().first()
    review = waiting or actions.request_review(
        page, by=by, trigger=actions.fitting(page, MedicalReview.Trigger.READER), note=reason, reviewer=reviewer
    )
    deeds.deal_with(report, by=by, outcome="Added to the review that was open." if waiting else "A review was opened.")
    return ReportedReview.objects.create(
        report=report, review=review, taken_along=bool(waiting), reason=reason.strip(), by=by, at=timezone.now()
    )
