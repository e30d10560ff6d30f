"""Tables as files for spreadsheets: no cell is a formula, none is cut in silence, several values stand in one.

Whoever reads such a file undoes it with ``unescaped`` and ``split``.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable

from django.http import HttpResponse
from import_export.formats.base_formats import CSV, XLSX
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

FORMATS = {"csv": CSV(), "xlsx": XLSX()}
# What begins so is taken for a formula, or would be once one sign before it were taken away; the wide signs too.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
APART = re.compile(r"(?<!\\) \| ")
LONGEST = 32_767  # characters of a cell of XLSX
CUT = " … (cut here: {:,} characters are more than a cell can hold; a CSV file has them all)"


class TooLong(Exception):
    """A text that a cell cannot hold; the text says where it stands, to the person who asked for the file."""


def escaped(cell) -> str:
    """What a cell says, never as a formula: an apostrophe stands before it."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) else text


def unescaped(text: str) -> str:
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def joined(values: Iterable[str]) -> str:
    """Several values in one cell, apart by “ | ”; a bar or a backslash in one has a backslash before it."""
    return " | ".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)


def split(text: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", value) for value in APART.split(text)] if text else []


def listed(values: Iterable) -> str:
    """Facts of one thing, apart by commas; one with a comma or a quotation mark in it stands in such marks, doubled."""
    return ", ".join(_quoted("" if value is None else str(value)) for value in values)


def facts(text: str) -> list[str]:
    return next(csv.reader([text], skipinitialspace=True), [])


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""')) if re.search(r'[",]|^\s|\s$', text) else text


def answer(name: str, head: list[str], rows: Iterable[list]) -> HttpResponse:
    """A CSV file to download."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(head)
    writer.writerows([escaped(cell) for cell in row] for row in rows)
    return response


def write_csv(head: list[str], rows: Iterable[list], file: io.BufferedIOBase, *, whole: bool) -> None:
    """UTF-8, with the mark by which Excel knows it. A cell holds any text, so all is whole here."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([escaped(cell) for cell in row] for row in rows)
    text.flush()
    text.detach()


def write_xlsx(head: list[str], rows: Iterable[list], file: io.BufferedIOBase, *, whole: bool) -> None:
    """Row by row, so that none is kept in memory; the first one stays in sight.

    A text that no cell can hold is cut, and says so; if all is to be whole, it raises TooLong.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("List")
    sheet.freeze_panes = "A2"
    bold = [WriteOnlyCell(sheet, value=name) for name in head]
    for cell in bold:
        cell.font = Font(bold=True)
    sheet.append(bold)
    refusal = ""
    for row in rows:
        cells = [_cell(value) for value in row]
        for place, cell in enumerate(cells):
            if isinstance(cell, str) and len(cell) > LONGEST:
                named = dict(zip(head, row, strict=True)).get("title", row[0])
                refusal = f"“{head[place]}” has {len(cell):,} characters in the row of “{named}”"
                cells[place] = f"{cell[: LONGEST - len(CUT) - 20]}{CUT.format(len(cell))}"
        if refusal and whole:
            break
        sheet.append(cells)
    book.save(io.BytesIO() if refusal and whole else file)  # in any case, as it tidies up
    if refusal and whole:
        raise TooLong(refusal)


def _cell(value):
    """A number or a date as itself, all else as text."""
    if isinstance(value, int | dt.date) or value is None:
        return value
    return ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", escaped(value))


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
