"""Excel workbooks (.xlsx): the first visible sheet as a stream, with values for formulas."""

import datetime
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import ERROR_CODES

from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord, UnreadableFile, files
from articles.imports.formats.tables import TableRow, check_rows
from articles.imports.formats.tabular import read_records

MAX_ROWS = 1_048_576  # what Excel itself can hold
MAX_PARTS = 5_000
MAX_PART_SIZE = 64_000_000  # bytes of a part that is read whole, such as shared strings
MAX_SHEET_SIZE = 2_000_000_000
TAIL_LENGTH = 16  # bytes of a block that are read again, as a tag may be divided between two
SHEET_PATH = re.compile(r"xl/worksheets/[^/]+\.xml")
ROW_TAG = re.compile(rb"<(?:\w+:)?row[ />]")
FORMULA_TAG = re.compile(rb"<(?:\w+:)?f[ >/]")
DAMAGED_MESSAGE = (
    "The workbook is damaged or not quite Excel's ({error}). "
    "Open it in Excel and save it, or save it as CSV."
)


def read(path: Path) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    return read_records(iter_rows(path))


def iter_rows(path: Path, max_size: int | None = None) -> Iterator[TableRow | ReaderNote]:
    """The headings, then the rows. Raises UnreadableFile, also beyond ``max_size`` bytes."""
    files.check_type(path, "xlsx", label="an Excel workbook")
    has_formulas = _check_sizes(path, max_size or files.MAX_UNPACKED_SIZE)
    with _open_workbook(path, data_only=True) as values, ExitStack() as stack:
        sheet = _find_visible_sheet(values)
        others = [f"“{other.title}”" for other in values.worksheets if other is not sheet]
        if others:
            reason = (
                f"The first sheet, “{sheet.title}”, was read. Not read: {', '.join(others[:20])}."
            )
            yield ReaderNote(1, "", reason)
        formula_rows = None
        if has_formulas:
            formulas = stack.enter_context(_open_workbook(path, data_only=False))
            formula_rows = _iter_cells(formulas[sheet.title])
        yield from check_rows(_iter_texts(_iter_cells(sheet), formula_rows), may_be_short=True)


def _find_visible_sheet(workbook):
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise UnreadableFile("The workbook has no sheet that is shown.")


def _damaged_error(error: Exception) -> UnreadableFile:
    """Names the cause only: the text of openpyxl's error contains paths of the server."""
    return UnreadableFile(DAMAGED_MESSAGE.format(error=type(error.__cause__ or error).__name__))


@contextmanager
def _open_workbook(path: Path, *, data_only: bool):
    """A workbook, whatever its name."""
    with path.open("rb") as file:
        try:
            book = openpyxl.load_workbook(
                file, read_only=True, data_only=data_only, keep_links=False
            )
        except Exception as error:  # whatever a hostile file makes the parts of openpyxl raise
            raise _damaged_error(error) from error
        with closing(book):
            yield book


def _check_sizes(path: Path, max_size: int) -> bool:
    """Whether a sheet has formulas. Raises UnreadableFile if it is too large unpacked."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS:
                raise UnreadableFile(
                    f"The workbook has more than {MAX_PARTS:,} parts. Save the sheet as CSV."
                )
            if sum(part.file_size for part in parts) > max_size:
                raise UnreadableFile(
                    f"The workbook unpacks to more than {max_size:,} bytes. Save the sheet as CSV."
                )
            for part in parts:
                _check_part_size(part)
            has_formulas = False
            for part in parts:
                if SHEET_PATH.fullmatch(part.filename) and _scan_sheet(package, part):
                    has_formulas = True
            return has_formulas
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(
            f"The workbook cannot be unpacked ({error}). Copy it again, and whole."
        ) from error


def _check_part_size(part: zipfile.ZipInfo) -> None:
    max_size = MAX_SHEET_SIZE if SHEET_PATH.fullmatch(part.filename) else MAX_PART_SIZE
    if part.file_size > max_size:
        raise UnreadableFile(
            f"{part.filename} is larger than {max_size:,} bytes unpacked. Save the sheet as CSV."
        )


def _scan_sheet(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a sheet has formulas, by its bytes alone.

    Raises UnreadableFile if a row is too long.
    """
    has_formulas = False
    row_length = 0
    row_count = 0
    tail = b""
    with package.open(part) as source:
        while block := source.read(files.BLOCK_SIZE):
            text = tail + block
            has_formulas = has_formulas or bool(FORMULA_TAG.search(text))
            row_ends = [found.end() for found in ROW_TAG.finditer(text)]
            row_count += len(row_ends)
            last_row = row_ends[-1] if row_ends else 0
            row_length = len(text) - last_row if row_ends else row_length + len(block)
            tail = text[max(len(text) - TAIL_LENGTH, last_row) :]
            if row_length > files.MAX_LINE_LENGTH:
                raise UnreadableFile(
                    f"Row {row_count:,} is longer than {files.MAX_LINE_LENGTH:,} bytes."
                )
    return has_formulas


def _iter_cells(sheet) -> Iterator[Sequence]:
    """The cells of each row. The dimensions that a sheet declares can be wrong and are ignored."""
    sheet.reset_dimensions()
    try:
        for number, row in enumerate(sheet.iter_rows(), start=1):
            if number > MAX_ROWS:
                raise UnreadableFile(f"The sheet has more than {MAX_ROWS:,} rows.")
            yield row
    except UnreadableFile:
        raise
    except Exception as error:  # as in _open_workbook
        raise _damaged_error(error) from error


def _iter_texts(
    rows: Iterator[Sequence], formulas: Iterator[Sequence] | None
) -> Iterator[TableRow]:
    for line, row in enumerate(rows, start=1):
        formula_row = next(formulas, ()) if formulas else ()
        texts = [_format_value(cell.value) for cell in row]
        yield TableRow(line, texts, _find_error(row, formula_row))


def _find_error(row: Sequence, formulas: Sequence) -> str:
    for cell in row:
        if cell.data_type == "e" or cell.value in ERROR_CODES:
            return f"The cell {cell.coordinate} shows an error ({cell.value}). Correct its formula."
    for cell, formula in zip(row, formulas, strict=False):
        if formula.data_type == "f" and cell.value is None:
            return (
                f"The formula in {formula.coordinate} has no value. "
                "Open and save the workbook in Excel, or type it."
            )
    return ""


def _format_value(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)
