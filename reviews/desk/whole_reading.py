"""What the reader of a whole page should know beside it, in a fixed number of queries.

The age of its references, its dead links, what readers reported and which changes were
countersigned since somebody last read the whole page.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Sum
from django.utils import timezone

from articles.content import kinds
from articles.content.diff import find_changed_labels
from articles.content.document import Document
from articles.links.dead_links import LinkState, find_dead_links
from articles.models import HarmDecision, ReaderReport, ReaderTally
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing import ledger

OLD_YEARS = 5
MAX_CHANGES = 20
MAX_REPORTS = 20


@dataclass(frozen=True)
class ReferenceAges:
    """How old the references of a text are, in years of publication."""

    count: int
    oldest_year: int | None
    old_count: int
    undated_count: int


@dataclass(frozen=True)
class CountersignedChange:
    """A signature since the last reading of the whole page: who, when, and over which parts."""

    review: MedicalReview
    at: dt.datetime
    by: str
    parts: list[str]
    is_reread: bool = False
    is_expunged: bool = False


@dataclass(frozen=True)
class WholeReadingFacts:
    """All that stands beside a page that is read as a whole.

    ``since`` is when somebody last read all of it, and ``read_by`` who; empty if nobody has here.
    Readers' reports are deleted after 90 days, and ``report_count`` counts those too.
    """

    since: dt.datetime | None
    read_by: str
    references: ReferenceAges
    links: LinkState
    reports: list[ReaderReport]
    report_count: int
    decisions: list[HarmDecision]
    changes: list[CountersignedChange]
    more_changes: int


def load_facts(review: MedicalReview, document: Document) -> WholeReadingFacts:
    """The facts about the page of a review, as they are now."""
    entries = LedgerEntry.objects.signed().filter(article=review.article).exclude(review=review)
    if review.decided_at:
        entries = entries.filter(at__lt=review.decided_at)
    whole = entries.filter(review__trigger__in=MedicalReview.WHOLE_PAGE_TRIGGERS)
    last = whole.order_by("-sequence").first()
    since = last.at if last else None
    changes, more_changes = _load_changes(entries, last)
    reports = ReaderReport.objects.filter(article=review.article)
    tallies = ReaderTally.objects.filter(article=review.article)
    decisions = HarmDecision.objects.filter(article=review.article).select_related("decided_by")
    if since:
        reports = reports.filter(at__gt=since)
        tallies = tallies.filter(month__gte=timezone.localdate(since).replace(day=1))
        decisions = decisions.filter(received_at__gt=since)
    kept = list(reports.select_related("revision")[:MAX_REPORTS])
    counted = tallies.aggregate(total=Sum("reports"))["total"] or 0
    return WholeReadingFacts(
        since=since,
        read_by=ledger.read_record(last).actor.name if last else "",
        references=measure_references(document, timezone.localdate().year),
        links=find_dead_links(review.revision, document),
        reports=kept,
        report_count=max(counted, len(kept)),
        decisions=list(decisions[:MAX_REPORTS]),
        changes=changes,
        more_changes=more_changes,
    )


def measure_references(document: Document, year: int) -> ReferenceAges:
    """How old the references of a text are in a year."""
    years = [reference.year for reference in document.references if reference.year]
    old = [each for each in years if year - each > OLD_YEARS]
    return ReferenceAges(
        count=len(document.references),
        oldest_year=min(years, default=None),
        old_count=len(old),
        undated_count=len(document.references) - len(years),
    )


def _load_changes(entries, last: LedgerEntry | None) -> tuple[list[CountersignedChange], int]:
    """The signatures since the last whole reading, the newest first, and how many more there are.

    Two queries, or none where nobody has read the whole page here.
    """
    if last is None:
        return [], 0
    later = entries.filter(sequence__gte=last.sequence).order_by("-sequence")
    count = later.count() - 1
    newest = list(later.select_related("revision", "review__basis")[: MAX_CHANGES + 1])
    changes = [_describe_change(entry, before) for entry, before in pairwise(newest)]
    return changes, count - len(changes)


def _describe_change(entry: LedgerEntry, before: LedgerEntry) -> CountersignedChange:
    """What a signature was over: the parts that differ from the text that was signed before it."""
    is_expunged = entry.revision.expunged or before.revision.expunged
    parts: list[str] = []
    if not is_expunged and entry.revision.digest != before.revision.digest:
        document = entry.revision.read()
        blocks = kinds.get(document.kind).blocks
        parts = find_changed_labels(blocks(before.revision.read()), blocks(document))
    review = entry.review
    assert review is not None  # every signature decides one
    return CountersignedChange(
        review=review,
        at=entry.at,
        by=ledger.read_record(entry).actor.name,
        parts=parts,
        is_reread=review.is_reread,
        is_expunged=is_expunged,
    )
