"""Rows that hang on pages: written many at a time, and kept in memory for composing the pages that are new."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from articles import bulk
from articles.models import Article


@dataclass(frozen=True, slots=True)
class Named:
    name: str


@dataclass(frozen=True, slots=True)
class TagLink:
    tag: Named


class Hanging:
    """What hangs on some pages. ``fresh`` are the keys of those that have no such rows yet, nor a revision."""

    def __init__(self, fresh: set[int]):
        self.fresh = fresh
        self._kept: dict[str, dict[int, list]] = {}

    def put(
        self,
        model: type[Model],
        names: Sequence[str],
        said: dict[int, Iterable | None],
        make: Callable[[int, int, Any], Sequence],
    ) -> None:
        """Rows of a table in place of those that stood, for each page of which something is said.

        ``names`` are fields, that of the page first; ``make`` gives their values for a page, a place and a row.
        """
        spoken = {page: rows for page, rows in said.items() if rows is not None}
        if stood := [page for page in spoken if page not in self.fresh]:
            model._base_manager.filter(**{f"{names[0]}__in": stood}).delete()
        values = (make(page, place, row) for page, rows in spoken.items() for place, row in enumerate(rows))
        bulk.insert(model, names, values)

    def keep(self, relation: str, rows: dict[int, Iterable | None]) -> None:
        """For composing: what the pages have under the name of a relation."""
        self._kept[relation] = {page: list(some) for page, some in rows.items() if some and page in self.fresh}

    def attach(self, page: Article) -> Article:
        """The page as if its rows had been prefetched."""
        page._prefetched_objects_cache = {name: rows.get(page.pk, []) for name, rows in self._kept.items()}
        return page
