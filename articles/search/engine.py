"""The questions that are put to the database, in the words of each engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from articles.models import SearchEntry, SearchKey, SearchStart
from articles.search.question import Group
from articles.search.store import FTS

MOST = 200  # candidates that are looked at; a question that fits more is too wide
ENTRY, KEY, START = (model._meta.db_table for model in (SearchEntry, SearchKey, SearchStart))
FIELDS = ("uuid", "kind", "article_id", "slug", "title", "sort_key", "title_words", "name_words", "text_words")
LIST = ", ".join(f"e.{name}" for name in FIELDS)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that may answer, not yet weighed."""

    uuid: UUID
    kind: str
    article_id: int | None
    slug: str
    title: str
    sort_key: str
    title_words: str
    name_words: str
    text_words: str


def having_all(groups: Iterable[Group]) -> list[Candidate]:
    """Entries with a way to say each group, the nearest first by the engine's own rank."""
    return _matching(groups, " AND ", " & ")


def having_some(groups: Iterable[Group]) -> list[Candidate]:
    """Entries with a way to say at least one of the groups."""
    return _matching(groups, " OR ", " | ")


def _matching(groups: Iterable[Group], sqlite_join: str, postgresql_join: str) -> list[Candidate]:
    if connection.vendor == "sqlite":
        expression = sqlite_join.join(_any(group, '"', " AND ", " OR ") for group in groups)
        statement = (
            f"SELECT {LIST} FROM (SELECT rowid FROM {FTS} WHERE {FTS} MATCH %s ORDER BY rank LIMIT {MOST}) f "  # noqa: S608
            f"JOIN {ENTRY} e ON e.id = f.rowid"
        )
        return _candidates(statement, [expression])
    expression = postgresql_join.join(_any(group, "'", " & ", " | ") for group in groups)
    statement = (
        f"SELECT {LIST} FROM {ENTRY} e, to_tsquery('simple', %s) q WHERE e.words @@ q "  # noqa: S608
        f"ORDER BY ts_rank('{{0.05, 0.05, 0.6, 1.0}}', e.words, q) DESC, e.id LIMIT {MOST}"
    )
    return _candidates(statement, [expression])


def _any(group: Group, quote: str, both: str, either: str) -> str:
    """A group as the engine reads it. Stems are letters and digits only, so nothing of theirs can be an operator."""
    ways = (f"({both.join(f'{quote}{stem}{quote}' for stem in way.stems)})" for way in group)
    return f"({either.join(ways)})"


def called(keys: Iterable[str]) -> list[tuple[Candidate, int, str]]:
    """Entries that bear a whole name or code: with a name of theirs each and its rank, or with no name for a code."""
    keys = list(keys)
    marks = ", ".join(["%s"] * len(keys))
    statement = (
        f"SELECT {LIST}, COALESCE(s.rank, k.rank), COALESCE(s.name, '') FROM "  # noqa: S608
        f"(SELECT uuid, rank FROM {KEY} WHERE key IN ({marks}) ORDER BY rank LIMIT {MOST}) k "
        f"JOIN {ENTRY} e ON e.uuid = k.uuid "
        f"LEFT JOIN {START} s ON s.uuid = k.uuid AND s.place = 0 AND k.rank <> {SearchKey.Rank.CODE.value} "
        f"ORDER BY k.rank, 11"
    )
    return [(_candidate(row), row[-2], row[-1]) for row in _rows(statement, keys)] if keys else []


def coded_under(code: str) -> list[Candidate]:
    """Entries with a code that begins with this one: what R25 comprises."""
    statement = (
        f"SELECT {LIST} FROM {KEY} k JOIN {ENTRY} e ON e.uuid = k.uuid "  # noqa: S608
        f"WHERE {_between('k.key')} ORDER BY e.sort_key LIMIT {MOST}"
    )
    return _candidates(statement, _bounds(code))


def starting(typed: str, limit: int) -> list[tuple[UUID, str, int, int, str]]:
    """UUID, name, place of the word, rank and start of the names that go on as somebody began to type."""
    order = "s.start USING ~<~" if connection.vendor == "postgresql" else "s.start"
    statement = (
        f"SELECT s.uuid, s.name, s.place, s.rank, s.start FROM {START} s "  # noqa: S608
        f"WHERE {_between('s.start')} ORDER BY {order} LIMIT {limit}"
    )
    return [(_uuid(uuid), *rest) for uuid, *rest in _rows(statement, _bounds(typed))]


def _between(column: str) -> str:
    """From a beginning on and before what follows it, by the bytes of the letters: what the indexes are sorted by."""
    if connection.vendor == "postgresql":
        return f"{column} ~>=~ %s AND {column} ~<~ %s"
    return f"{column} >= %s AND {column} < %s"


def _bounds(beginning: str) -> list[str]:
    return [beginning, beginning + "\U0010ffff"]


def _candidates(statement: str, values: list[str]) -> list[Candidate]:
    return [_candidate(row) for row in _rows(statement, values)]


def _candidate(row: tuple) -> Candidate:
    return Candidate(_uuid(row[0]), *row[1 : len(FIELDS)])


def _uuid(value) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def _rows(statement: str, values: list[str]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
