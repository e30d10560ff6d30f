"""Rows that belong to pages, such as references and tags.

They are written many at a time. Those of new pages stay in memory, to compose the pages.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from articles.db import bulk_insert
from articles.models import Article


@dataclass(frozen=True, slots=True)
class PrefetchedName:
    name: str


@dataclass(frozen=True, slots=True)
class PrefetchedTagLink:
    tag: PrefetchedName


class RelatedRows:
    """The related rows of some pages.

    The pages of ``new_page_ids`` have no related rows and no revision yet.
    """

    def __init__(self, new_page_ids: set[int]):
        self.new_page_ids = new_page_ids
        self._prefetched: dict[str, dict[int, list]] = {}

    def replace(
        self,
        model: type[Model],
        field_names: Sequence[str],
        rows_by_page: Mapping[int, Iterable | None],
        build_values: Callable[[int, int, Any], Sequence],
    ) -> None:
        """Put rows in place of the earlier ones, for each page whose rows are not None.

        ``field_names`` are fields of the model, that of the page first; ``build_values`` gives
        their values for a page, a position and a row.
        """
        given = {page: rows for page, rows in rows_by_page.items() if rows is not None}
        existing = [page for page in given if page not in self.new_page_ids]
        if existing:
            model._base_manager.filter(**{f"{field_names[0]}__in": existing}).delete()
        bulk_insert.insert_rows(model, field_names, _iter_values(given, build_values))

    def set_prefetched(self, relation: str, rows_by_page: Mapping[int, Iterable | None]) -> None:
        """Store what the new pages have under the name of a relation."""
        prefetched = {}
        for page, rows in rows_by_page.items():
            if rows and page in self.new_page_ids:
                prefetched[page] = list(rows)
        self._prefetched[relation] = prefetched

    def attach_prefetched(self, page: Article) -> Article:
        """The page as if its related rows had been prefetched."""
        page._prefetched_objects_cache = {}
        for relation, rows_by_page in self._prefetched.items():
            page._prefetched_objects_cache[relation] = rows_by_page.get(page.pk, [])
        return page


def _iter_values(
    rows_by_page: dict[int, Iterable], build_values: Callable[[int, int, Any], Sequence]
) -> Iterator[Sequence]:
    for page, rows in rows_by_page.items():
        for position, row in enumerate(rows):
            yield build_values(page, position, row)
