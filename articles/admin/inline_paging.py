"""A long list of rows in a page's form, some rows at a time; its links work without a script."""

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from articles.admin.forms import parse_key
from articles.fields import fold

ROWS_PER_PAGE = 50
# Query parameters of a list: its prefix, followed by one of these.
START_SUFFIX = "-at"  # the number of the first row to show
SEARCH_SUFFIX = "-find"  # words that the shown rows have in their names
MAX_DIGITS = 9


@dataclass(frozen=True)
class RowPage:
    """The rows of a list that a form shows: all of a short list.

    Of a long list it is one page, and where a name is searched for, one page of the rows with it.
    """

    all_rows: list
    prefix: str
    query_params: QueryDict

    @property
    def is_partial(self) -> bool:
        return len(self.all_rows) > ROWS_PER_PAGE

    @cached_property
    def search_term(self) -> str:
        if not self.is_partial:
            return ""
        return self.query_params.get(self.prefix + SEARCH_SUFFIX, "").strip()

    @cached_property
    def matching_rows(self) -> list:
        words = fold(self.search_term).split()
        if not words:
            return self.all_rows
        return [row for row in self.all_rows if _has_words(row, words)]

    @cached_property
    def start(self) -> int:
        """How many matching rows come before. A number past the last gives the last page."""
        if not self.is_partial:
            return 0
        requested = self.query_params.get(self.prefix + START_SUFFIX, "")
        number = parse_key(requested) if len(requested) <= MAX_DIGITS else None
        if number is None:
            number = 1
        number = max(1, min(number, len(self.matching_rows)))
        return (number - 1) // ROWS_PER_PAGE * ROWS_PER_PAGE

    @cached_property
    def rows(self) -> list:
        if not self.is_partial:
            return self.all_rows
        return self.matching_rows[self.start : self.start + ROWS_PER_PAGE]

    @property
    def first(self) -> int:
        return self.start + 1

    @property
    def last(self) -> int:
        return self.start + len(self.rows)

    @property
    def first_number(self) -> int | None:
        """The number of the first row; None for found rows, which need not be neighbours."""
        if self.search_term:
            return None
        return self.first

    @property
    def previous_query(self) -> str:
        """The query string of the rows before these, without the question mark; "" for none."""
        if not self.start:
            return ""
        return self._build_query_from(self.start + 1 - ROWS_PER_PAGE)

    @property
    def next_query(self) -> str:
        """The query string of the rows after these; "" for none."""
        if self.last >= len(self.matching_rows):
            return ""
        return self._build_query_from(self.last + 1)

    @property
    def all_rows_query(self) -> str:
        """The query string of the whole list."""
        return _encode_query(self.other_params)

    @property
    def page_size(self) -> int:
        return ROWS_PER_PAGE

    @property
    def next_count(self) -> int:
        return min(ROWS_PER_PAGE, len(self.matching_rows) - self.last)

    @property
    def other_params(self) -> list[tuple[str, str]]:
        """The query parameters that are not this list's."""
        own = (self.prefix + START_SUFFIX, self.prefix + SEARCH_SUFFIX, "throw_away")
        return [(name, value) for name, value in self.query_params.items() if name not in own]

    def _build_query_from(self, number: int) -> str:
        params = self.other_params
        if self.search_term:
            params.append((self.prefix + SEARCH_SUFFIX, self.search_term))
        params.append((self.prefix + START_SUFFIX, str(number)))
        return _encode_query(params)


def _has_words(row, words: list[str]) -> bool:
    name = fold(str(row))
    return all(word in name for word in words)


def _encode_query(values: list[tuple[str, str]]) -> str:
    query = QueryDict(mutable=True)
    query.update(dict(values))
    return query.urlencode()
