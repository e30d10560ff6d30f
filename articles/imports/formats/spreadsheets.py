"""Tables as spreadsheet files: no cell is a formula, and no text is cut without a note.

``unescape_formula`` reverses what is done to cells.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable
from typing import BinaryIO

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

CONTENT_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What a spreadsheet takes for a formula, also the full-width signs, and what would become one
# once an apostrophe before it is removed.
FORMULA_START = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
# In XLSX “_x000D_” stands for a character; an underscore that begins such a text is escaped.
ESCAPE_START = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
MAX_CELL_LENGTH = 32_767  # characters of a cell of XLSX
CUT_NOTE = " … (cut here: {:,} characters are more than a cell can hold; a CSV file has them all)"


class CannotExport(Exception):
    """A text is too long for a cell; the message names its column and its row."""


def escape_formula(cell) -> str:
    """A cell as text that is no formula: an apostrophe goes before what looks like one."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA_START.match(text) else text


def unescape_formula(text: str) -> str:
    if text.startswith("'") and FORMULA_START.match(text):
        return text[1:]
    return text


def join_values(values: Iterable[str]) -> str:
    """Several values in one cell, separated by “ | ”; bars and backslashes in them are escaped."""
    return " | ".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)


def build_csv_response(name: str, head: list[str], rows: Iterable[list]) -> HttpResponse:
    """A CSV file to download."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")
    _write_csv_rows(response, head, rows)
    return response


def write_csv(head: list[str], rows: Iterable[list], file: BinaryIO, *, whole: bool) -> None:
    """Write UTF-8 with the mark by which Excel recognizes it. No text is too long for a cell."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    _write_csv_rows(text, head, rows)
    text.flush()
    text.detach()


def _write_csv_rows(file, head: list[str], rows: Iterable[list]) -> None:
    writer = csv.writer(file)
    writer.writerow(head)
    for row in rows:
        writer.writerow([escape_formula(cell) for cell in row])


def write_xlsx(head: list[str], rows: Iterable[list], file: BinaryIO, *, whole: bool) -> None:
    """Write row by row, so that memory stays bounded; the row of headings stays in sight.

    A text that is too long for a cell is cut with a note; with ``whole`` it raises CannotExport.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("List")
    sheet.freeze_panes = "A2"
    sheet.append(_build_headings(sheet, head))
    error = ""
    for row in rows:
        cells = [_prepare_cell(value) for value in row]
        for place, cell in enumerate(cells):
            if isinstance(cell, str) and len(cell) > MAX_CELL_LENGTH:
                row_name = dict(zip(head, row, strict=True)).get("title", row[0])
                error = f"“{head[place]}” has {len(cell):,} characters in the row of “{row_name}”"
                cells[place] = _cut_text(cell)
        if error and whole:
            break
        sheet.append(cells)
    if error and whole:
        book.save(io.BytesIO())  # deletes the temporary file of the sheet
        raise CannotExport(error)
    book.save(file)


def _build_headings(sheet, head: list[str]) -> list[Cell]:
    cells = []
    for name in head:
        cell = WriteOnlyCell(sheet, value=name)
        cell.font = Font(bold=True)
        cells.append(cell)
    return cells


def _cut_text(text: str) -> str:
    beginning = text[: MAX_CELL_LENGTH - len(CUT_NOTE) - 20]
    return beginning + CUT_NOTE.format(len(text))


def _prepare_cell(value):
    """Numbers and dates as they are, everything else as text."""
    if isinstance(value, int | dt.date) or value is None:
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", escape_formula(value))
    return ESCAPE_START.sub("_x005F_", text)


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
