"""Rows of an Excel sheet as text, and what of them cannot be used: hidden, merged, in error."""

import datetime
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet._reader import (
    FORMULA_TAG,
    INLINE_STRING,
    VALUE_TAG,
    WorkSheetParser,
)
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from articles.imports.formats import ReaderNote, UnreadableFile, xlsx_strings
from articles.imports.formats.number_formats import (
    GENERAL,
    UnknownNumberFormat,
    adds_words,
    format_number,
    has_lost_digits,
    hides_everything,
)
from articles.imports.formats.tables import TableRow
from articles.imports.formats.xlsx_strings import RAISED_TAGS, TextRun

MAX_ROWS = 1_048_576  # what Excel itself can hold
MAX_COLUMNS = 16_384
MERGED_TAG = f"{{{SHEET_MAIN_NS}}}mergeCell"
ROW_TAG = f"{{{SHEET_MAIN_NS}}}row"
YES = ("1", "true")
HIDDEN_ROW = "This row is hidden in Excel, by hand or by a filter. Show it, or delete it."
HIDDEN_COLUMN = (
    "The column {}, “{}”, is hidden in Excel, so its cells were left out. "
    "To have them, show it and upload the file again."
)
MERGED = (
    "The cells {} are merged, and only one of them has a value. "
    "Unmerge them, and fill in each cell."
)
STRUCK = "Left out of {}, as they are struck out: “{}”."
ERROR = "The cell {} shows an error ({}). Correct its formula."
NO_VALUE = "The formula in {} has no value. Open and save the workbook in Excel, or type it."
HIDDEN_CELL = "The format of {} hides what is in it. Choose another format, or empty the cell."
LOST_DIGITS = (
    "The number in {} has more than 15 digits, and Excel keeps no more. "
    "Format the cell as text, and type it again."
)
UNKNOWN_FORMAT = (
    "The cell {} has the format “{}”, so what it shows is not known. "
    "Format the cell as text, and type what it is to say."
)


class UnusableCell(ValueError):
    """What a cell says is not known; the message names the cell, and what to do."""


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How the cells of a style show what is in them."""

    number_format: str
    struck: bool
    tag: str


class SheetParser(WorkSheetParser):
    """Cells with the runs of their text, and whether a formula has no value."""

    def parse_cell(self, element: Element) -> dict:
        text = None
        child = element.find(INLINE_STRING)
        if child is not None:
            text = xlsx_strings.read_string(child)
            element.remove(child)  # which takes openpyxl long
        cell = super().parse_cell(element)
        if element.get("t") == "inlineStr":
            cell["value"] = text
        value = element.find(VALUE_TAG)
        is_empty_text = element.get("t") == "str" and value is not None
        has_formula = element.find(FORMULA_TAG) is not None
        cell["lacks_value"] = has_formula and cell["value"] is None and not is_empty_text
        return cell


class SheetRows:
    """The rows of a sheet, one after the other, each with what cannot be used in it.

    ``sheet`` is one that openpyxl reads as a stream; its types do not name all that is used here.
    """

    def __init__(self, sheet: Any, *, may_be_merged: bool):
        self._sheet = sheet
        self._book = sheet.parent
        self._styles: dict[int, CellStyle] = {}
        self._merged = MergedRows(_read_merged_ranges(sheet) if may_be_merged else [])
        self._hidden_columns: set[int] = set()
        self._has_headings = False

    def __iter__(self) -> Iterator[TableRow | ReaderNote]:
        book = self._book
        with self._sheet._get_source() as source:
            parser = SheetParser(
                source,
                self._sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for line, cells in parser.parse():
                if line > MAX_ROWS:
                    raise UnreadableFile(f"The sheet has more than {MAX_ROWS:,} rows.")
                attributes = parser.row_dimensions.pop(str(line), {})
                self._read_columns(parser)
                yield from self._read_row(line, cells, is_hidden=_is_hidden(attributes, "ht"))

    def _read_columns(self, parser: SheetParser) -> None:
        for attributes in parser.column_dimensions.values():
            if _is_hidden(attributes, "width"):
                last = min(int(attributes.get("max", attributes["min"])), MAX_COLUMNS)
                self._hidden_columns.update(range(int(attributes["min"]), last + 1))
        parser.column_dimensions.clear()

    def _read_row(
        self, line: int, cells: list[dict], *, is_hidden: bool
    ) -> Iterator[TableRow | ReaderNote]:
        texts: dict[int, str] = {}
        problem = HIDDEN_ROW if is_hidden else self._merged.describe(line)
        for cell in cells:
            try:
                text, struck = self._read_text(cell)
            except UnusableCell as error:
                text, struck = "", ""
                problem = problem or str(error)
                texts[0] = ""  # the row is not empty
            if struck.strip():
                yield ReaderNote(line, "", STRUCK.format(_get_place(cell), struck.strip()[:200]))
            if text:
                texts[cell["column"]] = text
        if 0 not in texts and not any(map(str.strip, texts.values())):
            return
        yield from self._note_hidden_columns(line, texts)
        width = max(texts)
        row = [texts.get(column, "") for column in range(1, width + 1)]
        yield TableRow(line, row, problem)

    def _note_hidden_columns(self, line: int, texts: dict[int, str]) -> Iterator[ReaderNote]:
        """Take out what stands in hidden columns. The headings, which come first, say so."""
        for column in self._hidden_columns.intersection(texts):
            text = texts[column].strip()
            texts[column] = ""
            if text and not self._has_headings:
                reason = HIDDEN_COLUMN.format(get_column_letter(column), text[:80])
                yield ReaderNote(line, "", reason)
        self._has_headings = self._has_headings or any(map(str.strip, texts.values()))

    def _read_text(self, cell: dict) -> tuple[str, str]:
        """The words of a cell that hold, and those struck out. Raises UnusableCell."""
        if cell["column"] > MAX_COLUMNS:
            raise UnreadableFile(f"The sheet has more than {MAX_COLUMNS:,} columns.")
        value = cell["value"]
        if cell["data_type"] == "e" or (isinstance(value, str) and value in ERROR_CODES):
            raise UnusableCell(ERROR.format(_get_place(cell), value))
        if cell["lacks_value"]:
            raise UnusableCell(NO_VALUE.format(_get_place(cell)))
        if value is None or value == "":
            return "", ""
        style = self._get_style(cell["style_id"])
        if hides_everything(style.number_format):
            raise UnusableCell(HIDDEN_CELL.format(_get_place(cell)))
        if not isinstance(value, str | tuple):
            text = _format_value(value, style.number_format, cell)
            return ("", text) if style.struck else (text, "")
        if _adds_words(style.number_format):
            raise UnusableCell(UNKNOWN_FORMAT.format(_get_place(cell), style.number_format[:60]))
        runs = value if isinstance(value, tuple) else (TextRun(value, style.struck, style.tag),)
        return xlsx_strings.build_text(runs)

    def _get_style(self, number: int) -> CellStyle:
        style = self._styles.get(number)
        if style is None:
            given = self._book._cell_styles[number]
            font = self._book._fonts[given.fontId]
            style = CellStyle(
                _get_number_format(self._book, given.numFmtId),
                bool(font.strike),
                RAISED_TAGS.get(font.vertAlign, ""),
            )
            self._styles[number] = style
        return style


class MergedRows:
    """The rows in which cells are merged."""

    def __init__(self, ranges: list[str]):
        spans = []
        for text in ranges:
            _, first, _, last = range_boundaries(text)
            spans.append((first or 1, last or MAX_ROWS, text))
        self._starts: list[int] = []
        self._spans: list[tuple[int, str]] = []
        for first, last, text in sorted(spans):
            if self._spans and first <= self._spans[-1][0]:
                end, name = self._spans[-1]
                self._spans[-1] = (max(end, last), name)
                continue
            self._starts.append(first)
            self._spans.append((last, text))

    def describe(self, line: int) -> str:
        """Why a row cannot be used; empty if none of its cells is merged."""
        place = bisect_right(self._starts, line) - 1
        if place < 0 or self._spans[place][0] < line:
            return ""
        return MERGED.format(self._spans[place][1])


def _read_merged_ranges(sheet: Any) -> list[str]:
    """What is merged stands behind the rows, so the sheet is read to its end first."""
    ranges: list[str] = []
    with sheet._get_source() as source:
        for _, element in iterparse(source):
            if element.tag == MERGED_TAG:
                ranges.append(element.get("ref", "A1"))
            if element.tag in (MERGED_TAG, ROW_TAG):
                element.clear()
    return ranges


def _is_hidden(attributes: dict, size: str) -> bool:
    if attributes.get("hidden") in YES:
        return True
    return size in attributes and float(attributes[size]) == 0


def _get_number_format(book, number: int) -> str:
    if number < BUILTIN_FORMATS_MAX_SIZE:
        return BUILTIN_FORMATS.get(number, GENERAL)
    return book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE]


@lru_cache(maxsize=1_000)
def _adds_words(number_format: str) -> bool:
    try:
        return adds_words(number_format)
    except UnknownNumberFormat:
        return True


def _get_place(cell: dict) -> str:
    return f"{get_column_letter(cell['column'])}{cell['row']}"


def _format_value(value: object, number_format: str, cell: dict) -> str:
    """A number, date or answer as a cell shows it. Raises UnusableCell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if not isinstance(value, int | float):
        return str(value)
    if has_lost_digits(value):
        raise UnusableCell(LOST_DIGITS.format(_get_place(cell)))
    try:
        return format_number(value, number_format)
    except UnknownNumberFormat as error:
        message = UNKNOWN_FORMAT.format(_get_place(cell), number_format[:60])
        raise UnusableCell(message) from error
