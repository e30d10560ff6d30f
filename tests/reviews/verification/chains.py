"""What somebody with the database and this code can do: both chains computed again."""

import re

from articles.content.document import digest
from articles.models import AuditEvent, PublicationEvent
from reviews.models import LedgerEntry
from reviews.signing.ledger import read_record

HASH = re.compile(r"[0-9a-f]{64}")


def rewrite_chains(old: str, new: str) -> None:
    """Replace some words in all records, and compute all hashes of both chains again.

    The records name hashes of each other: each is computed after those that it names.
    """
    hashes: dict[str, str] = {}
    events = AuditEvent.objects.in_order().iterator()
    done = 0
    for entry in LedgerEntry.objects.in_order():
        named = read_record(entry).events
        while named and done < named.size:
            _rewrite(next(events), old, new, hashes)
            done += 1
        _rewrite(entry, old, new, hashes)
    for event in events:
        _rewrite(event, old, new, hashes)
    for line in PublicationEvent.objects.filter(evidence__isnull=False):
        PublicationEvent.objects.filter(pk=line.pk).update(evidence=hashes[line.evidence])


def _rewrite(row: LedgerEntry | AuditEvent, old: str, new: str, hashes: dict[str, str]) -> None:
    text = HASH.sub(lambda found: hashes.get(found[0], found[0]), row.record.replace(old, new))
    hashes[row.hash] = digest(text.encode())
    type(row).objects.filter(pk=row.pk).update(
        record=text,
        hash=hashes[row.hash],
        previous_hash=hashes.get(row.previous_hash, row.previous_hash),
    )
