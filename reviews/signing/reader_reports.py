"""Reviews because of reader reports: one is opened, or the report is added to the open one."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.audit import recording
from articles.feedback import actions as feedback_actions
from articles.models import ReaderReport
from articles.publishing import actions as pages
from articles.publishing.actions import ActionRefused
from reviews.models import MedicalReview, ReportedReview, Reviewer
from reviews.signing import actions
from reviews.signing.validation import validate_text


class CannotOpenReview(ActionRefused):
    """No review can be opened for this report."""


@transaction.atomic
def open_review(
    report: ReaderReport, *, by: User, reason: str, reviewer: Reviewer | None = None
) -> ReportedReview:
    """Have a page reviewed because of a report, or add the report to the review that is open.

    ``reason`` is the editor's, and stays when the reader's words are deleted.

    Raises CannotOpenReview or CannotRequestReview, with a message for the editor.
    """
    if not by.has_perm("reviews.request_review"):
        raise CannotOpenReview("Only editors can request a review.")
    page = pages.lock_page(report.article)
    report = feedback_actions.lock_report(report, by=by)
    validate_text(reason, "Say in a few words what the reviewer should check.", CannotOpenReview)
    if not page.live:
        raise CannotOpenReview(
            "Visitors cannot read this page now, so there is nothing to review. Dismiss the report."
        )
    waiting = page.medical_reviews.waiting().first()
    if waiting:
        review = waiting
        outcome = "Added to an open review."
    else:
        outcome = "A review was requested."
        review = actions.request_review(
            page,
            by=by,
            trigger=actions.choose_trigger(page, MedicalReview.Trigger.READER),
            note=reason,
            reviewer=reviewer,
            records_event=False,
        )
    feedback_actions.close_report(
        report, by=by, outcome=outcome, summary=f"{outcome} {reason.strip()}"[:2000]
    )
    reported = ReportedReview.objects.create(
        report=report,
        review=review,
        taken_along=waiting is not None,
        reason=reason.strip(),
        by=by,
        at=timezone.now(),
    )
    recording.record("review", [review], by=by)
    recording.record("reported-review", [reported], by=by)
    return reported
