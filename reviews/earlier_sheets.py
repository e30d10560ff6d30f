"""Spreadsheets of earlier reviews, as hospitals keep them: CSV or XLSX, read into rows of text with known columns."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from articles.actions import Refused
from articles.spreadsheets import unescaped

MOST_ROWS = 5_000
LONGEST_CELL = 100_000  # characters
LARGEST = 5 * 1024 * 1024  # bytes of the file
UNPACKED = 200 * 1024 * 1024  # bytes of what is packed in it
WIDEST = 50  # columns
COLUMNS = ("page", "reviewer", "post-nominals", "specialty", "reviewed on", "evidence", "due")
NEEDED = ("page", "reviewer", "reviewed on", "evidence")
# What else people call them. Case, blanks and signs do not count.
ALSO = {
    "page": ("page id", "id", "uuid", "address", "url", "title"),
    "reviewer": ("reviewed by", "reviewer name", "name"),
    "post-nominals": ("postnominals", "credentials", "degrees"),
    "specialty": ("speciality",),
    "reviewed on": ("review date", "date of review", "last reviewed", "reviewed", "date"),
    "evidence": ("evidence note", "record", "source"),
    "due": ("due date", "due on", "next review", "next review due"),
}
Filled = list[tuple[int, list[str]]]
DELIMITERS = ",;\t|"
READ_AS_OLD = "The file is not in UTF-8, so it was read as Windows-1252. Look at the names with accents."


class CannotRead(Refused):
    """The file is no sheet that can be read; its text says why and what to do."""


@dataclass(frozen=True)
class Line:
    """One row of a sheet: its number as the spreadsheet shows it, and its cells in the order of ``COLUMNS``."""

    row: int
    cells: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        return self.cells[COLUMNS.index(column)]


@dataclass(frozen=True)
class Sheet:
    """What was read, and what whoever gave it should know of the reading."""

    lines: list[Line]
    notes: tuple[str, ...] = ()


def read(data: bytes) -> Sheet:
    """The rows of a file, whichever of the two kinds it is. Raises CannotRead."""
    if not data.strip():
        raise CannotRead("This file is empty.")
    if len(data) > LARGEST:
        raise CannotRead(f"This file is larger than {LARGEST // 1024**2} MB. Keep only the columns that are needed.")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise CannotRead("This is a workbook of an old kind (.xls). Save it as .xlsx or as CSV, and choose that.")
    rows, notes = _of_workbook(data) if data.startswith(b"PK") else _of_text(data)
    return Sheet(_lines(rows), tuple(notes))


def _of_workbook(data: bytes) -> tuple[Filled, list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > UNPACKED:
                raise CannotRead("This workbook unpacks to more than a sheet of reviews can be. Save it as CSV.")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet, names = book.worksheets[0], book.sheetnames
        rows = _filled([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True, max_col=WIDEST))
    except CannotRead:
        raise
    except (zipfile.BadZipFile, InvalidFileException, OSError):
        raise CannotRead("This file is damaged, or no workbook. Save it again as .xlsx or as CSV.") from None
    except Exception as error:  # openpyxl lets through whatever a broken or foreign file makes it stumble over
        raise CannotRead("This is not a workbook that can be read. Save it again as .xlsx or as CSV.") from error
    more = f"Only its first sheet, “{names[0]}”, was read; the workbook has {len(names)}."
    return rows, [more] if len(names) > 1 else []


def _filled(rows: Iterable[list[str]]) -> Filled:
    """The rows that are not empty, with their numbers: no more than it takes to tell that there are too many."""
    numbered = enumerate(rows, start=1)
    return list(islice(((n, row) for n, row in numbered if any(cell.strip() for cell in row)), MOST_ROWS + 2))


def _text(cell) -> str:
    """A cell as one would type it: a day in its ISO form, a whole number without a fraction."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _of_text(data: bytes) -> tuple[Filled, list[str]]:
    text, notes = _decoded(data)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        return _filled(_ended(row)[:WIDEST] for row in rows), notes
    except csv.Error as error:
        raise CannotRead(
            "This file cannot be read as CSV: a cell has no end. Is a quotation mark missing? Or save it as .xlsx."
        ) from error


def _ended(row: list[str]) -> list[str]:
    """The row, unless a quotation mark that is missing made one cell of all that follows."""
    if any(len(cell) > LONGEST_CELL for cell in row):
        raise csv.Error("a cell is longer than any that people write")
    return row


def _delimiter(text: str) -> str:
    """What divides the columns: the sign by which the first row names the most that we know."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=lambda sign: len(_named(next(csv.reader([first], delimiter=sign), []))))


def _decoded(data: bytes) -> tuple[str, list[str]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    if b"\0" in data:
        raise CannotRead("This is neither a CSV file nor an .xlsx workbook.")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), [READ_AS_OLD]
    except UnicodeDecodeError as error:
        raise CannotRead("The letters of this file cannot be read. Save it as CSV in UTF-8, or as .xlsx.") from error


def _lines(rows: Filled) -> list[Line]:
    if not rows:
        raise CannotRead("This sheet is empty.")
    (_, head), *rest = rows
    named = _named(head)
    if missing := [column for column in NEEDED if column not in named]:
        found = _quoted([" ".join(cell.split())[:40] for cell in head if cell.strip()][:10])
        raise CannotRead(
            f"The first row has to name the columns, and none of them is called {_quoted(missing)}. It says {found}."
        )
    if not rest:
        raise CannotRead("This sheet has a first row with the names of its columns, and nothing below.")
    if len(rest) > MOST_ROWS:
        raise CannotRead(f"This sheet has more than {MOST_ROWS:,} rows. Divide it, and record part after part.")
    return [Line(number, tuple(_cell(row, named.get(column)) for column in COLUMNS)) for number, row in rest]


def _named(head: list[str]) -> dict[str, int]:
    """Column → its place. Of two that go by one name the first; what is called just so before what is called alike."""
    places: dict[str, int] = {}
    for place, cell in enumerate(head):
        places.setdefault(_bare(cell), place)
    found = {}
    for column in COLUMNS:
        names = [_bare(name) for name in (column, *ALSO[column])]
        place = next((places[name] for name in names if name in places), None)
        if place is not None:
            found[column] = place
    return found


def _bare(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _cell(row: list[str], place: int | None) -> str:
    """What a cell says, on one line; without the mark by which our own files keep a spreadsheet from calculating."""
    text = " ".join(row[place].split()) if place is not None and place < len(row) else ""
    return unescaped(text)


def _quoted(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
