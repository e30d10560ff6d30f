"""Reviews recorded from an earlier system: no signature, and of a page that nobody had signed."""

from collections.abc import Iterator

from reviews.ledger import Record
from reviews.models import Signature


def faults(entry: Signature, record: Record | None, signed_before: bool) -> Iterator[str]:
    """What is wrong with one entry. Altered records that nobody can read are told elsewhere."""
    if signed_before:
        yield "it records an earlier review of a page that was signed here before"
    if record is None:
        return
    line = record.review_line
    if record.actor.role != "editor" or record.actor.reviewer or record.review:
        yield "it is not an editor's record of an earlier review"
    if line is None or line.earlier is None or not record.evidence_note:
        yield "it does not say who reviewed the page earlier, or where the record of that lies"
    elif line.earlier.recorded_by != record.actor.name or line.earlier.on > line.earlier.recorded_on:
        yield "its review line is not by whom, or from after the day, on which it was recorded"
