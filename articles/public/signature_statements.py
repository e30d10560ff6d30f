"""What a signature says in words, as visitors are shown it beside each signed version.

The ledger is in an app above this one, which registers how its entries are read.
"""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class StatementLine:
    """One thing that the signer was asked about, and whether they confirmed it.

    ``parts`` are the changed parts that it was asked over; none means the whole page.
    """

    statement: str
    is_confirmed: bool
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignatureStatement:
    """When somebody signed, what the signature means, and the conflicts of interest stated at it.

    ``conflicts`` is empty where the signer keeps them private. ``asked`` are the lines of the
    checklist as they were asked; older entries have the names alone, and ``asked_note`` says so.
    """

    at: dt.datetime
    meaning: str
    conflicts: str
    asked: tuple[StatementLine, ...] = ()
    asked_note: str = ""


# From the hashes of ledger entries to what they say, in one query.
StatementLoader = Callable[[Collection[str]], dict[str, SignatureStatement]]
_loaders: list[StatementLoader] = []


def register(loader: StatementLoader) -> None:
    """Register what reads the ledger."""
    _loaders[:] = [loader]


def load(hashes: Collection[str]) -> dict[str, SignatureStatement]:
    """The statements of signatures by the hash of their entry. One query, however many."""
    if not hashes or not _loaders:
        return {}
    return _loaders[0](hashes)
