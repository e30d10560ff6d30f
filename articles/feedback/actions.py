"""The actions of feedback: count an answer, create a report, close it, purge old ones."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from articles import characters
from articles.models import HarmDecision, ReaderReport, ReaderTally, Revision
from articles.publishing.actions import ActionRefused

RETENTION_DAYS = 90
# Called after the transaction that stored a report that a page could harm somebody. An error of one
# must not reach the reader, whose report is stored.
_harm_listeners: list[Callable[[ReaderReport], None]] = []


def listen_for_harm(listener: Callable[[ReaderReport], None]) -> None:
    """Register what is to be done at once when a reader reports that a page could harm somebody."""
    _harm_listeners.append(listener)


class CannotCloseReport(ActionRefused):
    """The report is closed or gone, the user may not close it, or the outcome is no good."""


def record_answer(revision: Revision, *, helpful: bool) -> None:
    """Count a Yes or a No for the page and this month; nothing else of it is stored."""
    _increment_tally(revision, "helpful" if helpful else "unhelpful")


@transaction.atomic
def create_report(
    revision: Revision,
    *,
    key: uuid.UUID,
    kind: str,
    words: str,
    by: User | None = None,
    is_announced: bool = True,
) -> ReaderReport:
    """Create a report on the text that somebody read; the same ``key`` gives the same report.

    ``by`` is somebody at the desk who reports in their own name; None for a reader. A report that
    the page could harm somebody is mailed at once, unless the caller tells of it
    (``is_announced``).
    """
    values = {
        "article_id": revision.article_id,
        "revision": revision,
        "kind": kind,
        "words": words,
        "at": timezone.now(),
        "reported_by": by,
    }
    report, created = ReaderReport.objects.get_or_create(uuid=key, defaults=values)
    if created and by is None:
        _increment_tally(revision, "reports")
    if created and report.is_harmful and is_announced:
        for listener in _harm_listeners:
            transaction.on_commit(partial(listener, report), robust=True)
    return report


@transaction.atomic
def _increment_tally(revision: Revision, column: str) -> None:
    month = timezone.localdate().replace(day=1)
    tally, _ = ReaderTally.objects.get_or_create(article_id=revision.article_id, month=month)
    ReaderTally.objects.filter(pk=tally.pk).update(**{column: F(column) + 1})


@transaction.atomic
def close_report(report: ReaderReport, *, by, outcome: str, summary: str = "") -> ReaderReport:
    """Close a report with an outcome, which other editors read. Raises CannotCloseReport.

    Of a report that the page could harm somebody, what was decided is kept for good: ``summary``,
    or the outcome.
    """
    report = lock_report(report, by=by)
    outcome = " ".join(outcome.split())
    if not outcome:
        raise CannotCloseReport("Say in a few words how this report was resolved.")
    if len(outcome) > ReaderReport.MAX_OUTCOME_LENGTH or characters.find_refused(outcome):
        raise CannotCloseReport(
            f"Say it in plain words, in at most {ReaderReport.MAX_OUTCOME_LENGTH} characters."
        )
    report.dealt_with_by = by
    report.dealt_with_at = now = timezone.now()
    report.outcome = outcome
    report.save(update_fields=["dealt_with_by", "dealt_with_at", "outcome"])
    if report.is_harmful:
        HarmDecision.objects.create(
            report_uuid=report.uuid,
            article_id=report.article_id,
            revision_id=report.revision_id,
            received_at=report.at,
            decided_by=by,
            decided_at=now,
            summary=summary or outcome,
        )
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
    """How many reports were deleted, and how many of them were still open.

    ``undecided`` are open reports that a page could harm somebody: of these the words are deleted,
    and the report stays until it is decided.
    """

    reports: int
    unhandled: int
    undecided: int


@transaction.atomic
def purge_reports() -> PurgeResult:
    """Delete the words of every reader's report that is too old, and the report with them.

    What people at the desk reported in their own names stays. Tallies stay: they are about no
    person. So do open reports of harm, without their words.
    """
    last = timezone.now() - dt.timedelta(days=RETENTION_DAYS)
    old = ReaderReport.objects.of_readers().filter(at__lt=last)
    keys = list(old.select_for_update().values_list("pk", flat=True))
    old = ReaderReport.objects.filter(pk__in=keys)
    undecided = old.open().harmful()
    undecided.update(words=ReaderReport.DELETED_WORDS)
    deleted = old.exclude(pk__in=undecided.values("pk"))
    purged = PurgeResult(deleted.count(), deleted.open().count(), undecided.count())
    ReaderReport.objects.filter(pk__in=list(deleted.values_list("pk", flat=True))).delete()
    return purged
