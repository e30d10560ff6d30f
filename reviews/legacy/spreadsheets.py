"""Spreadsheets of earlier reviews: CSV or XLSX, read into rows of text with known columns."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from articles.imports.formats.spreadsheets import unescape_formula
from articles.publishing.actions import ActionRefused

MAX_ROWS = 5_000
MAX_CELL_LENGTH = 100_000  # characters
MAX_FILE_SIZE = 5 * 1024 * 1024  # bytes
MAX_UNPACKED_SIZE = 200 * 1024 * 1024  # bytes of the files in a workbook
MAX_COLUMNS = 50
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
NumberedRows = list[tuple[int, list[str]]]
DELIMITERS = ",;\t|"
WINDOWS_1252_NOTE = (
    "The file is not in UTF-8, so it was read as Windows-1252. Look at the names with accents."
)


class CannotReadSpreadsheet(ActionRefused):
    """The file cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class LegacySpreadsheetRow:
    """One row: its number in the spreadsheet, and its cells in the order of ``COLUMNS``."""

    row_number: int
    cells: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        return self.cells[COLUMNS.index(column)]


@dataclass(frozen=True)
class LegacySpreadsheet:
    """The rows of a file, and notes for the user on how it was read."""

    rows: list[LegacySpreadsheetRow]
    notes: tuple[str, ...] = ()


def read(data: bytes) -> LegacySpreadsheet:
    """The rows of a CSV file or workbook. Raises CannotReadSpreadsheet."""
    if not data.strip():
        raise CannotReadSpreadsheet("This file is empty.")
    if len(data) > MAX_FILE_SIZE:
        raise CannotReadSpreadsheet(
            f"This file is larger than {MAX_FILE_SIZE // 1024**2} MB. "
            "Keep only the columns that are needed."
        )
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise CannotReadSpreadsheet(
            "This is a workbook of an old kind (.xls). Save it as .xlsx or as CSV, and choose that."
        )
    if data.startswith(b"PK"):
        rows, notes = _read_workbook(data)
    else:
        rows, notes = _read_csv(data)
    return LegacySpreadsheet(_build_rows(rows), tuple(notes))


def _read_workbook(data: bytes) -> tuple[NumberedRows, list[str]]:
    """The rows of the first sheet of a workbook, and notes. Raises CannotReadSpreadsheet."""
    try:
        _check_unpacked_size(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet_names = book.sheetnames
        rows = _drop_empty_rows(_iter_text_rows(book.worksheets[0]))
    except CannotReadSpreadsheet:
        raise
    except (zipfile.BadZipFile, InvalidFileException, OSError):
        raise CannotReadSpreadsheet(
            "This file is damaged, or no workbook. Save it again as .xlsx or as CSV."
        ) from None
    except Exception as error:  # openpyxl raises anything for a broken or unusual file
        raise CannotReadSpreadsheet(
            "This is not a workbook that can be read. Save it again as .xlsx or as CSV."
        ) from error
    notes = []
    if len(sheet_names) > 1:
        notes.append(
            f"Only its first sheet, “{sheet_names[0]}”, was read; "
            f"the workbook has {len(sheet_names)}."
        )
    return rows, notes


def _check_unpacked_size(data: bytes) -> None:
    """Raises CannotReadSpreadsheet for a workbook that is too large once it is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked_size = sum(info.file_size for info in archive.infolist())
    if unpacked_size > MAX_UNPACKED_SIZE:
        raise CannotReadSpreadsheet(
            "This workbook unpacks to more than a sheet of reviews can be. Save it as CSV."
        )


def _iter_text_rows(sheet) -> Iterator[list[str]]:
    for row in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS):
        yield [_format_cell(cell) for cell in row]


def _drop_empty_rows(rows: Iterable[list[str]]) -> NumberedRows:
    """The rows that are not empty, with their numbers, up to one more than are allowed.

    The first of them names the columns.
    """
    filled: NumberedRows = []
    for number, row in enumerate(rows, start=1):
        if "".join(row).strip():
            filled.append((number, row))
        if len(filled) == MAX_ROWS + 2:
            break
    return filled


def _format_cell(cell) -> str:
    """A cell as people type it: a date in ISO format, a whole number without a fraction."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if cell is None:
        return ""
    return str(cell)


def _read_csv(data: bytes) -> tuple[NumberedRows, list[str]]:
    """The rows of a CSV file, and notes. Raises CannotReadSpreadsheet."""
    text, notes = _decode(data)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_detect_delimiter(text))
        rows = _drop_empty_rows(_iter_csv_rows(reader))
    except csv.Error as error:
        raise CannotReadSpreadsheet(
            "This file cannot be read as CSV: a cell has no end. "
            "Is a quotation mark missing? Or save it as .xlsx."
        ) from error
    return rows, notes


def _iter_csv_rows(reader: Iterable[list[str]]) -> Iterator[list[str]]:
    """The rows, at most so many columns wide.

    Raises csv.Error for a very long cell: a missing quotation mark makes one of all that follows.
    """
    for row in reader:
        if max(map(len, row), default=0) > MAX_CELL_LENGTH:
            raise csv.Error("a cell is longer than any that people write")
        yield row[:MAX_COLUMNS]


def _detect_delimiter(text: str) -> str:
    """The delimiter with which the first row names the most known columns."""
    first_line = _get_first_filled_line(text)
    best = DELIMITERS[0]
    most_columns = 0
    for delimiter in DELIMITERS:
        head = next(csv.reader([first_line], delimiter=delimiter), [])
        columns = len(_map_columns(head))
        if columns > most_columns:
            best = delimiter
            most_columns = columns
    return best


def _get_first_filled_line(text: str) -> str:
    for line in text.splitlines():
        if line.strip():
            return line
    return ""


def _decode(data: bytes) -> tuple[str, list[str]]:
    """The text of a CSV file, and notes. Raises CannotReadSpreadsheet."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    if b"\0" in data:
        raise CannotReadSpreadsheet("This is neither a CSV file nor an .xlsx workbook.")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), [WINDOWS_1252_NOTE]
    except UnicodeDecodeError as error:
        raise CannotReadSpreadsheet(
            "The letters of this file cannot be read. Save it as CSV in UTF-8, or as .xlsx."
        ) from error


def _build_rows(rows: NumberedRows) -> list[LegacySpreadsheetRow]:
    """The rows below the head, with their cells in known columns. Raises CannotReadSpreadsheet."""
    if not rows:
        raise CannotReadSpreadsheet("This sheet is empty.")
    _, head = rows[0]
    rest = rows[1:]
    places = _map_columns(head)
    _require_columns(places, head)
    if not rest:
        raise CannotReadSpreadsheet(
            "This sheet has a first row with the names of its columns, and nothing below."
        )
    if len(rest) > MAX_ROWS:
        raise CannotReadSpreadsheet(
            f"This sheet has more than {MAX_ROWS:,} rows. Divide it, and record part after part."
        )
    built = []
    for number, row in rest:
        cells = [_get_cell(row, places.get(column)) for column in COLUMNS]
        built.append(LegacySpreadsheetRow(number, tuple(cells)))
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
            place = places.get(_normalize(name))
            if place is not None:
                found[column] = place
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
