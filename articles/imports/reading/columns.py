"""The columns that a spreadsheet of pages may have. A kind of page with facts of its own adds its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from articles.imports.reading import cells

CELL = Callable[[str, cells.Row], Any]
PAGES = frozenset({"article", "symptom"})
EVERY = frozenset({*PAGES, "cause", "retired"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, where its value stands in a record, and how one becomes the other.

    ``key`` may name a place within a value (``advice.level``). ``types`` are the records that have it.
    """

    name: str
    key: str
    told: str
    read: CELL = cells.one_line
    write: Callable[[Any], str] = str
    types: frozenset[str] = PAGES

    def take(self, record: dict) -> Any:
        for part in self.key.split("."):
            record = record.get(part) if isinstance(record, dict) else None
        return record

    def put(self, record: dict, value: Any) -> None:
        *outer, last = self.key.split(".")
        for part in outer:
            record = record.setdefault(part, {})
        record[last] = value


def yes(value: bool) -> str:
    return "yes" if value else "no"


_columns: dict[str, Column] = {}
REQUIRED = ("type", "id", "title")


def add(*columns: Column) -> None:
    for column in columns:
        _columns[heading(column.name)] = column


def heading(name: str) -> str:
    """A heading without what people write in different ways: case, spaces, hyphens, underscores."""
    return "".join(letter for letter in name.lower() if letter not in " -_\n\t\ufeff")


def known() -> dict[str, Column]:
    return dict(_columns)


def row(record: dict, columns: list[Column]) -> list[str]:
    """A record as cells that are read as the same record again."""
    said = {"title": record["name"], **record} if record.get("type") == "cause" else record
    return [_cell(column, column.take(said)) for column in columns]


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    return cells.EMPTY if value in ("", [], {}) else cells.guarded(column.write(value))


add(
    Column("type", "type", "symptom, article, cause or retired. Needed.", types=EVERY),
    Column("id", "id", "What the page is called in its source, for ever. Needed.", types=EVERY),
    Column("title", "title", "The name of the page, or of the cause. Needed.", types=EVERY),
    Column("address", "slug", "The last part of the page's address.", types=PAGES | {"cause"}),
    Column("url", "url", "Where the page stands in its source. Links in its texts start from there."),
    Column("headline", "headline", "The question at the top of the page."),
    Column("summary", "summary", "One or two sentences."),
    Column("advice level", "advice.level", "emergency, urgent or routine."),
    Column("advice", "advice.html", "When to get help.", cells.rich),
    Column("overview", "body", "The text of the page.", cells.rich),
    Column("references", "references", "title; publisher; url; year", cells.references, cells.references_cell),
    Column("topics", "topics", "Names of topics.", cells.several, cells.joined),
    Column("tags", "tags", "", cells.several, cells.joined),
    Column("language", "language", "en"),
    Column("risk", "risk", "standard or high."),
    Column("review months", "review_months", "The interval of its reviews, 1 to 36.", cells.number),
    Column("also", "also", "Ids that were merged into this one.", cells.several, cells.joined),
    Column("replaced by", "replaced_by", "The id that took its place.", types=frozenset({"retired"})),
)
