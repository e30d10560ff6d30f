"""The numbers of a page's rows: a row stands at the number that was typed, and the others keep their order."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

from articles.forms import as_key

LARGEST = 32_767  # position that a row can have


def placed(rows: list, moved: Iterable[tuple[int, object]], opened: dict[int, int]) -> list:
    """The rows of a list, some of them moved to a number or new at one.

    ``opened`` has, by the numbers that a form showed, those that its rows have now: where somebody else added or
    removed rows meanwhile, what was typed means the place that it meant then.
    """
    to = [(_meant(number, opened), row) for number, row in moved]
    moving = {id(row) for _, row in to}
    result, last = [row for row in rows if id(row) not in moving], -1
    for number, row in sorted(to, key=lambda one: one[0]):
        last = min(max(number - 1, last + 1), len(result))
        result.insert(last, row)
    return result


def _meant(number: int, opened: dict[int, int]) -> int:
    known = sorted(opened)
    place = bisect_right(known, number)
    return number + opened[known[place - 1]] - known[place - 1] if place else number


class Ordered:
    """Mixed into formsets of rows. What a form calls a row's order is its place in the whole list, from 1 on.

    What is stored says no more than who comes before whom. A row without a form is never taken for a moved one.
    """

    @property
    def is_ordered(self) -> bool:
        return "position" in self.form.base_fields

    @cached_property
    def places(self) -> dict[int, int]:
        return {row.pk: place for place, row in enumerate(self.every, start=1)}

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {row.pk: row.position for row in self.every} if self.is_ordered else {}

    def add_number(self, form) -> None:
        """A row is moved where its number differs from the one that the form opened with."""
        if self.is_ordered:
            form.fields["position"].show_hidden_initial = True
            form.fields["position"].required = form.instance.pk is not None
            form.initial["position"] = self.places.get(form.instance.pk)

    def in_order(self, new: Iterable) -> list:
        """All rows of the list as they would stand once saved, with those of some forms of new ones."""
        if not self.is_ordered:
            rows = [*self.every, *(form.instance for form in new)]
            return sorted(rows, key=lambda row: [getattr(row, name) or 0 for name in self.model._meta.ordering])
        typed = [(form.cleaned_data.get("position"), form) for form in [*self.initial_forms, *new]]
        moved = [(number, form.instance) for number, form in typed if number is not None and _is_moved(form)]
        last = [form.instance for number, form in typed if number is None and not form.instance.pk]
        return placed(self.every, moved, self._opened()) + last

    def _opened(self) -> dict[int, int]:
        names = {form.instance.pk: form.add_initial_prefix("position") for form in self.initial_forms}
        numbers = {pk: as_key(self.data.get(name, "")) for pk, name in names.items()}
        return {number: self.places[pk] for pk, number in numbers.items() if number is not None}

    def clean(self):
        super().clean()
        if self.is_ordered:
            new = [form for form in self.extra_forms if form.has_changed() and form not in self.deleted_forms]
            self._number(self.in_order(new))

    def _number(self, rows: list) -> None:
        """Give new and moved rows their positions, and others only where a row came between them or left."""
        count, last = len(self.every), max(self._positions.values(), default=-1)
        added = len(rows) - count
        if [row.pk for row in rows[:count]] == list(self._positions) and last + added <= LARGEST:
            positions = [*self._positions.values(), *range(last + 1, last + 1 + added)]
        else:
            positions = range(min([1, *self._positions.values()]), LARGEST + 1)
        for position, row in zip(positions, rows, strict=False):
            row.position = position
        self._renumbered = [row for row in self.every if row.position != self._positions[row.pk]]

    def save(self, commit=True):
        saved = super().save(commit)
        if self.is_ordered and self._renumbered:
            self.model._default_manager.bulk_update(self._renumbered, ["position"])
        return saved


def _is_moved(form) -> bool:
    return not form.instance.pk or "position" in form.changed_data
