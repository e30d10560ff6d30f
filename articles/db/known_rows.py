"""Long lists that are read again and again: each row is read anew, and made once into an object.

An editor of a page with thousands of rows has all of them read with each pause of typing. Reading
them is fast, making objects of them is not.
"""

from collections.abc import Iterator
from itertools import chain
from types import SimpleNamespace
from typing import Any

from django.db.models import Model
from django.db.models.query import ModelIterable

LONG_LIST = 50  # rows; the objects of a shorter list are made anew
MOST_KNOWN = 5_000  # rows of one kind of list, in a process
LONGEST_TEXT = 4_000  # characters: a row with a longer text is made anew

_known: dict[tuple, dict[tuple, Model]] = {}


class KnownRows(ModelIterable):
    """The rows of a queryset as the database has them now.

    The objects of a long list are those of earlier readings where no column changed. Others read
    them at the same time, so nobody may change them: make a copy first.
    """

    queryset: Any

    def __iter__(self) -> Iterator[Any]:
        compiler = self.queryset.query.get_compiler(using=self.queryset.db)
        rows = list(chain.from_iterable(compiler.execute_sql()))
        if len(rows) <= LONG_LIST:
            return self._make_objects(compiler, rows)
        columns = tuple(sql for _, (sql, _), _ in compiler.select)
        known = _known.setdefault((self.queryset.db, self.queryset.model, columns), {})
        found = dict(zip(rows, map(known.get, rows), strict=True))
        missing = [row for row, known_row in found.items() if known_row is None]
        made = dict(zip(missing, self._make_objects(compiler, missing), strict=True))
        if len(known) + len(made) > MOST_KNOWN:
            known.clear()
        known.update((row, each) for row, each in made.items() if _is_short(row))
        return iter([found[row] or made[row] for row in rows])

    def _make_objects(self, compiler: Any, rows: list[tuple]) -> Iterator[Model]:
        """What Django makes of the rows that a compiler read."""
        if not rows:
            return iter(())
        read = SimpleNamespace(
            execute_sql=lambda **_: [rows],
            select=compiler.select,
            klass_info=compiler.klass_info,
            annotation_col_map=compiler.annotation_col_map,
            results_iter=compiler.results_iter,
        )
        queryset: Any = SimpleNamespace(
            db=self.queryset.db,
            model=self.queryset.model,
            query=SimpleNamespace(get_compiler=lambda using: read),
            _known_related_objects={},
        )
        return iter(ModelIterable(queryset))


def _is_short(row: tuple) -> bool:
    return all(len(value) <= LONGEST_TEXT for value in row if isinstance(value, str))
