"""Decisions beside the ledger: reviews are decided in the words of their entries, and private values were signed."""

from collections.abc import Iterator

from django.db.models import Q

from reviews import ledger
from reviews.models import MedicalReview, PrivateField
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
