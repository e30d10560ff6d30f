"""The frozen texts: each is the text of its digest, or was expunged by an entry of the ledger."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from articles.content.document import digest
from articles.models import Revision
from reviews.models import LedgerEntry


def get_revisions() -> QuerySet[Revision]:
    return Revision.objects.order_by("id").only("uuid", "document", "digest")


def find_faults(batches: Iterable[list[Revision]]) -> Iterator[str]:
    for batch in batches:
        expunged = _get_expunged_revisions(batch)
        for revision in batch:
            name = _describe_revision(revision)
            if revision.expunged:
                if revision.pk not in expunged:
                    yield f"{name}: it is blank, and no entry expunged it"
            elif digest(revision.document.encode(errors="surrogatepass")) != revision.digest:
                yield f"{name}: its text is not the text of its digest"


def _describe_revision(revision: Revision) -> str:
    """A revision as faults name it: its table, key and UUID."""
    return f"articles_revision {revision.pk} ({revision.uuid})"


def _get_expunged_revisions(revisions: list[Revision]) -> set[int]:
    """Those of the blank revisions that the ledger says were expunged."""
    blank = [revision.pk for revision in revisions if revision.expunged]
    if not blank:
        return set()
    entries = LedgerEntry.objects.filter(
        outcome=LedgerEntry.EntryOutcome.EXPUNGED, revision__in=blank
    )
    return set(entries.values_list("revision", flat=True))


def list_expunged_texts() -> Iterator[str]:
    """A sentence for each text that was expunged as the ledger says, which is no fault."""
    entries = LedgerEntry.objects.filter(outcome=LedgerEntry.EntryOutcome.EXPUNGED).in_order()
    for entry in entries.select_related("revision").iterator():
        if entry.revision.expunged:
            yield f"{_describe_revision(entry.revision)}: expunged by entry {entry.sequence}"
