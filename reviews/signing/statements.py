"""What the signatures of the ledger say in words, for the pages where they are shown."""

from collections.abc import Collection

from articles.public.signature_statements import SignatureStatement
from reviews.models import LedgerEntry
from reviews.signing import ledger


def load_statements(hashes: Collection[str]) -> dict[str, SignatureStatement]:
    """What signatures say, by the hash of their entry. Other entries are left out."""
    rows = LedgerEntry.objects.signed().filter(hash__in=hashes).values_list("hash", "record")
    return {entry_hash: build_statement(record) for entry_hash, record in rows}


def build_statement(text: str) -> SignatureStatement:
    """What the record of a signature says to visitors. Private conflicts are not in a record."""
    record = ledger.LedgerRecord.model_validate_json(text)
    return SignatureStatement(record.at, record.meaning, record.conflicts)
