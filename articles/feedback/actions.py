"""The actions of feedback: count an answer, create a report, close it, purge old ones."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from articles import characters
from articles.models import ReaderReport, ReaderTally, Revision
from articles.publishing.actions import ActionRefused

RETENTION_DAYS = 90


class CannotCloseReport(ActionRefused):
    """The report is closed or gone, the user may not close it, or the outcome is no good."""


def record_answer(revision: Revision, *, helpful: bool) -> None:
    """Count a Yes or a No for the page and this month; nothing else of it is stored."""
    _increment_tally(revision, "helpful" if helpful else "unhelpful")


@transaction.atomic
def create_report(revision: Revision, *, key: uuid.UUID, kind: str, words: str) -> ReaderReport:
    """Create a report on the text that a reader read; the same ``key`` gives the same report."""
    values = {
        "article_id": revision.article_id,
        "revision": revision,
        "kind": kind,
        "words": words,
        "at": timezone.now(),
    }
    report, created = ReaderReport.objects.get_or_create(uuid=key, defaults=values)
    if created:
        _increment_tally(revision, "reports")
    return report


@transaction.atomic
def _increment_tally(revision: Revision, column: str) -> None:
    month = timezone.localdate().replace(day=1)
    tally, _ = ReaderTally.objects.get_or_create(article_id=revision.article_id, month=month)
    ReaderTally.objects.filter(pk=tally.pk).update(**{column: F(column) + 1})


@transaction.atomic
def close_report(report: ReaderReport, *, by, outcome: str) -> ReaderReport:
    """Close a report with an outcome, which other editors read. Raises CannotCloseReport."""
    report = lock_report(report, by=by)
    outcome = " ".join(outcome.split())
    if not outcome:
        raise CannotCloseReport("Say in a few words how this report was resolved.")
    if len(outcome) > ReaderReport.MAX_OUTCOME_LENGTH or characters.find_refused(outcome):
        raise CannotCloseReport(
            f"Say it in plain words, in at most {ReaderReport.MAX_OUTCOME_LENGTH} characters."
        )
    report.dealt_with_by = by
    report.dealt_with_at = timezone.now()
    report.outcome = outcome
    report.save(update_fields=["dealt_with_by", "dealt_with_at", "outcome"])
    return report


def lock_report(report: ReaderReport, *, by) -> ReaderReport:
    """The row of an open report, locked until the transaction ends. Raises CannotCloseReport."""
    if not by.has_perm("articles.change_readerreport"):
        raise CannotCloseReport("Only editors can resolve reader reports.")
    locked = ReaderReport.objects.select_for_update().filter(pk=report.pk).first()
    if locked is None:
        raise CannotCloseReport(
            f"This report is gone: what readers write is deleted after {RETENTION_DAYS} days."
        )
    if locked.dealt_with_at:
        raise CannotCloseReport(
            f"{locked.dealt_with_by} has resolved this report already: {locked.outcome}"
        )
    return locked


@dataclass(frozen=True)
class PurgeResult:
    """How many reports were deleted, and how many of them were still open."""

    reports: int
    unhandled: int


@transaction.atomic
def purge_reports() -> PurgeResult:
    """Delete every report that is too old, open or not. Tallies stay: they are about no person."""
    old = ReaderReport.objects.filter(at__lt=timezone.now() - dt.timedelta(days=RETENTION_DAYS))
    keys = list(old.select_for_update().values_list("pk", flat=True))
    old = ReaderReport.objects.filter(pk__in=keys)
    purged = PurgeResult(reports=len(keys), unhandled=old.open().count())
    old.delete()
    return purged
