"""What a report is: rows that are sifted, sorted and told a page at a time, and what can be done to those chosen.

Each report registers with its admin; ``articles.admin_reports`` shows them all alike.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django import forms
from django.db.models import QuerySet

from articles.models import Article

ROWS = 50
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Column:
    """A column by name; ``order`` names the fields that it is sorted by, if it can be."""

    name: str
    label: str
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sieve:
    """A filter: its choices by value, and how each narrows the rows. One that is ``always`` has no “Any”."""

    name: str
    label: str
    offered: dict[str, str] | Callable[[], dict[str, str]]
    sift: Callable
    always: str = ""

    @property
    def choices(self) -> dict[str, str]:
        return self.offered() if callable(self.offered) else self.offered


@dataclass(frozen=True)
class Cell:
    """What a cell says, and where it leads."""

    text: str
    url: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Line:
    """A row as it is told: its key, what it is called, and its cells in the order of the columns."""

    key: str
    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Looked:
    """Chosen rows before a deed: what would be done to which, and who cannot take part, and why."""

    able: dict[str, str]
    left_out: list[tuple[str, str]] = field(default_factory=list)

    @property
    def seen(self) -> str:
        return hashlib.sha256(repr(sorted(self.able.items())).encode()).hexdigest()


@dataclass(frozen=True)
class Done:
    """What a deed did, in a sentence, and what was refused to whom."""

    said: str
    refused: list[tuple[str, str]] = field(default_factory=list)


class Deed:
    """What can be done to rows that were ticked: looked at on a page of its own, and done when confirmed."""

    label = heading = explains = button = right = ""
    form: type[forms.Form] = forms.Form

    def look(self, keys: list[str], *, by) -> Looked:
        raise NotImplementedError

    def do(self, keys: list[str], *, by, **chosen) -> Done:
        """Raises Refused where nothing at all can be done."""
        raise NotImplementedError


class Report:
    """A list of what wants mending. ``rows`` is a queryset; a report that works out its rows overrides ``ordered``."""

    name = title = says = nothing = right = ""
    noun = ("page", "pages")
    columns: tuple[Column, ...] = ()
    sieves: tuple[Sieve, ...] = ()
    order: tuple[str, ...] = ()
    deed: Deed | None = None
    counted = True  # whether its number is cheap enough to stand on the home

    def rows(self):
        raise NotImplementedError

    def sifted(self, asked: dict[str, str]):
        rows = self.rows()
        for sieve in self.sieves:
            if value := asked.get(sieve.name) or sieve.always:
                rows = sieve.sift(rows, value)
        return rows

    def ordered(self, rows: QuerySet, column: Column | None, backwards: bool):
        fields = column.order if column else ()
        first = [f"-{name}" for name in fields] if backwards else list(fields)
        return rows.order_by(*first, *self.order)

    def told(self, rows: Sequence) -> list[Line]:
        """The rows of one page, in a fixed number of queries."""
        raise NotImplementedError

    def count(self) -> int:
        return self.sifted({}).count()


STATES: dict[str, tuple[str, Callable[[QuerySet], QuerySet]]] = {
    "public": ("Published", lambda pages: pages.public()),
    "draft": ("Never published", lambda pages: pages.unpublished()),
    "withdrawn": ("Withdrawn", lambda pages: pages.withdrawn()),
}
STATE = Sieve(
    "state",
    "State",
    {name: label for name, (label, _) in STATES.items()},
    lambda pages, value: STATES[value][1](pages),
)


def states(keys) -> dict[int, str]:
    """By key, the state of some pages in words: two queries."""
    pages = Article.objects.filter(pk__in=keys)
    public = set(pages.public().values_list("pk", flat=True))
    withdrawn = set(pages.withdrawn().values_list("pk", flat=True))
    names = {name: label for name, (label, _) in STATES.items()}
    return {key: names["public" if key in public else "withdrawn" if key in withdrawn else "draft"] for key in keys}


_reports: dict[str, Report] = {}


def register(report: Report) -> None:
    _reports[report.name] = report


def all_of_them() -> list[Report]:
    return list(_reports.values())


def every(user) -> list[Report]:
    """The reports that somebody may see."""
    return [report for report in _reports.values() if user.has_perm(report.right)]


def named(name: str) -> Report | None:
    return _reports.get(name)
