"""Long lists that are read again and again: each row is read anew, and made once into an object.

An editor of a page with thousands of rows has all of them read with each pause of typing. Reading
them is fast, making objects of them is not.
"""

from collections.abc import Iterator
from itertools import chain
from types import SimpleNamespace
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

LONG_LIST = 50  # rows; the objects of a shorter list are made anew
MOST_KNOWN = 5_000  # rows of one kind of list, in a process
LONGEST_TEXT = 4_000  # characters: a row with a longer text is made anew

_known: dict[tuple, dict[tuple, Model]] = {}


def fetch_known_rows(queryset: QuerySet[Any]) -> list[Any]:
    """The rows of a queryset as the database has them now. One query.

    The objects of a long list are those of earlier calls where no column changed. Others read them
    at the same time, so nobody may change them: make a copy first.
    """
    compiler = queryset.query.get_compiler(using=queryset.db)
    rows = list(chain.from_iterable(compiler.execute_sql()))
    if len(rows) <= LONG_LIST:
        return list(_make_objects(queryset, compiler, rows))
    columns = tuple(sql for _, (sql, _), _ in compiler.select)
    known = _known.setdefault((queryset.db, queryset.model, columns), {})
    found = dict(zip(rows, map(known.get, rows), strict=True))
    missing = [row for row, known_row in found.items() if known_row is None]
    made = dict(zip(missing, _make_objects(queryset, compiler, missing), strict=True))
    if len(known) + len(made) > MOST_KNOWN:
        known.clear()
    known.update((row, each) for row, each in made.items() if _is_short(row))
    return [found[row] or made[row] for row in rows]


def _is_short(row: tuple) -> bool:
    return all(len(value) <= LONGEST_TEXT for value in row if isinstance(value, str))


def _make_objects(queryset: QuerySet[Any], compiler: Any, rows: list[tuple]) -> Iterator[Model]:
    """What a queryset makes of the rows that its compiler read."""
    if not rows:
        return iter(())
    compiler.execute_sql = lambda *_, **__: [rows]
    query = SimpleNamespace(get_compiler=lambda using: compiler)
    read = SimpleNamespace(
        db=queryset.db, model=queryset.model, query=query, _known_related_objects={}
    )
    return iter(ModelIterable(read))
