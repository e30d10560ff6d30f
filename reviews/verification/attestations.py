"""Recorded reviews from an earlier system: each by an editor, of a page that was not signed."""

from collections.abc import Iterator

from reviews.signing.ledger import LedgerRecord


def find_faults(record: LedgerRecord | None, signed_before: bool) -> Iterator[str]:
    """What is wrong with one entry. ``chain`` reports records that cannot be read."""
    if signed_before:
        yield "it records an imported review of a page that was signed here before"
    if record is None:
        return
    if record.actor.role != "editor" or record.actor.reviewer or record.review:
        yield "it is not an editor's record of an imported review"
    earlier = record.review_line.earlier if record.review_line else None
    if earlier is None or not record.evidence_note:
        yield "it does not say who reviewed the page earlier, or where the record of that lies"
    elif earlier.recorded_by != record.actor.name or earlier.on > earlier.recorded_on:
        yield "its review line is not by whom, or from after the day, on which it was recorded"
