"""The frozen texts: each is the text of its digest, or was expunged by an entry of the ledger."""

from collections.abc import Iterator

from articles.content import digest
from articles.models import Revision
from reviews.models import Signature
from reviews.verification.batches import Seen, batches


def texts():
    return Revision.objects.order_by("id").only("uuid", "document", "digest")


def faults(seen: Seen) -> Iterator[str]:
    for batch in batches(texts(), seen):
        blank = [revision.pk for revision in batch if revision.expunged]
        expunged = set(_expunging(blank).values_list("revision", flat=True)) if blank else set()
        for revision in batch:
            if revision.expunged:
                if revision.pk not in expunged:
                    yield f"articles_revision {revision.pk} ({revision.uuid}): it is blank, and no entry expunged it"
            elif digest(revision.document.encode(errors="surrogatepass")) != revision.digest:
                yield f"articles_revision {revision.pk} ({revision.uuid}): its text is not the text of its digest"


def _expunging(revisions):
    return Signature.objects.filter(outcome=Signature.Outcome.EXPUNGED, revision__in=revisions)


def expunged() -> Iterator[str]:
    """A sentence for each text that was blanked as the ledger says: no fault, and yet to be told."""
    entries = Signature.objects.filter(outcome=Signature.Outcome.EXPUNGED).in_order()
    for entry in entries.select_related("revision").iterator():
        if entry.revision.expunged:
            revision = entry.revision
            yield f"articles_revision {revision.pk} ({revision.uuid}): expunged by entry {entry.sequence}"
