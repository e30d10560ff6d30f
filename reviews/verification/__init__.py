"""Proof that the ledger, the texts it signs and what visitors read still agree."""

from collections.abc import Iterator

from django.db import connection

from articles import guards, projections
from reviews import ledger
from reviews.models import Signature
from reviews.verification import chain, decisions, images, publications, texts
from reviews.verification.batches import Seen, Watch, unwatched
from reviews.verification.decisions import erased
from reviews.verification.texts import expunged

__all__ = ["erased", "expunged", "faults", "head", "lost_head"]

# What is looked at, in this order: its name, its rows, and what finds their faults.
STAGES = (
    ("texts", texts.texts, texts.faults),
    ("entries of the ledger", chain.entries, chain.faults),
    ("decisions", decisions.decided, decisions.faults),
    ("private fields", decisions.private, decisions.altered_private),
    ("expunged texts", decisions.expunctions, decisions.broken_expunctions),
    ("publications", publications.log, publications.faults),
    ("entries without a publication", None, chain.unpublished),
    ("pages", publications.pages, publications.broken_pointers),
    ("images", images.stored, images.faults),
)


def faults(watch: Watch = unwatched) -> Iterator[str]:
    """A sentence for each thing that is not as it was signed, in the order of the ledger; none if all is well."""
    yield from (f"guard {name} is missing or altered" for name in guards.missing(connection))
    for what, rows, find in STAGES:
        yield from find(watch(what, (lambda: 0) if rows is None else rows().count))
    yield from _stale_lists(watch("lists beside the log", lambda: 0))


def head() -> tuple[int, str]:
    """Sequence and hash of the newest entry: keep a copy outside to detect a rewritten chain."""
    newest = Signature.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return newest or (0, ledger.GENESIS)


def lost_head(sequence: int, kept: str) -> str:
    """Why a head that was kept outside is no longer in the chain; empty where it still is."""
    if sequence == 0 and kept == ledger.GENESIS:
        return ""
    found = Signature.objects.filter(sequence=sequence).values_list("hash", flat=True).first()
    if found is None:
        return f"entry {sequence}, whose hash was kept outside, is gone: the chain ends at {head()[0]}"
    return "" if found == kept else f"entry {sequence} is not the one that was kept outside: its hash is now {found}"


def _stale_lists(seen: Seen) -> Iterator[str]:
    """Rows of the lists beside the log (topics, causes, what is due) that the log does not give."""
    try:
        yield from projections.faults()
    except ValueError:
        yield "the lists beside the log cannot be checked: a text, a frame or a review line above cannot be read"
