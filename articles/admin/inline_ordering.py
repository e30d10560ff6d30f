"""The numbers of a page's rows: a row moves to the number typed; the others keep their order."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from operator import itemgetter

from django.db.models import Model
from django.forms.models import BaseInlineFormSet
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.admin.forms import parse_key
from articles.db.prepared import PreparedQuery

OPENED_SUFFIX = "-OPENED"  # of the field with the places of a list's rows as it was opened
MAX_POSITION = 32_767  # the largest that the column stores


def reorder_rows(
    rows: list, moved: Iterable[tuple[int, object]], places_by_opened_number: dict[int, int]
) -> list:
    """The rows of a list, some of them moved to a number or new at one.

    ``places_by_opened_number`` gives, by the numbers that a form showed, the places that its rows
    have now: where somebody else added or removed rows meanwhile, a number that was typed means
    the place that it meant when the form was opened.
    """
    targets = [(_translate_number(number, places_by_opened_number), row) for number, row in moved]
    targets.sort(key=itemgetter(0))
    moving = {id(row) for _, row in targets}
    result = [row for row in rows if id(row) not in moving]
    last = -1
    for number, row in targets:
        last = min(max(number - 1, last + 1), len(result))
        result.insert(last, row)
    return result


def _translate_number(number: int, places_by_opened_number: dict[int, int]) -> int:
    known = sorted(places_by_opened_number)
    index = bisect_right(known, number)
    if index == 0:
        return number
    nearest = known[index - 1]
    return number + places_by_opened_number[nearest] - nearest


class OrderedRowFormSet(BaseInlineFormSet):
    """Rows that have an order. A form shows a row's place in the whole list, from 1 on.

    Stored positions only say which row comes first. A row without a form never counts as moved.
    """

    data: QueryDict  # once it is bound
    model: type[Model]
    prefix: str
    only_read: PreparedQuery | None = None  # how to read the rows of a page if none is stored

    @property
    def is_ordered(self) -> bool:
        return "position" in self.form.base_fields

    @cached_property
    def all_rows(self) -> list:
        """All rows of the list in their order, as they are stored when the request begins."""
        rows = super().get_queryset()
        if self.only_read is None or self.instance.pk is None or rows.query.is_empty():
            return list(rows)
        return self.only_read.fetch(page=self.instance.pk)

    @cached_property
    def places(self) -> dict[int, int]:
        """The number of each stored row, by key."""
        return {row.pk: place for place, row in enumerate(self.all_rows, start=1)}

    @cached_property
    def _positions(self) -> dict[int, int]:
        if not self.is_ordered:
            return {}
        return {row.pk: row.position for row in self.all_rows}

    @property
    def opened_places(self) -> SafeString:
        """A hidden field with the places of the rows that a form shows, by their keys."""
        places = " ".join(f"{row.pk}:{self.places[row.pk]}" for row in self.get_queryset())
        return format_html(
            '<input type="hidden" name="{}{}" value="{}">', self.prefix, OPENED_SUFFIX, places
        )

    def spread_opened_places(self) -> None:
        """Give each sent row the place that it was opened with, where one field has them all."""
        all_data = self.data
        sent = all_data.get(self.prefix + OPENED_SUFFIX)
        if not sent:
            return
        own = (f"{self.prefix}-", f"initial-{self.prefix}-")
        self.data = QueryDict(mutable=True)
        for name, values in all_data.lists():
            if name.startswith(own):
                self.data.setlist(name, values)
        places = dict(pair.split(":", 1) for pair in sent.split() if ":" in pair)
        key = re.compile(rf"{re.escape(self.prefix)}-(\d+)-{self.model._meta.pk.name}")
        found = {}
        for name in self.data:
            match = key.fullmatch(name)
            place = places.get(str(self.data[name]))
            if match and place is not None:
                found[f"initial-{self.prefix}-{match[1]}-position"] = place
        del self.data[self.prefix + OPENED_SUFFIX]
        for name, place in found.items():
            self.data.setdefault(name, place)

    def add_position(self, form) -> None:
        """A row is moved where its number differs from the one that the form opened with."""
        if self.is_ordered:
            form.fields["position"].show_hidden_initial = True
            form.fields["position"].required = form.instance.pk is not None
            form.initial["position"] = self.places.get(form.instance.pk)

    def order_rows(self, new_forms: Iterable, stored_forms: Iterable | None = None) -> list:
        """All rows of the list in the order that saving gives them, new rows included.

        ``stored_forms`` are those of stored rows that may have been moved: all, unless given.
        """
        if stored_forms is None:
            stored_forms = self.initial_forms
        if not self.is_ordered:
            rows = [*self.all_rows, *(form.instance for form in new_forms)]
            return sorted(rows, key=self._get_sort_values)
        moved = []
        last = []
        for form in [*stored_forms, *new_forms]:
            number = form.cleaned_data.get("position")
            if number is not None and _is_moved(form):
                moved.append((number, form.instance))
            elif number is None and not form.instance.pk:
                last.append(form.instance)
        return reorder_rows(self.all_rows, moved, self._get_opened_numbers()) + last

    def _get_sort_values(self, row):
        return [getattr(row, name) or 0 for name in self.model._meta.ordering]

    def _get_opened_numbers(self) -> dict[int, int]:
        """The places that rows have now, by the numbers that the form was opened with."""
        places = {}
        for index, row in enumerate(self.get_queryset()):
            name = f"initial-{self.prefix}-{index}-position"
            number = parse_key(self.data.get(name, ""))
            if number is not None:
                places[number] = self.places[row.pk]
        return places

    def clean(self):
        super().clean()
        if not self.is_ordered:
            return
        new_forms = []
        for form in self.extra_forms:
            if form.has_changed() and form not in self.deleted_forms:
                new_forms.append(form)
        self._assign_positions(self.order_rows(new_forms))

    def _assign_positions(self, rows: list) -> None:
        """Number new and moved rows, and others only where a row came between them or left."""
        count = len(self.all_rows)
        stored = list(self._positions.values())
        last = max(stored, default=-1)
        added = len(rows) - count
        order_is_kept = [row.pk for row in rows[:count]] == list(self._positions)
        positions: Iterable[int] = range(min([1, *stored]), MAX_POSITION + 1)
        if order_is_kept and last + added <= MAX_POSITION:
            positions = [*stored, *range(last + 1, last + 1 + added)]
        for position, row in zip(positions, rows, strict=False):
            row.position = position
        self._renumbered = [row for row in self.all_rows if row.position != self._positions[row.pk]]

    def save(self, commit=True):
        saved = super().save(commit)
        if self.is_ordered:
            kept = [row for row in self._renumbered if row.pk]  # a deleted row has no key any more
            self.model._default_manager.bulk_update(kept, ["position"])
        return saved


def _is_moved(form) -> bool:
    return not form.instance.pk or "position" in form.changed_data
