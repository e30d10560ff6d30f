"""The checks of verification, in their order: what a forgery can touch, and what compares it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from tqdm import tqdm

from articles.audit import authorship
from articles.audit import verification as audit
from articles.db import triggers
from articles.db.collector import collect_rarely
from articles.links import index as links
from articles.publishing import projections, related_pages
from articles.search import fulltext_check
from reviews import listed_pages, signed_words
from reviews.verification import chain, decisions, images, publications, stray_triggers, texts
from reviews.verification.batching import iter_batches

# What it looks at, for its bar, and where the bar is drawn: tqdm's ``disable``.
Check = Callable[[str, bool | None], Iterator[str]]
GetRows = Callable[[], QuerySet[Any, Any]]
FindFaults = Callable[[Iterable[list[Any]]], Iterator[str]]


def _in_batches(get_rows: GetRows, find: FindFaults) -> Check:
    """A check of rows, some hundreds at a time."""

    def check(label: str, no_progress: bool | None) -> Iterator[str]:
        yield from find(iter_batches(get_rows(), label, no_progress=no_progress))

    return check


def _at_once(find: Callable[[], Iterable[str]]) -> Check:
    """A check whose rows are its own affair: its bar counts what it finds."""

    def check(label: str, no_progress: bool | None) -> Iterator[str]:
        yield from tqdm(find(), label, disable=no_progress)

    return check


def _find_missing_guards() -> Iterator[str]:
    return (f"guard {name} is missing or altered" for name in triggers.find_missing(connection))


def _find_stale_projections() -> Iterator[str]:
    """Rows of the lists beside the log (topics, causes, what is due) that the log does not give."""
    try:
        yield from projections.find_faults()
        yield from related_pages.find_faults()
        yield from listed_pages.find_faults()
        yield from signed_words.find_faults()
    except ValueError:
        yield (
            "the lists beside the log cannot be checked: "
            "a text, a frame or a review line above cannot be read"
        )


def _find_fulltext_faults() -> Iterator[str]:
    return fulltext_check.find_faults(connection)


def _find_event_faults(label: str, no_progress: bool | None) -> Iterator[str]:
    return audit.find_faults(no_progress=no_progress)


def _find_authorship_faults(label: str, no_progress: bool | None) -> Iterator[str]:
    return authorship.find_faults(no_progress=no_progress)


LISTS = "lists beside the log"
# What is looked at, in this order.
CHECKS: dict[str, Check] = {
    "guards": _at_once(_find_missing_guards),
    "other triggers": _at_once(stray_triggers.find_faults),
    "texts": _in_batches(texts.get_revisions, texts.find_faults),
    "entries of the ledger": _in_batches(chain.get_entries, chain.find_faults),
    "decisions": _in_batches(decisions.get_decided_reviews, decisions.find_faults),
    "private fields": _in_batches(
        decisions.get_private_fields, decisions.find_altered_private_fields
    ),
    "expunged texts": _in_batches(decisions.get_expunctions, decisions.find_broken_expunctions),
    "publications": _in_batches(publications.get_publications, publications.find_faults),
    "entries without a publication": _in_batches(chain.get_unpublished, chain.find_unpublished),
    "pages": _in_batches(publications.get_pages, publications.find_broken_pointers),
    "images": _in_batches(images.get_images, images.find_faults),
    "images that texts name": _in_batches(images.get_texts_with_images, images.find_missing_rows),
    "authorship": _find_authorship_faults,
    "events": _find_event_faults,
    LISTS: _at_once(_find_stale_projections),
    "full-text index": _at_once(_find_fulltext_faults),
    "links of texts": _at_once(links.find_faults),
}


def find_faults(
    *, no_progress: bool | None = True, except_for: Collection[str] = ()
) -> Iterator[str]:
    """A sentence for each thing that is not as it was signed, in the order of ``CHECKS``.

    ``no_progress`` is tqdm's ``disable``: None draws a bar of each check on a terminal.
    ``except_for`` are the names of checks of what the caller has just built itself.
    """
    with collect_rarely():
        for label, check in CHECKS.items():
            if label not in except_for:
                yield from check(label, no_progress)
