"""The deeds of feedback: count an answer, take a report, deal with it, forget it after its time."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from articles.actions import Refused
from articles.fields import UNPRINTABLE
from articles.models import ReaderReport, ReaderTally, Revision

KEPT_DAYS = 90


class CannotDealWith(Refused):
    pass


def answer(revision: Revision, *, helpful: bool) -> None:
    """Count a Yes or a No for the page and this month; nothing else of it is kept."""
    _count(revision, "helpful" if helpful else "unhelpful")


@transaction.atomic
def report(revision: Revision, *, key: uuid.UUID, kind: str, words: str) -> ReaderReport:
    """Take a reader's report on the text that they read. The same ``key`` again is the same report."""
    told = {"article_id": revision.article_id, "revision": revision, "kind": kind, "words": words}
    row, made = ReaderReport.objects.get_or_create(uuid=key, defaults=told | {"at": timezone.now()})
    if made:
        _count(revision, "reports")
    return row


@transaction.atomic
def _count(revision: Revision, column: str) -> None:
    month = timezone.localdate().replace(day=1)
    row, _ = ReaderTally.objects.get_or_create(article_id=revision.article_id, month=month)
    ReaderTally.objects.filter(pk=row.pk).update(**{column: F(column) + 1})


@transaction.atomic
def deal_with(report: ReaderReport, *, by, outcome: str) -> ReaderReport:
    """Say what became of a report, in words that other editors read. Raises CannotDealWith."""
    report = hold(report, by=by)
    outcome = " ".join(outcome.split())
    if not outcome:
        raise CannotDealWith("Say in a few words what became of this report.")
    if len(outcome) > ReaderReport.LONGEST_OUTCOME or UNPRINTABLE.search(outcome):
        raise CannotDealWith(f"Say it in plain words, in at most {ReaderReport.LONGEST_OUTCOME} characters.")
    report.dealt_with_by, report.dealt_with_at, report.outcome = by, timezone.now(), outcome
    report.save(update_fields=["dealt_with_by", "dealt_with_at", "outcome"])
    return report


def hold(report: ReaderReport, *, by) -> ReaderReport:
    """The report's row, held until the transaction ends, while it is still open. Raises CannotDealWith."""
    if not by.has_perm("articles.change_readerreport"):
        raise CannotDealWith("Only editors deal with what readers report.")
    held = ReaderReport.objects.select_for_update().filter(pk=report.pk).first()
    if held is None:
        raise CannotDealWith(f"This report is gone: what readers write is deleted after {KEPT_DAYS} days.")
    if held.dealt_with_at:
        raise CannotDealWith(f"{held.dealt_with_by} has dealt with this report already: {held.outcome}")
    return held


@dataclass(frozen=True)
class Purged:
    """How many reports went, and how many of them nobody had dealt with."""

    reports: int
    unread: int


@transaction.atomic
def purge() -> Purged:
    """Delete every report that is older than it may be, dealt with or not. The tallies stay: they are of nobody."""
    old = ReaderReport.objects.filter(at__lt=timezone.now() - dt.timedelta(days=KEPT_DAYS))
    keys = list(old.select_for_update().values_list("pk", flat=True))
    old = ReaderReport.objects.filter(pk__in=keys)
    purged = Purged(reports=len(keys), unread=old.open().count())
    old.delete()
    return purged
