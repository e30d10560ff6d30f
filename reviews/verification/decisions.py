"""Decisions beside the ledger: reviews are decided in the words of their entries, and private values were signed."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from reviews import ledger
from reviews.models import Expunction, MedicalReview, PrivateField, Signature
from reviews.verification.batches import Seen, batches
from reviews.verification.chain import read


def decided():
    """Reviews that were decided, and those that the ledger says were."""
    decided = MedicalReview.objects.filter(Q(decided_at__isnull=False) | Q(entry__isnull=False))
    return decided.select_related("entry").order_by("id")


def private():
    return PrivateField.objects.select_related("signature").order_by("id")


def faults(seen: Seen) -> Iterator[str]:
    """Each decided review is in the ledger, and each that is in the ledger is decided, in the same words."""
    for batch in batches(decided(), seen):
        for review in batch:
            name, entry = f"reviews_medicalreview {review.pk}", getattr(review, "entry", None)
            record = entry and read(entry)
            decision = (review.outcome, review.decided_by_id, review.decided_at, review.trigger, review.comment)
            if not record or decision != (entry.outcome, entry.by_id, entry.at, record.trigger, record.comment):
                yield f"{name}: its decision is not in the ledger"
            elif review.outcome == MedicalReview.Outcome.APPROVED:
                yield from (f"{name}: its {unsaid} is not in the ledger" for unsaid in _unsaid(review, record))


def _unsaid(review: MedicalReview, record: ledger.Record) -> Iterator[str]:
    """What a signed review was asked for with, and its record does not say."""
    if review.override != record.override:
        yield "override"
    if review.correction and review.correction not in [said.text for said in record.review_line.corrections]:
        yield "correction"


def altered_private(seen: Seen) -> Iterator[str]:
    for batch in batches(private(), seen):
        for field in batch:
            record = read(field.signature)
            kept = record and (getattr(record, field.name, None) or getattr(record.actor, field.name, None))
            if ledger.salted(field.salt, field.value) != kept:
                yield f"reviews_privatefield {field.pk}: it is not the value that was signed"


HIDDEN = {"licence_number_hash": "licence number", "conflicts_hash": "private conflicts of interest"}


def erased() -> Iterator[str]:
    """A sentence for each kind of private value that some entries have no more: its hash was compared with nothing."""
    for name, called in HIDDEN.items():
        kept = PrivateField.objects.filter(signature=OuterRef("pk"), name=name)
        hashed = Signature.objects.filter(record__contains=f'"{name}":"').exclude(record__contains=f'"{name}":""')
        if count := hashed.exclude(Exists(kept)).count():
            noun = "1 entry" if count == 1 else f"{count:,} entries"
            yield f"not checked: the {called} of {noun}, which was erased, so that only its hash is left"


def expunctions():
    return Expunction.objects.confirmed().select_related("entry", "revision").order_by("id")


def broken_expunctions(seen: Seen) -> Iterator[str]:
    """Each text that two people had expunged is blank, for the reason that the ledger gives; and no other entry is."""
    for batch in batches(expunctions(), seen):
        for asked in batch:
            name, entry, record = f"reviews_expunction {asked.pk}", asked.entry, read(asked.entry)
            said = (asked.reason, asked.legal_basis, asked.asked_at, asked.confirmed_by_id, asked.confirmed_at)
            told = record and (record.reason, record.legal_basis, record.asked_at, entry.by_id, entry.at)
            if said != told or (entry.outcome, entry.revision_id) != ("expunged", asked.revision_id):
                yield f"{name}: it is not what its entry says"
            if asked.asked_by_id == asked.confirmed_by_id:
                yield f"{name}: one person asked for it and confirmed it"
            if not asked.revision.expunged:
                yield f"{name}: its text is still there"
    alone = Signature.objects.filter(outcome=Signature.Outcome.EXPUNGED)
    for entry in alone.exclude(Exists(Expunction.objects.filter(entry=OuterRef("pk")))).in_order():
        yield f"reviews_signature {entry.pk} (entry {entry.sequence}): nobody asked to expunge its text"
