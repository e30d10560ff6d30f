"""Excel workbooks (.xlsx): the first visible sheet as a stream, with values for formulas."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS

from articles.imports.formats import (
    RawRecord,
    ReaderNote,
    RejectedRecord,
    UnreadableFile,
    files,
    xlsx_strings,
)
from articles.imports.formats.tables import TableRow, check_rows
from articles.imports.formats.tabular import read_records
from articles.imports.formats.xlsx_sheets import SheetRows

MAX_PARTS = 5_000
MAX_PART_SIZE = 64_000_000  # bytes of a part that is read whole, such as shared strings
MAX_SHEET_SIZE = 2_000_000_000
TAIL_LENGTH = 16  # bytes of a block that are read again, as a tag may be divided between two
SHEET_PATH = re.compile(r"xl/worksheets/[^/]+\.xml")
MERGED_TAG = b"mergeCell"
ROW_TAG = re.compile(rb"<(?:\w+:)?row[ />]")
DAMAGED_MESSAGE = (
    "The workbook is damaged or not quite Excel's ({error}). "
    "Open it in Excel and save it, or save it as CSV."
)


def read(path: Path) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    return read_records(iter_rows(path))


def iter_rows(path: Path, max_size: int | None = None) -> Iterator[TableRow | ReaderNote]:
    """The headings, then the rows. Raises UnreadableFile, also beyond ``max_size`` bytes."""
    files.check_type(path, "xlsx", label="an Excel workbook")
    may_be_merged = _check_sizes(path, max_size or files.MAX_UNPACKED_SIZE)
    with _open_workbook(path) as book:
        sheet = _find_visible_sheet(book)
        others = [_describe_sheet(other) for other in book.worksheets if other is not sheet]
        if others:
            reason = (
                f"The first sheet, “{sheet.title}”, was read. Not read: {', '.join(others[:20])}."
            )
            yield ReaderNote(1, "", reason)
        yield from check_rows(_iter_rows(sheet, may_be_merged=may_be_merged))


def _find_visible_sheet(workbook):
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise UnreadableFile("The workbook has no sheet that is shown.")


def _describe_sheet(sheet) -> str:
    hidden = "" if sheet.sheet_state == "visible" else " (hidden)"
    return f"“{sheet.title}”{hidden}"


def _iter_rows(sheet, *, may_be_merged: bool) -> Iterator[TableRow | ReaderNote]:
    try:
        yield from SheetRows(sheet, may_be_merged=may_be_merged)
    except UnreadableFile:
        raise
    except Exception as error:  # as in _open_workbook
        raise _damaged_error(error) from error


def _damaged_error(error: Exception) -> UnreadableFile:
    """Names the cause only: the text of openpyxl's error contains paths of the server."""
    return UnreadableFile(DAMAGED_MESSAGE.format(error=type(error.__cause__ or error).__name__))


class WorkbookReader(ExcelReader):
    """Reads the strings of a workbook with their styles and as they are escaped."""

    def read_strings(self):
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = list(xlsx_strings.read_shared_strings(source))


@contextmanager
def _open_workbook(path: Path):
    """A workbook, whatever its name."""
    with path.open("rb") as file:
        try:
            reader = WorkbookReader(file, read_only=True, data_only=True, keep_links=False)
            reader.read()
            book = reader.wb
        except Exception as error:  # whatever a hostile file makes the parts of openpyxl raise
            raise _damaged_error(error) from error
        with closing(book):
            yield book


def _check_sizes(path: Path, max_size: int) -> bool:
    """Whether cells may be merged. Raises UnreadableFile if a workbook is too large unpacked."""
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
            may_be_merged = False
            for part in parts:
                if SHEET_PATH.fullmatch(part.filename) and _scan_sheet(package, part):
                    may_be_merged = True
            return may_be_merged
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
    """Whether a sheet has merged cells, by its bytes alone.

    Raises UnreadableFile if a row is too long.
    """
    has_merged = False
    row_length = 0
    row_count = 0
    tail = b""
    with package.open(part) as source:
        while block := source.read(files.BLOCK_SIZE):
            text = tail + block
            has_merged = has_merged or MERGED_TAG in text
            row_ends = [found.end() for found in ROW_TAG.finditer(text)]
            row_count += len(row_ends)
            last_row = row_ends[-1] if row_ends else 0
            row_length = len(text) - last_row if row_ends else row_length + len(block)
            tail = text[max(len(text) - TAIL_LENGTH, last_row) :]
            if row_length > files.MAX_LINE_LENGTH:
                raise UnreadableFile(
                    f"Row {row_count:,} is longer than {files.MAX_LINE_LENGTH:,} bytes."
                )
    return has_merged
