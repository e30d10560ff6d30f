"""Rows that belong to pages, such as references and tags.

They are written many at a time. Those of new pages stay in memory, to compose the pages.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import Model

from articles.db import bulk_insert
from articles.fields import clean_stored
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

        Earlier rows that say the same stay as they are, so that no text of theirs is changed.
        ``field_names`` are fields of the model, that of the page first; ``build_values`` gives
        their values for a page, a position and a row.
        """
        given: dict[int, list] = {}
        for page, rows in rows_by_page.items():
            if rows is not None:
                given[page] = [build_values(page, place, row) for place, row in enumerate(rows)]
        existing = [page for page in given if page not in self.new_page_ids]
        if existing:
            earlier = _read_earlier(model, field_names, existing)
            for page in existing:
                if _simplify(model, field_names, given[page]) == earlier[page]:
                    del given[page]
            replaced = [page for page in existing if page in given]
            model._base_manager.filter(**{f"{field_names[0]}__in": replaced}).delete()
        values = chain.from_iterable(given.values())
        bulk_insert.insert_rows(model, field_names, values)

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


def _read_earlier(
    model: type[Model], field_names: Sequence[str], pages: list[int]
) -> dict[int, list[tuple]]:
    """By page, its rows as their texts would be if they were typed now. One query."""
    fields = [model._meta.get_field(name) for name in field_names]
    rows = model._base_manager.filter(**{f"{field_names[0]}__in": pages})
    found: dict[int, list] = {page: [] for page in pages}
    for values in rows.order_by(*(model._meta.ordering or ())).values_list(*field_names):
        cleaned = [clean_stored(field, value) for field, value in zip(fields, values, strict=True)]
        found[values[0]].append(cleaned)
    return {page: _simplify(model, field_names, values) for page, values in found.items()}


def _simplify(model: type[Model], field_names: Sequence[str], rows: list[Sequence]) -> list[tuple]:
    """What rows say: without their numbers, which may have gaps, and what is computed.

    Sorted if they have no order.
    """
    places = []
    for place, name in enumerate(field_names):
        if name != "position" and model._meta.get_field(name).editable:
            places.append(place)
    simple = [tuple(row[place] for place in places) for row in rows]
    return simple if "position" in field_names else sorted(simple)
