"""The columns that a spreadsheet of pages may have. Other kinds of pages add their own."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from articles.content.document import CARE_CARD_LABELS
from articles.content.languages import SOURCE_LANGUAGE
from articles.imports.formats import cells

CellReader = Callable[[str, cells.RowContext], Any]
PAGE_GROUP = "page"
ADDRESSED_GROUP = "addressed"
OBSOLETE_GROUP = "retired"


@dataclass(frozen=True, slots=True)
class ImportRowType:
    """A type of record; ``groups`` decide on its columns, ``title`` is the field of its name."""

    name: str
    groups: frozenset[str]
    title: str = "title"


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """One column: its heading, the field of a record, and how cell and value become each other.

    ``key`` may be a path into a value (``advice.level``). Records of ``groups`` have the column;
    without groups, all records have it.
    """

    name: str
    key: str
    description: str
    read: CellReader = cells.read_line
    write: Callable[[Any], str] = str
    groups: frozenset[str] = frozenset({PAGE_GROUP})

    def applies_to(self, row_type: ImportRowType) -> bool:
        return not self.groups or bool(self.groups & row_type.groups)

    def get_value(self, record: dict) -> Any:
        value: Any = record
        for part in self.key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def set_value(self, record: dict, value: Any) -> None:
        *outer, last = self.key.split(".")
        for part in outer:
            record = record.setdefault(part, {})
        record[last] = value


def write_boolean(value: bool) -> str:
    return "yes" if value else "no"


# Of headings: control and invisible characters, spaces of all kinds, hyphens and dashes.
IGNORED_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Pd"})
ALL_TYPES: frozenset[str] = frozenset()
_types: dict[str, ImportRowType] = {}
_columns: dict[str, ImportColumn] = {}
REQUIRED_COLUMNS = ("type", "id", "title")


def register_types(*types: ImportRowType) -> None:
    _types.update({row_type.name: row_type for row_type in types})


def get_types() -> dict[str, ImportRowType]:
    return dict(_types)


def register(*columns: ImportColumn) -> None:
    for column in columns:
        _columns[normalize_heading(column.name)] = column


def normalize_heading(name: str) -> str:
    """A heading without case, spaces, hyphens and signs that nobody sees, which vary."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if not _is_ignored(letter))


def _is_ignored(letter: str) -> bool:
    return letter == "_" or unicodedata.category(letter) in IGNORED_CATEGORIES


def get_columns() -> dict[str, ImportColumn]:
    return dict(_columns)


def build_row(record: dict, columns: list[ImportColumn]) -> list[str]:
    """A record as cells that are read as the same record."""
    title = _types[record["type"]].title
    values = {"title": record[title], **record}
    return [_build_cell(column, column.get_value(values)) for column in columns]


def _build_cell(column: ImportColumn, value: Any) -> str:
    if value is None:
        return ""
    if value in ("", [], {}):
        return cells.EMPTY_MARKER
    return cells.escape_cell(column.write(value))


def _build_card_columns() -> Iterator[ImportColumn]:
    """The columns of the other care cards, by their levels."""
    for level, label in CARE_CARD_LABELS.items():
        name = label.lower()
        yield ImportColumn(
            f"{name} heading", f"care_cards.{level}.heading", "The heading of that card."
        )
        yield ImportColumn(
            name,
            f"care_cards.{level}.html",
            f"The {name}, if it is not the advice.",
            cells.read_rich_text,
        )


register_types(
    ImportRowType("article", frozenset({PAGE_GROUP})),
    ImportRowType(OBSOLETE_GROUP, frozenset({OBSOLETE_GROUP})),
)
register(
    ImportColumn("type", "type", "Which type of record the row is. Needed.", groups=ALL_TYPES),
    ImportColumn(
        "id", "id", "What it is called in its source, for ever. Needed.", groups=ALL_TYPES
    ),
    ImportColumn("title", "title", "Its name. Needed.", groups=ALL_TYPES),
    ImportColumn(
        "revision", "revision", "The text that the row was exported from: leave it as it is."
    ),
    ImportColumn(
        "address",
        "slug",
        "The last part of the page's address.",
        groups=frozenset({PAGE_GROUP, ADDRESSED_GROUP}),
    ),
    ImportColumn(
        "url", "url", "Where the page stands in its source. Links in its texts start from there."
    ),
    ImportColumn("headline", "headline", "The question at the top of the page."),
    ImportColumn("summary", "summary", "One or two sentences."),
    ImportColumn(
        "advice level",
        "advice.level",
        "emergency, urgent or routine: the level of the gravest care card.",
    ),
    ImportColumn(
        "advice", "advice.html", "When to get help: the gravest care card.", cells.read_rich_text
    ),
    ImportColumn("advice heading", "advice_heading", "The heading of that card."),
    *_build_card_columns(),
    ImportColumn(
        "same for everyone",
        "same_for_everyone",
        "yes or no: whether the cards hold for babies, in pregnancy and for all others alike.",
        cells.read_boolean,
        write_boolean,
    ),
    ImportColumn(
        "crisis line",
        "shows_crisis_line",
        "yes or no: whether the page shows the crisis line.",
        cells.read_boolean,
        write_boolean,
    ),
    ImportColumn("overview", "body", "The text of the page.", cells.read_rich_text),
    ImportColumn(
        "references",
        "references",
        "title; publisher; url; year",
        cells.read_references,
        cells.write_references,
    ),
    ImportColumn("topics", "topics", "Names of topics.", cells.read_list, cells.write_list),
    ImportColumn("tags", "tags", "Names of tags.", cells.read_tags, cells.write_tags),
    ImportColumn("language", "language", SOURCE_LANGUAGE),
    ImportColumn("risk", "risk", "standard or high."),
    ImportColumn(
        "review months",
        "review_months",
        "The interval of its reviews, 1 to 36.",
        cells.read_integer,
    ),
    ImportColumn(
        "also", "also", "Ids that were merged into this one.", cells.read_list, cells.write_list
    ),
    ImportColumn(
        "replaced by",
        "replaced_by",
        "The id that took its place.",
        groups=frozenset({OBSOLETE_GROUP}),
    ),
)
