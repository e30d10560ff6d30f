"""The newest event that each entry of the ledger names: it is in its chain, and never an older one.

An entry that names none was appended before there were events.
"""

from collections.abc import Iterable

from articles.models import AuditEvent
from reviews.signing.ledger import LedgerRecord


class EventsHeadCheck:
    """One pass through the ledger in order. It remembers the newest event that was named."""

    def __init__(self) -> None:
        self._newest = 0
        self._hashes: dict[int, str] = {}

    def load(self, records: Iterable[LedgerRecord | None]) -> None:
        """Load the events that a batch of entries names. One query."""
        sizes = {record.events.size for record in records if record and record.events}
        events = AuditEvent.objects.filter(sequence__in=sizes) if sizes else None
        self._hashes = dict(events.values_list("sequence", "hash")) if events is not None else {}

    def find_fault(self, record: LedgerRecord) -> str:
        """What is wrong with the event that an entry names; empty if nothing is."""
        if record.events is None:
            return ""
        size, newest = record.events.size, self._newest
        self._newest = max(newest, size)
        if size < newest:
            return f"the newest event that it names, {size}, is older than one named before it"
        found = self._hashes.get(size)
        if found is None:
            return f"the newest event that it names, {size}, is gone"
        if found != record.events.hash:
            return f"the newest event that it names, {size}, is another one now"
        return ""
