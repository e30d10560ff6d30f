"""What a report is: rows to filter, sort and list a page at a time, and perhaps a bulk action.

Each report registers with its admin; ``articles.reports.admin`` shows them all alike.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django import forms
from django.db.models import QuerySet

from articles.models import Article

ROWS_PER_PAGE = 50
MAX_SELECTED_ROWS = 200


@dataclass(frozen=True)
class ReportColumn:
    """A column by name; ``order`` names the fields that it is sorted by, if it can be."""

    name: str
    label: str
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportFilter:
    """A filter: its choices by value, and what each does to the rows.

    A filter with a ``default`` has no choice “Any”.
    """

    name: str
    label: str
    choices_source: dict[str, str] | Callable[[], dict[str, str]]
    apply: Callable
    default: str = ""

    @property
    def choices(self) -> dict[str, str]:
        if callable(self.choices_source):
            return self.choices_source()
        return self.choices_source


@dataclass(frozen=True)
class ReportCell:
    """The text of a cell, and the address that it links to."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class ReportLine:
    """A row as it is shown: its key, its name, and its cells in the order of the columns."""

    key: str
    name: str
    cells: Sequence[ReportCell]


@dataclass(frozen=True)
class ActionPreview:
    """The chosen rows before an action: those that it changes, and the others with a reason."""

    allowed: dict[str, str]
    excluded: list[tuple[str, str]] = field(default_factory=list)

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(sorted(self.allowed.items())).encode()).hexdigest()


@dataclass(frozen=True)
class ReportActionResult:
    """What an action did, in a sentence, and what it refused, by name with a reason."""

    message: str
    refusals: list[tuple[str, str]] = field(default_factory=list)


class ReportAction:
    """What can be done to ticked rows: previewed on a page of its own, done when confirmed."""

    label = heading = description = button = permission = ""
    form: type[forms.Form] = forms.Form

    def preview(self, keys: list[str], *, by) -> ActionPreview:
        raise NotImplementedError

    def execute(self, keys: list[str], *, by, **chosen) -> ReportActionResult:
        """Raises ActionRefused if nothing at all can be done."""
        raise NotImplementedError


class Report:
    """A list of what needs work. ``get_rows`` gives a QuerySet.

    A report whose rows are a list overrides ``order_rows``.
    """

    name = title = description = empty_message = permission = ""
    noun = ("page", "pages")
    columns: tuple[ReportColumn, ...] = ()
    filters: tuple[ReportFilter, ...] = ()
    order: tuple[str, ...] = ()
    action: ReportAction | None = None
    has_count = True  # whether its count is cheap enough for the start page

    def get_noun(self, count: int) -> str:
        singular, plural = self.noun
        return singular if count == 1 else plural

    def get_rows(self):
        raise NotImplementedError

    def filter_rows(self, chosen: dict[str, str]):
        rows = self.get_rows()
        for report_filter in self.filters:
            value = chosen.get(report_filter.name) or report_filter.default
            if value:
                rows = report_filter.apply(rows, value)
        return rows

    def order_rows(self, rows: QuerySet, column: ReportColumn | None, backwards: bool):
        fields = list(column.order) if column else []
        if backwards:
            fields = [f"-{name}" for name in fields]
        return rows.order_by(*fields, *self.order)

    def build_lines(self, rows: Sequence) -> list[ReportLine]:
        """The rows of one page, in a fixed number of queries."""
        raise NotImplementedError

    def count(self) -> int:
        return self.filter_rows({}).count()


STATES = {"public": "Published", "draft": "Never published", "withdrawn": "Withdrawn"}


def _filter_by_state(pages: QuerySet, state: str) -> QuerySet:
    if state == "public":
        return pages.public()
    if state == "withdrawn":
        return pages.withdrawn()
    return pages.unpublished()


STATE_FILTER = ReportFilter("state", "State", STATES, _filter_by_state)


def get_states(keys) -> dict[int, str]:
    """By key, the state of some pages in words: two queries."""
    pages = Article.objects.filter(pk__in=keys)
    public = set(pages.public().values_list("pk", flat=True))
    withdrawn = set(pages.withdrawn().values_list("pk", flat=True))
    states = {}
    for key in keys:
        states[key] = STATES["draft"]
        if key in public:
            states[key] = STATES["public"]
        elif key in withdrawn:
            states[key] = STATES["withdrawn"]
    return states


_reports: dict[str, Report] = {}


def register(report: Report) -> None:
    _reports[report.name] = report


def get_all() -> list[Report]:
    return list(_reports.values())


def get_visible(user) -> list[Report]:
    """The reports that a user may see."""
    return [report for report in _reports.values() if user.has_perm(report.permission)]


def get(name: str) -> Report | None:
    return _reports.get(name)
