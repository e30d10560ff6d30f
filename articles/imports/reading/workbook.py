"""Excel workbooks (.xlsx): the first sheet that is shown, read as a stream, formulas as the values they gave."""

import datetime
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import ERROR_CODES

from articles.imports.reading import Found, Noted, Refused, Unreadable, files
from articles.imports.reading.sheets import Sheet

MOST_ROWS = 1_048_576  # what Excel itself can hold
MOST_PARTS = 5_000
LARGEST_PART = 64_000_000  # bytes of what is held whole, such as the words that cells share
LARGEST_SHEET = 2_000_000_000
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
ROW = re.compile(rb"<(?:\w+:)?row[ />]")
FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
DAMAGED = "The workbook is damaged or not quite Excel's ({error}). Open it in Excel and save it, or save it as CSV."


def read(path: Path) -> Iterator[Found | Refused | Noted]:
    files.expect(path, "xlsx", called="an Excel workbook")
    reckons = _measured(path)
    values = _opened(path, data_only=True)
    formulas = _opened(path, data_only=False) if reckons else None
    try:
        shown = [sheet for sheet in values.worksheets if sheet.sheet_state == "visible"]
        if not shown:
            raise Unreadable("The workbook has no sheet that is shown.")
        others = [f"“{sheet.title}”" for sheet in values.worksheets if sheet is not shown[0]]
        if others:
            yield Noted(1, "", f"The first sheet, “{shown[0].title}”, was read. Not read: {', '.join(others[:20])}.")
        same = formulas[shown[0].title] if formulas else None
        yield from _records(_rows(shown[0]), _rows(same) if same else None)
    finally:
        values.close()
        if formulas:
            formulas.close()


def _damaged(error: Exception) -> Unreadable:
    """openpyxl wraps what went wrong into words that name our own folders."""
    return Unreadable(DAMAGED.format(error=type(error.__cause__ or error).__name__))


def _opened(path: Path, *, data_only: bool):
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=data_only, keep_links=False)
    except Exception as error:  # openpyxl lets through whatever a hostile file makes its parts raise
        raise _damaged(error) from error


def _measured(path: Path) -> bool:
    """Whether a sheet has formulas. Raises Unreadable where a part is larger than what may be held."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS:
                raise Unreadable(f"The workbook has more than {MOST_PARTS:,} parts. Save the sheet as CSV.")
            for part in parts:
                most = LARGEST_SHEET if SHEET.fullmatch(part.filename) else LARGEST_PART
                if part.file_size > most:
                    raise Unreadable(f"{part.filename} is larger than {most:,} bytes unpacked. Save the sheet as CSV.")
            reckon = [_scanned(packed, part) for part in parts if SHEET.fullmatch(part.filename)]
            return any(reckon)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Unreadable(f"The workbook cannot be unpacked ({error}). Copy it again, and whole.") from error


def _scanned(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a sheet has formulas, looking at its bytes alone; and that no row of it is boundless."""
    reckons, since, number, tail = False, 0, 0, b""
    with packed.open(part) as source:
        while block := source.read(files.BLOCK):
            text = tail + block
            reckons = reckons or bool(FORMULA.search(text))
            rows = [found.end() for found in ROW.finditer(text)]
            since = len(text) - rows[-1] if rows else since + len(block)
            number += len(rows)
            tail = text[max(len(text) - 16, rows[-1] if rows else 0) :]
            if since > files.LONGEST_LINE:
                raise Unreadable(f"Row {number:,} is longer than {files.LONGEST_LINE:,} bytes.")
    return reckons


def _rows(sheet) -> Iterator[Sequence]:
    """The cells of each row. The size that a sheet claims for itself is not believed."""
    sheet.reset_dimensions()
    try:
        for number, row in enumerate(sheet.iter_rows(), start=1):
            if number > MOST_ROWS:
                raise Unreadable(f"The sheet has more than {MOST_ROWS:,} rows.")
            yield row
    except Unreadable:
        raise
    except Exception as error:  # as above
        raise _damaged(error) from error


def _records(rows: Iterator[Sequence], formulas: Iterator[Sequence] | None) -> Iterator[Found | Refused | Noted]:
    sheet = None
    for line, row in enumerate(rows, start=1):
        reckoned = next(formulas, ()) if formulas else ()
        texts = [_text(cell.value) for cell in row]
        if not any(texts) and not reckoned:
            continue
        trouble = _trouble(row, reckoned)
        if sheet is None and any(texts):
            while texts and not texts[-1]:
                texts.pop()
            sheet = Sheet(texts, line)
            if troubles := list(sheet.troubles()):
                yield from troubles
                return
        elif trouble:
            yield Refused(line, "", "", trouble)
        elif any(texts[sheet.width :]):
            yield Refused(line, "", "", f"This row goes on beyond the last of the {sheet.width} headings.")
        elif any(texts):
            yield from sheet.record(line, texts[: sheet.width])
    if sheet is None:
        yield Refused(1, "", "", "The sheet has no headings.")


def _trouble(row: Sequence, reckoned: Sequence) -> str:
    for cell in row:
        if cell.data_type == "e" or cell.value in ERROR_CODES:
            return f"The cell {cell.coordinate} shows an error ({cell.value}). Mend its formula."
    for cell, formula in zip(row, reckoned, strict=False):
        if formula.data_type == "f" and cell.value is None:
            return f"The formula in {formula.coordinate} has no value. Open and save the workbook in Excel, or type it."
    return ""


def _text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)
