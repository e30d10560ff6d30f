"""What the signatures of the ledger say in words, for the pages where they are shown."""

from collections.abc import Collection, Iterator

from articles.db.prepared import PreparedQuery
from articles.public.signature_statements import SignatureStatement, StatementLine
from reviews.models import LedgerEntry
from reviews.models.review import CHANGE_STATEMENT
from reviews.signing import ledger
from reviews.signing.checklist import CONFIRMED

ASKED_TOO_MUCH = (
    "The checklist was asked about the whole page, although this signature was for a change."
)
ASKED_ABOUT_CHANGE = "The signer was asked about what changed:"
ASKED_ABOUT_PAGE = "The signer was asked about the whole page:"

_signatures_query = PreparedQuery(
    lambda hashes: (
        LedgerEntry.objects.signed()
        .order_by()
        .filter(hash__any_of=hashes)
        .values_list("hash", "record")
    ),
    hashes=list[str],
)


def load_statements(hashes: Collection[str]) -> dict[str, SignatureStatement]:
    """What signatures say, by the hash of their entry. Other entries are left out."""
    rows = _signatures_query.fetch(hashes=list(hashes))
    return {entry_hash: build_statement(record) for entry_hash, record in rows}


def build_statement(text: str) -> SignatureStatement:
    """What the record of a signature says to visitors. Private conflicts are not in a record."""
    record = ledger.LedgerRecord.model_validate_json(text)
    return SignatureStatement(
        at=record.at,
        meaning=record.meaning,
        conflicts=record.conflicts,
        asked=tuple(build_lines(record)),
        asked_note=describe_asked(record),
    )


def build_lines(record: ledger.LedgerRecord) -> Iterator[StatementLine]:
    """What the signer was asked, in the words of the checklist that they saw."""
    for line in record.asked:
        yield StatementLine(line.statement, line.answer == CONFIRMED, line.parts)


def describe_asked(record: ledger.LedgerRecord) -> str:
    """Over what the signer was asked; of older entries for changes, that it was the whole page."""
    if record.asked:
        return ASKED_ABOUT_CHANGE if record.asked_over == "change" else ASKED_ABOUT_PAGE
    if record.checklist and record.meaning.startswith(CHANGE_STATEMENT):
        return ASKED_TOO_MUCH
    return ""
