"""The columns that a spreadsheet of pages may have. A kind of page with facts of its own adds its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from articles.imports.reading import cells

CELL = Callable[[str, cells.Row], Any]
PAGE, ADDRESSED, RETIRED = "page", "addressed", "retired"


@dataclass(frozen=True, slots=True)
class RowType:
    """A type of record. ``groups`` says which columns it has, ``title`` how it calls what it is called."""

    name: str
    groups: frozenset[str]
    title: str = "title"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, where its value stands in a record, and how one becomes the other.

    ``key`` may name a place within a value (``advice.level``). ``groups`` of records have it; none: every record.
    """

    name: str
    key: str
    told: str
    read: CELL = cells.one_line
    write: Callable[[Any], str] = str
    groups: frozenset[str] = frozenset({PAGE})

    def is_of(self, row_type: RowType) -> bool:
        return not self.groups or bool(self.groups & row_type.groups)

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


EVERY: frozenset[str] = frozenset()
_types: dict[str, RowType] = {}
_columns: dict[str, Column] = {}
REQUIRED = ("type", "id", "title")


def add_types(*types: RowType) -> None:
    _types.update({row_type.name: row_type for row_type in types})


def types() -> dict[str, RowType]:
    return dict(_types)


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
    title = _types[record["type"]].title
    said = {"title": record[title], **record}
    return [_cell(column, column.take(said)) for column in columns]


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    return cells.EMPTY if value in ("", [], {}) else cells.guarded(column.write(value))


add_types(RowType("article", frozenset({PAGE})), RowType(RETIRED, frozenset({RETIRED})))
add(
    Column("type", "type", "Which type of record the row is. Needed.", groups=EVERY),
    Column("id", "id", "What it is called in its source, for ever. Needed.", groups=EVERY),
    Column("title", "title", "Its name. Needed.", groups=EVERY),
    Column("revision", "revision", "The text that the row was exported from: leave it as it is."),
    Column("address", "slug", "The last part of the page's address.", groups=frozenset({PAGE, ADDRESSED})),
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
    Column("replaced by", "replaced_by", "The id that took its place.", groups=frozenset({RETIRED})),
)
