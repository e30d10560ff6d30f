"""Proof that the ledger, the texts it signs and what visitors read still agree."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from tqdm import tqdm

from articles.audit import verification as audit_verification
from articles.db import triggers
from articles.publishing import projections
from reviews.verification import chain, decisions, images, publications, stray_triggers, texts
from reviews.verification.batching import iter_batches
from reviews.verification.decisions import list_erased_values
from reviews.verification.heads import explain_lost_head, get_head, get_heads
from reviews.verification.texts import list_expunged_texts

__all__ = [
    "explain_lost_head",
    "find_faults",
    "get_head",
    "get_heads",
    "list_erased_values",
    "list_expunged_texts",
    "list_findings",
]

# Its name, its rows, and what finds their faults.
Stage = tuple[str, Callable[[], QuerySet[Any, Any]], Callable[[Iterable[list[Any]]], Iterator[str]]]
# What is looked at, in this order.
STAGES: tuple[Stage, ...] = (
    ("texts", texts.get_revisions, texts.find_faults),
    ("entries of the ledger", chain.get_entries, chain.find_faults),
    ("decisions", decisions.get_decided_reviews, decisions.find_faults),
    ("private fields", decisions.get_private_fields, decisions.find_altered_private_fields),
    ("expunged texts", decisions.get_expunctions, decisions.find_broken_expunctions),
    ("publications", publications.get_publications, publications.find_faults),
    ("entries without a publication", chain.get_unpublished, chain.find_unpublished),
    ("pages", publications.get_pages, publications.find_broken_pointers),
    ("images", images.get_images, images.find_faults),
)


def find_faults(*, no_progress: bool | None = True) -> Iterator[str]:
    """A sentence for each thing that is not as it was signed, in the order of the ledger.

    ``no_progress`` is tqdm's ``disable``: None draws a bar of each stage on a terminal.
    """
    yield from (f"guard {name} is missing or altered" for name in triggers.find_missing(connection))
    yield from stray_triggers.find_faults()
    for label, get_rows, find in STAGES:
        yield from find(iter_batches(get_rows(), label, no_progress=no_progress))
    yield from audit_verification.find_faults(no_progress=no_progress)
    yield from tqdm(_find_stale_projections(), "lists beside the log", disable=no_progress)


def list_findings() -> Iterator[str]:
    """A sentence for all that is blank or cannot be compared, and is no fault."""
    yield from list_expunged_texts()
    yield from list_erased_values()
    yield from audit_verification.list_erased_values()


def _find_stale_projections() -> Iterator[str]:
    """Rows of the lists beside the log (topics, causes, what is due) that the log does not give."""
    try:
        yield from projections.find_faults()
    except ValueError:
        yield (
            "the lists beside the log cannot be checked: "
            "a text, a frame or a review line above cannot be read"
        )
