"""Decisions beside the ledger: reviews, private values and expunctions agree with their entries."""

from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet

from reviews.models import Expunction, LedgerEntry, MedicalReview, PrivateField
from reviews.signing import ledger
from reviews.verification.chain import describe_entry, read_record


def get_decided_reviews() -> QuerySet[MedicalReview]:
    """Reviews that were decided, and those that the ledger says were."""
    decided = MedicalReview.objects.filter(Q(decided_at__isnull=False) | Q(entry__isnull=False))
    return decided.select_related("entry").order_by("id")


def get_private_fields() -> QuerySet[PrivateField]:
    return PrivateField.objects.select_related("entry").order_by("id")


def find_faults(batches: Iterable[list[MedicalReview]]) -> Iterator[str]:
    """Each decided review is in the ledger and each review there is decided, in the same words."""
    for batch in batches:
        for review in batch:
            for fault in _find_decision_faults(review):
                yield f"reviews_medicalreview {review.pk}: {fault}"


def _find_decision_faults(review: MedicalReview) -> Iterator[str]:
    entry = getattr(review, "entry", None)
    record = read_record(entry) if entry else None
    if entry is None or record is None or not _is_same_decision(review, entry, record):
        yield "its decision is not in the ledger"
    elif review.outcome == MedicalReview.Outcome.APPROVED:
        if review.override != record.override:
            yield "its override is not in the ledger"
        printed = record.review_line.corrections if record.review_line else ()
        corrections = [correction.text for correction in printed]
        if review.correction and review.correction not in corrections:
            yield "its correction is not in the ledger"


def _is_same_decision(
    review: MedicalReview, entry: LedgerEntry, record: ledger.LedgerRecord
) -> bool:
    return (
        review.outcome == entry.outcome
        and review.decided_by_id == entry.by_id
        and review.decided_at == entry.at
        and review.trigger == record.trigger
        and review.comment == record.comment
    )


def find_altered_private_fields(batches: Iterable[list[PrivateField]]) -> Iterator[str]:
    """Private values whose salted hash is not the one in the ledger."""
    for batch in batches:
        for field in batch:
            signed_hash = _get_signed_hash(field)
            if ledger.hash_with_salt(field.salt, field.value) != signed_hash:
                yield f"reviews_privatefield {field.pk}: it is not the value that was signed"


def _get_signed_hash(field: PrivateField) -> str | None:
    """The hash of a private value in its entry: one of the record, or one of its actor."""
    record = read_record(field.entry)
    if record is None:
        return None
    return getattr(record, field.name, None) or getattr(record.actor, field.name, None)


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
    record = read_record(entry) if entry else None
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
