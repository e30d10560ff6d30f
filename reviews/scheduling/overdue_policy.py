"""The end of grace: pages whose annual review is so late that their class has them withdrawn."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from articles.models import PublicationEvent
from articles.publishing import actions as pages
from articles.publishing.actions import ActionRefused
from reviews.models import MedicalReview, ReviewSchedule
from reviews.signing.actions import withdraw_page


@dataclass(frozen=True)
class OverdueResult:
    """What became of one page past grace."""

    title: str
    next_due: dt.date
    result: str
    refused: bool = False


def apply_policy(today: dt.date, *, by, dry_run: bool = False) -> Iterator[OverdueResult]:
    """Withdraw the pages past grace whose risk class says so, and give what became of each.

    Each is withdrawn in a transaction of its own. Safe to repeat.
    """
    late = _get_late_pages(today).select_related("article__live").order_by("next_due", "article")
    for schedule in list(late):
        title = schedule.article.live.title
        due = schedule.next_due
        if dry_run:
            yield OverdueResult(title, due, _predict_result(schedule, today))
            continue
        try:
            yield OverdueResult(title, due, _withdraw_if_still_late(schedule, today, by))
        except ActionRefused as refusal:
            yield OverdueResult(title, due, f"not withdrawn: {refusal}", refused=True)


def _predict_result(schedule: ReviewSchedule, today: dt.date) -> str:
    """What would become of a late page."""
    if _get_spared_pages(today).filter(pk=schedule.pk).exists():
        return "would be left alone: it is in review"
    return "would be withdrawn"


def _get_late_pages(today: dt.date):
    return ReviewSchedule.objects.subject_to_withdrawal().past_grace(today)


def _get_spared_pages(today: dt.date):
    """Late pages in review as a whole: they get some more days, and are withdrawn after these."""
    reading = MedicalReview.objects.waiting().filter(
        article=OuterRef("article"), trigger__in=MedicalReview.WHOLE_PAGE_TRIGGERS
    )
    too_late = ReviewSchedule.objects.past_grace(today, extra_days=settings.GRACE_DAYS_IN_REVIEW)
    return _get_late_pages(today).filter(Exists(reading)).exclude(pk__in=too_late.values("pk"))


@transaction.atomic
def _withdraw_if_still_late(schedule: ReviewSchedule, today: dt.date, by) -> str:
    """Withdraw a page unless it was signed, withdrawn or asked for since the list was made."""
    pages.lock_page(schedule.article)
    if not _get_late_pages(today).filter(pk=schedule.pk).exists():
        return "left alone: it was signed or withdrawn meanwhile"
    if _get_spared_pages(today).filter(pk=schedule.pk).exists():
        return "left alone: it is in review"
    withdraw_page(schedule.article, reason=PublicationEvent.Reason.UNREVIEWED, by=by)
    return "withdrawn"
