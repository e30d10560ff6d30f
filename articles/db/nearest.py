"""Which pages share most with some others, by rows that each name a page and a key.

For any number of pages in one query of a constant text. It is written out, as the ORM has no query
that takes the first rows of each of many keys.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.db import connection, models

from articles.db.prepared import adapt
from articles.db.reading import get_reading_connection

# The pages that ask, as a table: a place in their list, a key that they share, the name from which
# the next ones are taken, and how many pages they want at most.
ASKING = {
    "postgresql": """SELECT (value->>0)::int AS place, (value->>1)::{type} AS key,
      value->>2 AS name, (value->>3)::int AS most FROM jsonb_array_elements(%s::jsonb) AS value""",
    "sqlite": """SELECT json_extract(value, '$[0]') AS place, json_extract(value, '$[1]') AS key,
      json_extract(value, '$[2]') AS name, json_extract(value, '$[3]') AS most
      FROM json_each(%s)""",
}
QUERY = """WITH asking AS MATERIALIZED ({asking}), ranked AS (
  SELECT asking.place, asking.most, named.article_id, ROW_NUMBER() OVER (
    PARTITION BY asking.place ORDER BY {rank}, named.article_id) AS number
  FROM asking {rows} {join}
  GROUP BY asking.place, asking.most, asking.name, named.article_id{group})
SELECT place, article_id FROM ranked WHERE number <= most ORDER BY place, number"""


@dataclass(frozen=True)
class Asking:
    """A page that asks: the keys that it shares, its name, and how many pages it wants."""

    keys: Sequence[object]
    name: str
    most: int


@dataclass(frozen=True)
class SharedRows:
    """How to find the rows that share a key: a model with ``article`` and the column of the key.

    ``parts`` are conditions and an order; of the rows of a key, the first ``limit`` of each part
    count. ``rank`` orders the pages, the nearest first; it may use ``columns`` of the rows, and
    those of ``join`` that are in ``group``. SQL sees a row as ``named`` and the page that asks as
    ``asking``.
    """

    model: type[models.Model]
    key: str
    parts: tuple[str, ...]
    limit: int
    rank: str
    columns: tuple[str, ...] = ()
    join: str = ""
    group: tuple[str, ...] = ()

    def find(self, pages: Iterable[Asking]) -> list[list[int]]:
        """For each page the ids of those that share most with it, the nearest first. One query."""
        asking: list[tuple[int, object, str, int]] = []
        found: list[list[int]] = []
        for place, page in enumerate(pages):
            found.append([])
            for key in page.keys:
                asking.append((place, key, page.name, page.most))
        if not asking:
            return found
        rows = [(place, _format(key), name, most) for place, key, name, most in asking]
        with get_reading_connection().cursor() as cursor:
            cursor.execute(_build_sql(self, connection.vendor), [json.dumps(rows)])
            for place, article_id in cursor.fetchall():
                found[place].append(article_id)
        return found


def _format(key: object) -> str:
    return str(adapt(key, connection))


@cache
def _build_sql(shared: SharedRows, vendor: str) -> str:
    table = shared.model._meta.db_table
    key = cast("models.Field[Any, Any]", shared.model._meta.get_field(shared.key))
    chosen = "id"
    if vendor == "postgresql":
        chosen = ", ".join(["id", "article_id", *shared.columns])
    parts: list[str] = []
    for part in shared.parts:  # each in a query of its own, as SQLite limits no part of a union
        rows = f"SELECT {chosen} FROM {table} WHERE {key.column} = asking.key {part}"  # noqa: S608
        parts.append(f"SELECT * FROM ({rows} LIMIT {shared.limit}) part")  # noqa: S608
    union = " UNION ".join(parts)
    rows = f"CROSS JOIN {table} named ON named.id IN ({union})"
    if vendor == "postgresql":
        rows = f"CROSS JOIN LATERAL ({union}) named"
    columns = [f"named.{column}" for column in shared.columns]
    return QUERY.format(
        asking=ASKING[vendor].format(type="uuid" if isinstance(key, models.UUIDField) else "text"),
        rows=rows,
        join=shared.join,
        rank=shared.rank,
        group="".join([f", {column}" for column in (*columns, *shared.group)]),
    )
