"""Keys of names in the working copies, computed again when ``fold`` changes.

A column of keys is a projection of a column of names. The names themselves are never touched.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.migrations import Migration
from django.db.models import Model

BATCH = 2000


@dataclass(frozen=True)
class KeyColumn:
    """A column of keys: of which names, and how they are built.

    ``once_in``: the column within whose values a key stands once; empty where it may stand twice.
    Of two rows of one key that were stored by an older fold, the second keeps the key it has.
    """

    model: type[Model]
    names: str
    keys: str
    build: Callable[[str], str]
    is_unique: bool = False
    once_in: str = ""


def has_new_keys(plan: Sequence[tuple[Migration, bool]]) -> bool:
    """Whether a migration of a plan computed keys by another fold: its name ends in "_names"."""
    return any(migration.name.endswith("_names") for migration, backwards in plan if not backwards)


@dataclass(frozen=True, slots=True)
class _StaleKey:
    """A row whose key is not what its name gives today."""

    pk: int
    name: str
    stored: tuple[Any, str]
    wanted: tuple[Any, str]


_columns: list[KeyColumn] = []


def register(*columns: KeyColumn) -> None:
    """Add columns to those that ``rebuild`` computes."""
    _columns.extend(columns)


def rebuild() -> None:
    """Compute the keys of all registered columns again."""
    for column in _columns:
        rebuild_column(column)


def rebuild_column(column: KeyColumn) -> int:
    """Give each row the key of its name; returns how many rows keep another one, being twins."""
    stale, taken = _find_stale_keys(column)
    while stale:
        waiting = [row for row in stale if not _update_row(column, row, taken)]
        if len(waiting) == len(stale):
            break
        stale = waiting
    return len(stale)


def _find_stale_keys(column: KeyColumn) -> tuple[list[_StaleKey], set[tuple[Any, str]]]:
    """The rows to change, and each key that is in use where keys are unique."""
    stale: list[_StaleKey] = []
    taken: set[tuple[Any, str]] = set()
    for pk, name, key, scope in _iterate_rows(column):
        wanted = column.build(name)
        if column.is_unique:
            taken.add((scope, key))
        if key != wanted:
            stale.append(_StaleKey(pk, name, (scope, key), (scope, wanted)))
    return stale, taken


def _iterate_rows(column: KeyColumn) -> Iterator[tuple[int, str, str, Any]]:
    names = ("pk", column.names, column.keys, column.once_in or "pk")
    for pk, name, key, scope in (
        column.model._base_manager.order_by("pk").values_list(*names).iterator(BATCH)
    ):
        yield pk, name, key, scope if column.once_in else None


def _update_row(column: KeyColumn, row: _StaleKey, taken: set[tuple[Any, str]]) -> bool:
    """Store the key of a row, unless another row has it, or the row was renamed meanwhile."""
    if row.wanted in taken:
        return False
    named = column.model._base_manager.filter(pk=row.pk, **{column.names: row.name})
    named.update(**{column.keys: row.wanted[1]})
    if column.is_unique:
        taken.discard(row.stored)
        taken.add(row.wanted)
    return True
