"""Decisions beside the ledger: reviews, private values and expunctions agree with their entries."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from reviews.models import Expunction, LedgerEntry, MedicalReview, PrivateField
from reviews.signing import ledger
from reviews.verification.chain import describe_entry, read_record, read_values

# Of a review and its entry, in the order of ``DecisionRow``.
COLUMNS = (
    "pk",
    "outcome",
    "decided_by_id",
    "decided_at",
    "trigger",
    "comment",
    "override",
    "correction",
    "entry__outcome",
    "entry__by_id",
    "entry__at",
    "entry__record",
)


class DecisionRow(NamedTuple):
    """A review, and the entry that decided it: empty where there is none."""

    pk: int
    outcome: str
    decided_by: int | None
    decided_at: dt.datetime | None
    trigger: str
    comment: str
    override: str
    correction: str
    entry_outcome: str | None
    entry_by: int | None
    entry_at: dt.datetime | None
    record: str | None


def get_decided_reviews() -> QuerySet[MedicalReview, tuple[Any, ...]]:
    """Reviews that were decided, and those that the ledger says were."""
    decided = MedicalReview.objects.filter(Q(decided_at__isnull=False) | Q(entry__isnull=False))
    return decided.order_by("id").values_list(*COLUMNS)


def get_private_fields() -> QuerySet[PrivateField, tuple[int, str, str, str, str]]:
    """Key, name, salt and value of each private field, and the record of its entry."""
    fields = PrivateField.objects.order_by("id")
    return fields.values_list("pk", "name", "salt", "value", "entry__record")


def find_faults(batches: Iterable[list[tuple[Any, ...]]]) -> Iterator[str]:
    """Each decided review is in the ledger and each review there is decided, in the same words."""
    for batch in batches:
        for values in batch:
            review = DecisionRow(*values)
            for fault in _find_decision_faults(review):
                yield f"reviews_medicalreview {review.pk}: {fault}"


def _find_decision_faults(review: DecisionRow) -> Iterator[str]:
    record = read_values(review.record or "")
    if not _is_same_decision(review, record):
        yield "its decision is not in the ledger"
    elif review.outcome == MedicalReview.Outcome.APPROVED:
        if review.override != record.get("override", ""):
            yield "its override is not in the ledger"
        if review.correction and review.correction not in _list_corrections(review.record):
            yield "its correction is not in the ledger"


def _is_same_decision(review: DecisionRow, record: dict[str, Any]) -> bool:
    return (
        review.outcome == review.entry_outcome
        and review.decided_by == review.entry_by
        and review.decided_at == review.entry_at
        and review.trigger == record.get("trigger")
        and review.comment == record.get("comment")
    )


def _list_corrections(text: str | None) -> list[str]:
    """The corrections that the review line of an entry prints."""
    record = read_record(text or "")
    line = record.review_line if record else None
    return [correction.text for correction in line.corrections] if line else []


def find_altered_private_fields(
    batches: Iterable[list[tuple[int, str, str, str, str]]],
) -> Iterator[str]:
    """Private values whose salted hash is not the one in the ledger."""
    for batch in batches:
        read_text, record = "", None  # the values of one entry were stored together
        for key, name, salt, value, text in batch:
            if text != read_text:
                read_text, record = text, read_record(text)
            if ledger.hash_with_salt(salt, value) != _get_signed_hash(record, name):
                yield f"reviews_privatefield {key}: it is not the value that was signed"


def _get_signed_hash(record: ledger.LedgerRecord | None, name: str) -> str | None:
    """The hash of a private value in its entry: one of the record, or one of its actor."""
    if record is None:
        return None
    return getattr(record, name, None) or getattr(record.actor, name, None)


HASHED_FIELDS = {
    "licence_number_hash": "licence number",
    "conflicts_hash": "private conflicts of interest",
    "reading_time_hash": "answer about the reading time",
}


def list_erased_values() -> Iterator[str]:
    """A sentence for each kind of private value that was erased, so that its hash is unchecked."""
    for name, called in HASHED_FIELDS.items():
        stored = PrivateField.objects.filter(entry=OuterRef("pk"), name=name)
        hashed = LedgerEntry.objects.filter(record__contains=f'"{name}":"')
        hashed = hashed.exclude(record__contains=f'"{name}":""')
        count = hashed.exclude(Exists(stored)).count()
        if count:
            entries = "1 entry" if count == 1 else f"{count:,} entries"
            yield (
                f"not checked: the {called} of {entries}, which was erased, "
                "so that only its hash is left"
            )


def get_expunctions() -> QuerySet[Expunction]:
    return Expunction.objects.confirmed().select_related("entry", "revision").order_by("id")


def find_broken_expunctions(batches: Iterable[list[Expunction]]) -> Iterator[str]:
    """Each expunged text is blank, and its entry says by whom and why; no other entry expunges."""
    for batch in batches:
        for expunction in batch:
            for fault in _find_expunction_faults(expunction):
                yield f"reviews_expunction {expunction.pk}: {fault}"
    entries = LedgerEntry.objects.filter(outcome=LedgerEntry.EntryOutcome.EXPUNGED)
    expunctions = Expunction.objects.filter(entry=OuterRef("pk"))
    for entry in entries.exclude(Exists(expunctions)).in_order():
        yield f"{describe_entry(entry)}: nobody asked to expunge its text"


def _find_expunction_faults(expunction: Expunction) -> Iterator[str]:
    entry = expunction.entry
    record = read_record(entry.record) if entry else None
    if entry is None or record is None or not _is_same_expunction(expunction, entry, record):
        yield "it is not what its entry says"
    if expunction.asked_by_id == expunction.confirmed_by_id:
        yield "one person asked for it and confirmed it"
    if not expunction.revision.expunged:
        yield "its text is still there"


def _is_same_expunction(
    expunction: Expunction, entry: LedgerEntry, record: ledger.LedgerRecord
) -> bool:
    stored = (
        expunction.reason,
        expunction.legal_basis,
        expunction.asked_at,
        expunction.confirmed_by_id,
        expunction.confirmed_at,
    )
    recorded = (record.reason, record.legal_basis, record.asked_at, entry.by_id, entry.at)
    is_expunging = entry.outcome == LedgerEntry.EntryOutcome.EXPUNGED
    return is_expunging and entry.revision_id == expunction.revision_id and stored == recorded
