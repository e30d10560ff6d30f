"""Proof that the ledger, the texts it signs and what visitors read still agree."""

from collections.abc import Iterator

from articles.audit import verification as audit_verification
from reviews.verification.checks import CHECKS, LISTS, find_faults
from reviews.verification.decisions import list_erased_values
from reviews.verification.heads import explain_lost_head, get_head, get_heads
from reviews.verification.texts import list_expunged_texts

__all__ = [
    "CHECKS",
    "LISTS",
    "explain_lost_head",
    "find_faults",
    "get_head",
    "get_heads",
    "list_erased_values",
    "list_expunged_texts",
    "list_findings",
]


def list_findings() -> Iterator[str]:
    """A sentence for all that is blank or cannot be compared, and is no fault."""
    yield from list_expunged_texts()
    yield from list_erased_values()
    yield from audit_verification.list_erased_values()
