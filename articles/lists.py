"""Lists that an address filters, sorts and pages: those of the admin, the reports, the radar.

What an address gets wrong is left out, with a sentence about it, and the rest is followed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import InvalidPage, Page, Paginator
from django.utils.functional import Promise

from articles.display import shorten_printable

Label = str | Promise
Choices = Mapping[str, Label]
PAGE, SORT = "page", "o"


@dataclass(frozen=True)
class ListFilter:
    """A filter of a list: its parameter in the address, its title, its choices, and what one does.

    ``apply`` gives the rows that remain, from rows, a value and the user. ``choices`` has labels by
    value, or loads them; where they are too many, ``find_label`` gives the label of a value, or
    an empty text. ``noun`` names a value where the title does not. A filter with a ``default`` has
    no choice “Any”.
    """

    parameter: str
    title: Label
    choices: Choices | Callable[[], Choices] = field(default_factory=dict)
    apply: Callable[[Any, str, Any], Any] = field(kw_only=True)
    find_label: Callable[[str], str] | None = None
    noun: str = ""
    default: str = ""
    widget: str = "select"

    def load_choices(self, text: str) -> Choices:
        """The choices, for an address that has a text for this filter."""
        if self.find_label is not None:
            label = self.find_label(text) if text else ""
            return {text: label} if label else {}
        return self.choices() if callable(self.choices) else self.choices


def filter_by(lookup: str) -> Callable[[Any, str, Any], Any]:
    """What keeps the rows of which a field has the chosen value."""

    def apply(rows, value, user):
        return rows.filter(**{lookup: value})

    return apply


@dataclass(frozen=True)
class FilterField:
    """A filter in the form above a list."""

    filter: ListFilter
    choices: Choices
    value: str


class ListQuery:
    """What an address asks of a list, by filters that were declared.

    ``values`` has what was chosen, by parameter, and ``defaults`` what holds otherwise. Parameters
    that are ``kept`` stand in every link of the list; those that are ``ignored`` in none.
    ``unfiltered`` says what is listed where no filter is left.
    """

    def __init__(
        self,
        parameters: Mapping[str, str],
        filters: Iterable[ListFilter],
        *,
        kept: Collection[str] = (),
        ignored: Collection[str] = ("format",),
        sortable: Collection[str] | None = None,
        page_parameter: str = PAGE,
        unfiltered: str = "every page is listed",
        anchor: str = "",
    ):
        self.parameters = parameters
        self.filters = tuple(filters)
        self.page_parameter = page_parameter
        self.anchor = anchor
        self.kept = {name: parameters[name] for name in kept if name in parameters}
        self.values: dict[str, str] = {}
        self.defaults: dict[str, str] = {}
        self.choices: dict[str, Choices] = {}
        names = {one.parameter for one in self.filters} | {*kept, *ignored, page_parameter}
        if sortable is not None:
            names.add(SORT)
        missing: list[tuple[Label, str]] = [
            ("filter", name) for name in sorted(parameters) if name not in names
        ]
        for one in self.filters:
            missing += self._read_value(one)
        effect = unfiltered
        if self.values or self.defaults:
            effect = "the other filters apply"
        self.invalid_parameters: list[str] = []
        for noun, text in missing:
            shown = shorten_printable(text)
            self.invalid_parameters.append(f"There is no {noun} “{shown}”; {effect}.")
        if sortable is not None:
            self._read_sort(sortable)

    def _read_value(self, one: ListFilter) -> list[tuple[Label, str]]:
        """Take the value of a filter. If there is no such choice, gives it, with its noun."""
        text = self.parameters.get(one.parameter, "")
        choices = self.choices[one.parameter] = one.load_choices(text)
        if one.default:
            self.defaults[one.parameter] = one.default
        if text in choices:
            self.values[one.parameter] = text
        elif text:
            return [(one.noun or one.title, text)]
        return []

    def _read_sort(self, sortable: Collection[str]) -> None:
        sort = self.parameters.get(SORT, "")
        if sort.removeprefix("-") in sortable:
            self.kept[SORT] = sort
        elif sort:
            shown = shorten_printable(sort)
            self.invalid_parameters.append(f"This list is not sorted by “{shown}”.")

    @property
    def sort(self) -> str:
        """The column to sort by, with a minus sign before it if backwards; empty if none."""
        return self.kept.get(SORT, "")

    @property
    def fields(self) -> list[FilterField]:
        found = []
        for one in self.filters:
            value = self.values.get(one.parameter) or self.defaults.get(one.parameter, "")
            found.append(FilterField(one, self.choices[one.parameter], value))
        return found

    @property
    def active_filters(self) -> list[tuple[Label, Label, str]]:
        """Of each filter in use: its title, the label of its choice, the link without it."""
        found = []
        for one in self.filters:
            if one.parameter in self.values:
                label = self.choices[one.parameter][self.values[one.parameter]]
                found.append((one.title, label, self.build_url(**{one.parameter: None})))
        return found

    def filter_rows(self, rows, user=None, *, without: str = ""):
        """The rows that pass every filter but the one ``without``."""
        for shown in self.fields:
            if shown.value and shown.filter.parameter != without:
                rows = shown.filter.apply(rows, shown.value, user)
        return rows

    def build_query(self, **changed: str | int | None) -> str:
        """The query string of this list with some parameters changed; None leaves one out."""
        values = {**self.values, **self.kept, **changed}
        return f"?{urlencode({name: one for name, one in values.items() if one is not None})}"

    def build_url(self, **changed: str | int | None) -> str:
        """The link to this list with some parameters changed."""
        return self.build_query(**changed) + self.anchor

    def build_page_url(self, number: int) -> str:
        return self.build_url(**{self.page_parameter: number})

    def get_page(self, rows, rows_per_page: int) -> Page:
        """The page that the address asks for; the first, and a sentence, if there is none."""
        paginator = Paginator(rows, rows_per_page)
        number = self.parameters.get(self.page_parameter) or "1"
        try:
            return paginator.page(number)
        except InvalidPage:
            self.report_missing_page(number)
            return paginator.page(1)

    def report_missing_page(self, number: str) -> None:
        shown = shorten_printable(number)
        self.invalid_parameters.append(f"This list has no page {shown}; this is the first.")
