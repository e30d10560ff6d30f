"""The kinds of rows whose facts are events of the chain. Each app registers its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

# Facts are JSON: text, numbers, booleans, and lists of them.
Fact = str | bool | int | float | list[Any]


def get_no_private_values(row: Any) -> dict[str, str]:
    """The default of ``ChainedKind.get_private_values``."""
    return {}


@dataclass(frozen=True)
class ChainedKind:
    """Rows of a model that verification compares with their newest events.

    ``get_rows`` gives all rows that have an event, with what the other functions read of them
    (``select_related``, ``prefetch_related``), so that many rows need a fixed number of queries.
    ``get_subject`` gives what a row is about, the same in every database, such as "page:<uuid>".
    ``get_facts`` gives what it says. ``get_private_values`` gives, by name, text that must be
    erasable: the chain has its salted hash only, and no hash of an empty text.
    """

    name: str
    get_rows: Callable[[], QuerySet[Any, Any]]
    get_subject: Callable[[Any], str]
    get_facts: Callable[[Any], dict[str, Fact]]
    get_private_values: Callable[[Any], dict[str, str]] = get_no_private_values


# The kind of the event that says: from here on, each row of the kind that is its subject has one.
BASELINE = "baseline"
_kinds: dict[str, ChainedKind] = {}


def register(*kinds: ChainedKind) -> None:
    """Add kinds. Raises ValueError for a name that is taken."""
    for kind in kinds:
        if kind.name in _kinds or kind.name == BASELINE:
            raise ValueError(f"There is a kind “{kind.name}” already.")
        _kinds[kind.name] = kind


def get(name: str) -> ChainedKind:
    return _kinds[name]


def get_all() -> list[ChainedKind]:
    return list(_kinds.values())
