"""What a report is: rows to filter, sort and list a page at a time, and perhaps a bulk action.

Each report registers with its admin; ``articles.reports.admin`` shows them all alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from articles.admin.confirmed_action import ConfirmedAction
from articles.admin.forms import parse_key
from articles.lists import Label, ListFilter, ListQuery
from articles.models import Article
from articles.models.article import ArticleQuerySet

ROWS_PER_PAGE = 50
MAX_SELECTED_ROWS = 200


@dataclass(frozen=True)
class ReportColumn:
    """A column by name; ``order`` names the fields that it is sorted by, if it can be."""

    name: str
    label: str
    order: tuple[str, ...] = ()


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


class ReportAction(ConfirmedAction):
    """What can be done to ticked rows of a report."""

    label: Label = ""
    max_rows = rows_shown = MAX_SELECTED_ROWS

    def __init__(self, request, report: "Report"):
        self.nouns = report.noun
        self.cancel_url = request.get_full_path()
        self.crumbs = [(reverse("admin:reports"), "Reports"), (self.cancel_url, report.title)]
        self.keys = _get_selected_keys(request)
        self.hidden_fields = [("key", key) for key in self.keys]
        super().__init__(request)

    def count_chosen(self):
        return len(self.keys)


def _get_selected_keys(request) -> list[str]:
    """The keys of the ticked rows, or of all that were shown, each once."""
    name = "shown" if "all" in request.POST else "key"
    keys = [key for key in request.POST.getlist(name) if parse_key(key) is not None]
    return list(dict.fromkeys(keys))


class Report:
    """A list of what needs work. ``get_rows`` gives a QuerySet.

    A report whose rows are a list overrides ``order_rows``.
    """

    name = title = description = empty_message = permission = ""
    noun = ("page", "pages")
    columns: tuple[ReportColumn, ...] = ()
    filters: tuple[ListFilter, ...] = ()
    order: tuple[str, ...] = ()
    action: type[ReportAction] | None = None
    is_kept = False  # whether its rows are those of a moment, see ``reports.kept``

    def get_noun(self, count: int) -> str:
        singular, plural = self.noun
        return singular if count == 1 else plural

    def get_rows(self):
        raise NotImplementedError

    def read_query(self, parameters: Mapping[str, str]) -> ListQuery:
        """What an address asks of this report."""
        return ListQuery(
            parameters,
            self.filters,
            sortable=[column.name for column in self.columns if column.order],
            unfiltered=f"every {self.get_noun(1)} is listed",
        )

    def list_rows(self, query: ListQuery):
        """The rows that an address asks for, in its order."""
        name = query.sort.removeprefix("-")
        chosen = next((column for column in self.columns if column.name == name), None)
        rows = query.filter_rows(self.get_rows())
        return self.order_rows(rows, chosen, query.sort.startswith("-"))

    def order_rows(self, rows: QuerySet, column: ReportColumn | None, backwards: bool):
        fields = list(column.order) if column else []
        if backwards:
            fields = [f"-{name}" for name in fields]
        return rows.order_by(*fields, *self.order)

    def build_lines(self, rows: Sequence) -> list[ReportLine]:
        """The rows of one page, in a fixed number of queries."""
        raise NotImplementedError

    def count(self) -> int:
        return self.read_query({}).filter_rows(self.get_rows()).count()


STATES = {"public": "Published", "draft": "Never published", "withdrawn": "Withdrawn"}


def _filter_by_state(pages: ArticleQuerySet, state: str, user) -> QuerySet:
    if state == "public":
        return pages.public()
    if state == "withdrawn":
        return pages.withdrawn()
    return pages.unpublished()


STATE_FILTER = ListFilter("state", "state", STATES, apply=_filter_by_state)


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
