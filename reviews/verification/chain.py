"""The chain of entries: each follows the one before, agrees with its columns, and was allowed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import compress
from operator import ne
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from pydantic_core import from_json

from articles.content.document import digest
from articles.models import Authorship, PublicationEvent
from reviews.models import LedgerEntry, Reviewer
from reviews.signing import ledger
from reviews.verification import attestations
from reviews.verification.events_heads import EventsHeadCheck
from reviews.verification.readings import SecondReadingCheck, SignedTogetherCheck

# Entries of somebody who has read the text and answers for it, in whole or in part.
READ_OUTCOMES = (LedgerEntry.EntryOutcome.APPROVED, LedgerEntry.EntryOutcome.PARTLY)
# Of an entry, its review, page and revision, in the order of ``EntryRow``.
COLUMNS = (
    "pk",
    "sequence",
    "outcome",
    "by_id",
    "at",
    "record",
    "previous_hash",
    "hash",
    "article_id",
    "article__uuid",
    "review__uuid",
    "revision_id",
    "revision__uuid",
    "revision__number",
    "revision__digest",
    "revision__saved_by",
    "revision__saved_at",
)
# What faults call the columns that an entry has as well as its record.
COMPARED_COLUMNS = (
    "sequence",
    "previous_hash",
    "outcome",
    "review",
    "article",
    "revision",
    "digest",
    "number of its revision",
    "by",
    "at",
    "authorship",
)


class EntryRow(NamedTuple):
    """What is read of an entry: a ledger is long, and rows of models take twice the time."""

    pk: int
    sequence: int
    outcome: str
    by_id: int
    at: dt.datetime
    record: str
    previous_hash: str
    hash: str
    article_id: int
    article: UUID
    review: UUID | None
    revision_id: int
    revision: UUID
    revision_number: int
    digest: str
    saved_by: int
    saved_at: dt.datetime


def get_entries() -> QuerySet[LedgerEntry, tuple[Any, ...]]:
    """All entries, without the texts that they are about."""
    return LedgerEntry.objects.in_order().values_list(*COLUMNS)


def describe_entry(entry: LedgerEntry | EntryRow) -> str:
    """An entry as faults name it: its table, key and number."""
    return f"reviews_signature {entry.pk} (entry {entry.sequence})"


@dataclass
class ComparedRows:
    """What a batch of entries is compared with."""

    signers: dict[int, UUID]  # user → reviewer
    authors: dict[int, list[int]]  # revision → users
    # Page and signer → number and date of each revision with words of the signer's.
    written: dict[tuple[int, int], list[tuple[int, dt.datetime]]]
    provenances: dict[int, str] = field(default_factory=dict)  # by revision, once computed

    def get_provenance(self, entry: EntryRow) -> str:
        """Who saved and wrote the revision of an entry, by its columns."""
        known = self.provenances.get(entry.revision_id)
        if known is None:
            authors = self.authors[entry.revision_id]
            known = ledger.hash_provenance(
                entry.revision_number, entry.saved_by, entry.saved_at, authors
            )
            self.provenances[entry.revision_id] = known
        return known


def _load_compared_rows(batch: list[EntryRow], signers: dict[int, UUID]) -> ComparedRows:
    """Two queries, however many entries there are."""
    authors = defaultdict(list)
    entries = LedgerEntry.objects.filter(
        sequence__gte=batch[0].sequence, sequence__lte=batch[-1].sequence
    )
    authorships = Authorship.objects.filter(revision__in=entries.order_by().values("revision"))
    for revision, user in authorships.values_list("revision", "user"):
        authors[revision].append(user)
    written = defaultdict(list)
    signed = entries.filter(outcome__in=READ_OUTCOMES).order_by()
    own = Authorship.objects.filter(
        revision__article__in=signed.values("article"), user__in=signed.values("by")
    )
    fields = ("revision__article", "user", "revision__number", "revision__saved_at")
    for page, user, number, saved_at in own.values_list(*fields).iterator():
        written[page, user].append((number, saved_at))
    return ComparedRows(signers, authors, written)


class FourEyesCheck:
    """Nobody signs their own words since the last signature of somebody else.

    One pass through the chain in order. Of each page it remembers the newest signature, and the
    newest one by another person.
    """

    def __init__(self) -> None:
        # Page → newest signer, number of the revision signed, and number signed by another person.
        self._signed: dict[int, tuple[int, int, int]] = {}

    def is_signed(self, page: int) -> bool:
        """Whether somebody has signed a page so far."""
        return page in self._signed

    def is_violated_by(self, entry: EntryRow, written: Iterable[tuple[int, dt.datetime]]) -> bool:
        """Whether a text was read by somebody who wrote in it. Remembers a signature."""
        signer, number, by_another = self._signed.get(entry.article_id, (None, 0, 0))
        last = number if signer != entry.by_id else by_another
        if entry.outcome != LedgerEntry.EntryOutcome.PARTLY:
            self._signed[entry.article_id] = (entry.by_id, entry.revision_number, last)
        return any(number > last and saved_at <= entry.at for number, saved_at in written)


def find_faults(batches: Iterable[list[tuple[Any, ...]]]) -> Iterator[str]:
    sequence, previous_hash = 0, ledger.GENESIS_HASH
    four_eyes = FourEyesCheck()
    events_heads = EventsHeadCheck()
    second_readings, acts = SecondReadingCheck(), SignedTogetherCheck()
    signers = dict(Reviewer.objects.values_list("user", "uuid"))
    for values in batches:
        batch = [EntryRow(*row) for row in values]
        compared = _load_compared_rows(batch, signers)
        records = [read_record(entry.record) for entry in batch]
        events_heads.load(records)
        for entry, record in zip(batch, records, strict=True):
            name = describe_entry(entry)
            if entry.sequence != sequence + 1:
                yield f"{name}: entry {sequence + 1} is missing before it"
            if entry.previous_hash != previous_hash:
                yield f"{name}: it does not follow the entry before it"
            for fault in _find_entry_faults(entry, record, compared, four_eyes):
                yield f"{name}: {fault}"
            if record:
                yield from acts.find_faults(record)
                for fault in second_readings.find_faults(record):
                    yield f"{name}: {fault}"
            if record and (fault := events_heads.find_fault(record)):
                yield f"{name}: {fault}"
            sequence, previous_hash = entry.sequence, entry.hash
    yield from acts.end()


def _find_entry_faults(
    entry: EntryRow,
    record: ledger.LedgerRecord | None,
    compared: ComparedRows,
    four_eyes: FourEyesCheck,
) -> Iterator[str]:
    """What is wrong with one entry by itself, and with its signature or attestation."""
    if digest(entry.record.encode(errors="surrogatepass")) != entry.hash:
        yield "its record is not the record of its hash"
    else:
        for column in _find_differing_columns(entry, record, compared):
            yield f"its {column} is not what its record says"
    if entry.outcome == LedgerEntry.EntryOutcome.ATTESTED:
        signed_before = four_eyes.is_signed(entry.article_id)
        yield from attestations.find_faults(record, signed_before)
    elif entry.outcome in READ_OUTCOMES:
        if record and not _is_reviewers_signature(record):
            yield "it is not a reviewer's signature on a review"
        if four_eyes.is_violated_by(entry, compared.written[entry.article_id, entry.by_id]):
            yield "its signer wrote some of what was signed"


def _is_reviewers_signature(record: ledger.LedgerRecord) -> bool:
    actor = record.actor
    return actor.role == "reviewer" and bool(actor.reviewer) and bool(record.review)


def read_record(text: str) -> ledger.LedgerRecord | None:
    """What an entry says; None where it was altered and cannot be read, which is a fault."""
    try:
        return ledger.parse_record(text)
    except ValueError:
        return None


def read_values(text: str) -> dict[str, Any]:
    """The values of a record as they stand in it; none where it cannot be read.

    For other checks than ``find_faults``, which reads each record by its schema.
    """
    try:
        values = from_json(text, allow_inf_nan=False)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _find_differing_columns(
    entry: EntryRow, record: ledger.LedgerRecord | None, compared: ComparedRows
) -> Iterator[str]:
    if record is None:
        yield "record"
        return
    signer = compared.signers.get(entry.by_id) if record.actor.reviewer else None
    stored = (
        entry.sequence,
        entry.previous_hash,
        entry.outcome,
        entry.review,
        entry.article,
        entry.revision,
        entry.digest,
        entry.revision_number,
        signer,
        entry.at,
        compared.get_provenance(entry),
    )
    recorded = (
        record.sequence,
        record.previous_hash,
        record.outcome,
        record.review,
        record.article,
        record.revision,
        record.digest,
        record.revision_number,
        record.actor.reviewer or None,
        record.at,
        record.provenance,
    )
    if stored != recorded:
        yield from compress(COMPARED_COLUMNS, map(ne, stored, recorded))


def get_unpublished() -> QuerySet[LedgerEntry]:
    """Signatures and withdrawals that are not in the publication log."""
    outcomes = [*LedgerEntry.POSITIVE, LedgerEntry.EntryOutcome.WITHDRAWN]
    entries = LedgerEntry.objects.filter(outcome__in=outcomes)
    events = PublicationEvent.objects.filter(evidence=OuterRef("hash"))
    return entries.exclude(Exists(events)).in_order().only("sequence")


def find_unpublished(batches: Iterable[list[LedgerEntry]]) -> Iterator[str]:
    for batch in batches:
        for entry in batch:
            yield f"{describe_entry(entry)}: its publication is missing"
