"""Spreadsheets of imported reviews: CSV or XLSX, read into rows of text with known columns."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from articles.imports.formats import ReaderNote, UnreadableFile, csv, files, xlsx
from articles.imports.formats.spreadsheets import unescape_formula
from articles.imports.formats.tables import TableRow
from articles.publishing.actions import ActionRefused

MAX_ROWS = 5_000
MAX_FILE_SIZE = 5 * 1024 * 1024  # bytes
MAX_UNPACKED_SIZE = 200 * 1024 * 1024  # bytes
MAX_NAMED_PROBLEMS = 5  # in a message
MAX_NAMED_COLUMNS = 10  # in a message
MAX_TITLE_LENGTH = 40  # characters of a column in a message
COLUMNS = ("page", "reviewer", "post-nominals", "specialty", "reviewed on", "evidence", "due")
REQUIRED_COLUMNS = ("page", "reviewer", "reviewed on", "evidence")
# Other names of columns. Case, spaces and punctuation do not matter.
COLUMN_ALIASES = {
    "page": ("page id", "id", "uuid", "address", "url", "title"),
    "reviewer": ("reviewed by", "reviewer name", "name"),
    "post-nominals": ("postnominals", "credentials", "degrees"),
    "specialty": ("speciality",),
    "reviewed on": ("review date", "date of review", "last reviewed", "reviewed", "date"),
    "evidence": ("evidence note", "record", "source"),
    "due": ("due date", "due on", "next review", "next review due"),
}


class CannotReadSpreadsheet(ActionRefused):
    """The file cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class ImportedReviewSpreadsheetRow:
    """One row: its number in the spreadsheet, and its cells in the order of ``COLUMNS``."""

    row_number: int
    cells: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        return self.cells[COLUMNS.index(column)]


@dataclass(frozen=True)
class ImportedReviewSpreadsheet:
    """The rows of a file, and notes for the user on how it was read."""

    rows: list[ImportedReviewSpreadsheetRow]
    notes: tuple[str, ...] = ()


def read(data: bytes) -> ImportedReviewSpreadsheet:
    """The rows of a CSV file or workbook, by its content. Raises CannotReadSpreadsheet.

    If a single row cannot be read, none is: what is left of it would be recorded for good.
    """
    if len(data) > MAX_FILE_SIZE:
        raise CannotReadSpreadsheet(
            f"This file is larger than {MAX_FILE_SIZE // 1024**2} MB. "
            "Keep only the columns that are needed."
        )
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            return _read_table(Path(file.name))
        except UnreadableFile as error:
            raise CannotReadSpreadsheet(str(error)) from error


def _read_table(path: Path) -> ImportedReviewSpreadsheet:
    reader = xlsx if files.detect_type(path) == "xlsx" else csv
    notes: list[str] = []
    rows: list[TableRow] = []
    for row in reader.iter_rows(path, MAX_UNPACKED_SIZE):
        if isinstance(row, ReaderNote):
            notes.append(row.reason)
        else:
            rows.append(row)
        if rows and rows[0].problem:  # without headings no row can be read
            break
        if len(rows) > MAX_ROWS + 1:
            raise CannotReadSpreadsheet(
                f"This file has more than {MAX_ROWS:,} rows. "
                "Split it, and upload one part after the other."
            )
    problems = [_format_problem(row) for row in rows if row.problem]
    if problems:
        others = len(problems) - MAX_NAMED_PROBLEMS
        more = [f"And {others:,} more lines."] if others > 0 else []
        raise CannotReadSpreadsheet(" ".join([*problems[:MAX_NAMED_PROBLEMS], *more]))
    return ImportedReviewSpreadsheet(_build_rows(rows), tuple(notes))


def _format_problem(row: TableRow) -> str:
    column = f", column “{row.column[:MAX_TITLE_LENGTH]}”" if row.column else ""
    return f"Line {row.line:,}{column}: {row.problem}"


def _build_rows(rows: list[TableRow]) -> list[ImportedReviewSpreadsheetRow]:
    """The rows below the head, with their cells in known columns. Raises CannotReadSpreadsheet."""
    if not rows:
        raise CannotReadSpreadsheet("This file has no rows.")
    head = rows[0].cells
    places = _map_columns(head)
    _require_columns(places, head)
    if len(rows) == 1:
        raise CannotReadSpreadsheet(
            "This file has a first row with the names of its columns, and nothing below."
        )
    built = []
    for row in rows[1:]:
        cells = [_get_cell(row.cells, places.get(column)) for column in COLUMNS]
        built.append(ImportedReviewSpreadsheetRow(row.line, tuple(cells)))
    return built


def _require_columns(places: dict[str, int], head: list[str]) -> None:
    """Raises CannotReadSpreadsheet if a required column is missing, with what the head says."""
    missing = [column for column in REQUIRED_COLUMNS if column not in places]
    if not missing:
        return
    titles = [" ".join(cell.split()) for cell in head if cell.strip()]
    found = [title[:MAX_TITLE_LENGTH] for title in titles[:MAX_NAMED_COLUMNS]]
    raise CannotReadSpreadsheet(
        "The first row has to name the columns, and none of them is called "
        f"{_quote_names(missing)}. It says {_quote_names(found)}."
    )


def _map_columns(head: list[str]) -> dict[str, int]:
    """Column → its place in the head.

    Of two places with the same name the first counts. A column's own name goes before its aliases.
    """
    places: dict[str, int] = {}
    for place, cell in enumerate(head):
        places.setdefault(_normalize(cell), place)
    found = {}
    for column in COLUMNS:
        for name in (column, *COLUMN_ALIASES[column]):
            if _normalize(name) in places:
                found[column] = places[_normalize(name)]
                break
    return found


def _normalize(name: str) -> str:
    """A name without case, spaces and punctuation."""
    letters = filter(str.isalnum, name.casefold())
    return "".join(letters)


def _get_cell(row: list[str], place: int | None) -> str:
    """The text of a cell on one line, without the mark that escapes formulas in our own files."""
    text = ""
    if place is not None and place < len(row):
        text = " ".join(row[place].split())
    return unescape_formula(text)


def _quote_names(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
