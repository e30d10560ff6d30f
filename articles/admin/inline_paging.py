"""A long list of rows in a page's form, some rows at a time; its links work without a script."""

from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.http import urlencode

from articles.admin.forms import parse_key
from articles.names import fold

ROWS_PER_PAGE = 50
# Query parameters of a list: its prefix, followed by one of these.
START_SUFFIX = "-at"  # the number of the first row to show
SEARCH_SUFFIX = "-find"  # words that the shown rows have in their names


class RowPage:
    """The rows of a list that a form shows: all of a short list.

    Of a long list it is one page, and where a name is searched for, one page of the rows with it.
    """

    def __init__(self, all_rows: list, prefix: str, query_params: QueryDict):
        self.all_rows = self.matching_rows = self.rows = all_rows
        self.is_partial = len(all_rows) > ROWS_PER_PAGE
        self.search_term = ""
        self.first_number: int | None = 1  # None for found rows, which need not be neighbours
        self._prefix = prefix
        self._query_params = query_params
        if self.is_partial:
            self._select_rows()

    def _select_rows(self) -> None:
        """A number past the last row gives the last page."""
        self.search_term = self._query_params.get(self._prefix + SEARCH_SUFFIX, "").strip()
        words = fold(self.search_term).split()
        if words:
            self.matching_rows = [row for row in self.all_rows if _has_words(row, words)]
        number = parse_key(self._query_params.get(self._prefix + START_SUFFIX, "")) or 1
        paginator = Paginator(self.matching_rows, ROWS_PER_PAGE)
        self.part = paginator.get_page((number - 1) // ROWS_PER_PAGE + 1)
        self.rows = list(self.part.object_list)
        self.first_number = None if self.search_term else self.part.start_index()

    @property
    def previous_query(self) -> str:
        """The query string of the rows before these."""
        return self._build_query(self.part.start_index() - ROWS_PER_PAGE)

    @property
    def next_query(self) -> str:
        return self._build_query(self.part.end_index() + 1)

    @property
    def next_count(self) -> int:
        return min(ROWS_PER_PAGE, len(self.matching_rows) - self.part.end_index())

    @property
    def all_rows_query(self) -> str:
        """The query string of the whole list."""
        return urlencode(self.other_params)

    @property
    def other_params(self) -> dict[str, str]:
        """The query parameters that are not this list's."""
        own = (self._prefix + START_SUFFIX, self._prefix + SEARCH_SUFFIX, "throw_away")
        return {name: str(value) for name, value in self._query_params.items() if name not in own}

    def _build_query(self, number: int) -> str:
        params = self.other_params
        if self.search_term:
            params[self._prefix + SEARCH_SUFFIX] = self.search_term
        params[self._prefix + START_SUFFIX] = str(number)
        return urlencode(params)


def _has_words(row, words: list[str]) -> bool:
    name = fold(str(row))
    return all(word in name for word in words)
