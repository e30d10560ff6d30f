"""The search's questions to the database, in the SQL of each engine."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from articles.db.prepared import adapt
from articles.db.reading import get_reading_connection
from articles.models import SearchEntry, SearchKey, SearchStart
from articles.search.fulltext import FTS_TABLE
from articles.search.query_parser import QueryTerm

MAX_CANDIDATES = 200  # candidates that are ranked; a query with more matches is too wide
ENTRY_TABLE = SearchEntry._meta.db_table
KEY_TABLE = SearchKey._meta.db_table
START_TABLE = SearchStart._meta.db_table
FIELDS = (
    "uuid",
    "kind",
    "article_id",
    "slug",
    "title",
    "sort_key",
    "title_words",
    "name_words",
    "text_words",
)
SELECTED_COLUMNS = ", ".join(f"e.{name}" for name in FIELDS)
# As text: a UUID is made only of the few that are shown.
POSTGRESQL_COLUMNS = SELECTED_COLUMNS.replace("e.uuid", "e.uuid::text AS uuid", 1)
MATCH_ON_SQLITE = f"""
    SELECT {SELECTED_COLUMNS}
    FROM (
        SELECT rowid FROM {FTS_TABLE}
        WHERE {FTS_TABLE} MATCH %s ORDER BY rank LIMIT {MAX_CANDIDATES}
    ) f
    JOIN {ENTRY_TABLE} e ON e.id = f.rowid
"""  # noqa: S608
# To look into every row costs more than PostgreSQL believes, as their words are stored apart: where
# a tenth of the pages has a word it would do that, and six times as long. The setting ends with the
# statement, or with the transaction if there is one.
USE_INDEXES = "SET LOCAL enable_seqscan = off; "
# Only the narrow column of names is looked into for each match, and only what is chosen is read.
NAMED_ON_POSTGRESQL = "CASE WHEN r.names @@ to_tsquery('simple', %s) THEN %s ELSE 0 END"
MATCH_ON_POSTGRESQL = f"""
    SELECT {POSTGRESQL_COLUMNS}
    FROM (
        SELECT r.id, {{named}} AS named, length(r.title_words) AS length
        FROM {ENTRY_TABLE} r, to_tsquery('simple', %s) q
        WHERE r.words @@ q
        ORDER BY 2 DESC, 3, 1 LIMIT {MAX_CANDIDATES}
    ) f
    JOIN {ENTRY_TABLE} e ON e.id = f.id
"""  # noqa: S608
WEIGHT_UNIT = 1_000  # PostgreSQL adds whole numbers faster


class SearchCandidate(NamedTuple):
    """A row that may match, not yet ranked. ``key``: its UUID as the engine writes it."""

    key: str
    kind: str
    article_id: int | None
    slug: str
    title: str
    sort_key: str
    title_words: str
    name_words: str
    text_words: str

    @property
    def uuid(self) -> UUID:
        return UUID(self.key)

    @property
    def stems(self) -> frozenset[str]:
        """Every stem of its names and its text."""
        return frozenset(f"{self.title_words} {self.name_words} {self.text_words}".split())

    def iter_names(self) -> Iterator[frozenset[str]]:
        """The stems of the title, then those of each other name."""
        for name in (self.title_words, *self.name_words.split("\n")):
            yield frozenset(name.split())


class KeyMatch(NamedTuple):
    """An entry with a key that was asked for: a rank of ``SearchKey.KeyRank`` and a name of it.

    ``name`` is empty where the key is a code.
    """

    candidate: SearchCandidate
    key: str
    rank: int
    name: str


class NameStart(NamedTuple):
    """A name that goes on as somebody began to type, from the word at ``place`` in it.

    ``found_by``: the number of the beginning.
    """

    uuid: UUID
    name: str
    place: int
    rank: int
    start: str
    found_by: int


@dataclass(frozen=True)
class FullTextSyntax:
    """How an engine writes the terms of a full-text query."""

    quote: str
    and_operator: str
    or_operator: str

    def format_term(self, term: QueryTerm) -> str:
        """A term as the engine reads it. Stems are only letters and digits, never operators."""
        variants = []
        for variant in term:
            stems = [f"{self.quote}{stem}{self.quote}" for stem in variant.stems]
            variants.append(f"({self.and_operator.join(stems)})")
        return f"({self.or_operator.join(variants)})"

    def format_all(self, terms: Iterable[QueryTerm]) -> str:
        return self.and_operator.join(map(self.format_term, terms))

    def format_any(self, terms: Iterable[QueryTerm]) -> str:
        return self.or_operator.join(map(self.format_term, terms))


@dataclass(frozen=True)
class Expression:
    """What is looked for, as the engine reads it, and the terms in it."""

    text: str
    terms: Sequence[QueryTerm]


Weigh = Callable[[QueryTerm], float]
SQLITE_SYNTAX = FullTextSyntax('"', " AND ", " OR ")
POSTGRESQL_SYNTAX = FullTextSyntax("'", " & ", " | ")


def match_all(
    terms: Sequence[QueryTerm], parts: Sequence[Sequence[QueryTerm]] = (), *, weigh: Weigh
) -> list[SearchCandidate]:
    """Entries that have each term: of too many, those with the weightiest of them in their names.

    With ``parts``, then those that have each term of one part.
    """
    syntax = _get_syntax()
    expressions = [Expression(syntax.format_all(some), some) for some in (terms, *parts)]
    return _match_expressions(expressions, syntax, weigh)


def match_any(terms: Sequence[QueryTerm], *, weigh: Weigh) -> list[SearchCandidate]:
    """Entries that have at least one of the terms, chosen in the same way."""
    syntax = _get_syntax()
    return _match_expressions([Expression(syntax.format_any(terms), terms)], syntax, weigh)


def _get_syntax() -> FullTextSyntax:
    return SQLITE_SYNTAX if connection.vendor == "sqlite" else POSTGRESQL_SYNTAX


def _match_expressions(
    expressions: list[Expression], syntax: FullTextSyntax, weigh: Weigh
) -> list[SearchCandidate]:
    """What matches each expression, in one question to the database.

    SQLite chooses by its own rank, which it keeps the words of names for.
    """
    if connection.vendor == "sqlite":
        statement = _write_match("sqlite", (0,) * len(expressions))
        return _fetch_candidates(statement, [expression.text for expression in expressions])
    values: list[Any] = []
    for expression in expressions:
        for term in expression.terms:
            values += [syntax.format_term(term), round(WEIGHT_UNIT * weigh(term))]
        values.append(expression.text)
    counts = tuple(len(expression.terms) for expression in expressions)
    return _fetch_candidates(_write_match("postgresql", counts), values)


@cache
def _write_match(vendor: str, counts: tuple[int, ...]) -> str:
    """The statement for expressions of so many terms each."""
    each = [_write_one_match(vendor, count) for count in counts]
    statement = each[0]
    if len(each) > 1:
        selects = [f"SELECT * FROM ({one}) m{place}" for place, one in enumerate(each)]  # noqa: S608
        statement = " UNION ALL ".join(selects)
    return statement if vendor == "sqlite" else USE_INDEXES + statement


def _write_one_match(vendor: str, count: int) -> str:
    if vendor == "sqlite":
        return MATCH_ON_SQLITE
    return MATCH_ON_POSTGRESQL.format(named=" + ".join([NAMED_ON_POSTGRESQL] * count) or "0")


def match_keys(keys: Iterable[str]) -> list[KeyMatch]:
    """Entries of which a whole name or code is one of these keys, once for each of their names."""
    keys = list(keys)
    if not keys:
        return []
    rows = _fetch_rows(_write_key_match(connection.vendor), [adapt(keys, connection)])
    return [KeyMatch(_build_candidate(row), *row[-3:]) for row in rows]


@cache
def _write_key_match(vendor: str) -> str:
    return f"""
        SELECT {_get_columns(vendor)}, k.key, COALESCE(s.rank, k.rank), COALESCE(s.name, '')
        FROM (
            SELECT uuid, key, rank FROM {KEY_TABLE}
            WHERE {_write_any_of("key", vendor)} ORDER BY rank LIMIT {MAX_CANDIDATES}
        ) k
        JOIN {ENTRY_TABLE} e ON e.uuid = k.uuid
        LEFT JOIN {START_TABLE} s
            ON s.uuid = k.uuid AND s.place = 0 AND k.rank <> {SearchKey.KeyRank.CODE.value}
        ORDER BY k.rank, 12
    """  # noqa: S608


def match_code_prefix(code: str) -> list[SearchCandidate]:
    """Entries with a code that begins with this one: what R25 comprises."""
    statement = f"""
        SELECT {_get_columns(connection.vendor)}
        FROM {KEY_TABLE} k JOIN {ENTRY_TABLE} e ON e.uuid = k.uuid
        WHERE {_write_prefix_condition("k.key", connection.vendor)}
        ORDER BY e.sort_key LIMIT {MAX_CANDIDATES}
    """  # noqa: S608
    return _fetch_candidates(statement, _get_prefix_bounds(code))


def match_name_starts(
    beginnings: Sequence[str], limit: int, keys: Sequence[str] = ()
) -> list[NameStart]:
    """The names that go on as somebody began to type, from any word of them.

    The first beginning is what was typed; others are looked for with it, and the titles of what
    has one of these ``keys`` as a whole name. ``found_by`` says by which, in this order.
    """
    values: list[Any] = []
    for beginning in beginnings:
        values += _get_prefix_bounds(beginning)
    if keys:
        values.append(adapt(list(keys), connection))
    statement = _write_start_match(connection.vendor, len(beginnings), limit, bool(keys))
    return [NameStart(_to_uuid(row[0]), *row[1:]) for row in _fetch_rows(statement, values)]


@cache
def _write_start_match(vendor: str, beginnings: int, limit: int, has_keys: bool) -> str:
    order = "s.start USING ~<~" if vendor == "postgresql" else "s.start"
    selects = []
    for number in range(beginnings):
        selects.append(f"""
            SELECT * FROM (
                SELECT s.uuid, s.name, s.place, s.rank, s.start, {number} AS found_by
                FROM {START_TABLE} s
                WHERE {_write_prefix_condition("s.start", vendor)}
                ORDER BY {order} LIMIT {limit}
            ) s{number}
        """)  # noqa: S608
    if has_keys:
        selects.append(f"""
            SELECT * FROM (
                SELECT k.uuid, e.title, 0, k.rank, k.key, {beginnings}
                FROM {KEY_TABLE} k JOIN {ENTRY_TABLE} e ON e.uuid = k.uuid
                WHERE {_write_any_of("k.key", vendor)}
                    AND k.rank <> {SearchKey.KeyRank.CODE.value}
                LIMIT {limit}
            ) k
        """)  # noqa: S608
    return " UNION ALL ".join(selects)


def _get_columns(vendor: str) -> str:
    return POSTGRESQL_COLUMNS if vendor == "postgresql" else SELECTED_COLUMNS


def _write_prefix_condition(column: str, vendor: str) -> str:
    """At or after a beginning and before what follows it, by bytes, as the indexes are sorted."""
    if vendor == "postgresql":
        return f"{column} ~>=~ %s AND {column} ~<~ %s"
    return f"{column} >= %s AND {column} < %s"


def _write_any_of(column: str, vendor: str) -> str:
    """Whether a column has one of some texts, which are one parameter (``adapt``)."""
    if vendor == "postgresql":
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - our own column


def _get_prefix_bounds(beginning: str) -> list[str]:
    return [beginning, beginning + "\U0010ffff"]


def _fetch_candidates(statement: str, values: Sequence[Any]) -> list[SearchCandidate]:
    return [_build_candidate(row) for row in _fetch_rows(statement, values)]


def _build_candidate(row: tuple) -> SearchCandidate:
    return SearchCandidate._make(row[: len(FIELDS)])


def _to_uuid(value) -> UUID:
    """SQLite stores a UUID as 32 hexadecimal digits. Read as a number it is made fastest."""
    return value if isinstance(value, UUID) else UUID(int=int(value, 16))


def _fetch_rows(statement: str, values: Sequence[Any]) -> list[tuple]:
    with get_reading_connection().cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
