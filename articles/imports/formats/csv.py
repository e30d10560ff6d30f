"""CSV: separated by commas, semicolons or tabs, in UTF-8 or Windows-1252."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord, UnreadableFile, files
from articles.imports.formats.tabular import RecordTable

MAX_CELL_LENGTH = 2_000_000
# The limit of the module counts for the process: more than a page may have.
csv.field_size_limit(MAX_CELL_LENGTH)
SEPARATORS = ",;\t"
SEPARATOR_LINE = re.compile(r"sep=(.)\Z")
QUOTED_CELL = re.compile(r'"(?:[^"]|"")*"?')
WINDOWS_ENCODING = "Windows-1252"
UNCLOSED_QUOTE = (
    "a quotation mark opens here, and none closes it. Close it, and write one inside a cell twice."
)
QUOTE_SEPARATOR = "Put a cell that holds the separator into quotation marks."


def read(path: Path) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    files.check_type(path, "text", label="a table in CSV")
    encoding, line = detect_encoding(path)
    if encoding:
        yield ReaderNote(
            line,
            "",
            f"The file is no UTF-8 text and was read as {WINDOWS_ENCODING}. "
            "Look at its accents and dashes.",
        )
    with files.open_unpacked(path, encoding) as source:
        yield from CsvTable(files.read_lines(source)).read_records()


def detect_encoding(path: Path) -> tuple[str, int]:
    """The encoding of a file if it is not UTF-8, and the first line that shows it.

    It is Windows-1252 if some lines are not UTF-8 and no line has UTF-8 characters beyond ASCII.
    Otherwise single lines are damaged, and each is refused.
    """
    first_invalid = 0
    with files.open_unpacked(path) as source:
        for number, line, _ in files.read_raw_lines(source):
            if line.isascii():
                continue
            try:
                line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                first_invalid = first_invalid or number
            else:
                return "", 0
    return ("cp1252", first_invalid) if first_invalid else ("", 0)


def detect_separator(line: str) -> str:
    counts = Counter(QUOTED_CELL.sub("", line))
    return max(SEPARATORS, key=counts.__getitem__)


class CsvTable:
    """Rows of a CSV file, with the line that each starts at."""

    def __init__(self, lines: Iterator[files.TextLine]):
        self._lines = lines
        self.row_line = 1
        self._row_length = 0
        self._error = ""
        self._first: files.TextLine | None = None

    def read_records(self) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
        separator = self._detect_separator()
        rows = self._iter_rows(csv.reader(self._iter_lines(), delimiter=separator, strict=True))
        line, row, error = next(rows, (1, [], "The file has no headings."))
        table = RecordTable(row, line)
        errors = [RejectedRecord(line, "", "", error)] if error else list(table.find_errors())
        if errors:
            yield from errors
            return
        for line, row, error in rows:
            if error:
                yield RejectedRecord(line, "", "", error)
            elif any(cell.strip() for cell in row):
                yield from _read_row(table, line, row)

    def _detect_separator(self) -> str:
        """The separator by the first line, which may declare it, as Excel writes it."""
        first = next(self._lines, None)
        while first and not first.text.strip() and not first.trouble:
            first = next(self._lines, None)
        if first is None:
            return ","
        declared = SEPARATOR_LINE.match(first.text)
        if declared:
            return declared[1]
        self._first = first
        return detect_separator(first.text)

    def _iter_lines(self) -> Iterator[str]:
        """Physical lines for the parser, within the maximum length of a row."""
        if self._first:
            yield self._check_line(self._first)
        for line in self._lines:
            yield self._check_line(line)

    def _check_line(self, line: files.TextLine) -> str:
        if not self._row_length:
            self.row_line = line.number
        self._row_length += len(line.text) + 1
        self._error = self._error or line.trouble
        if self._row_length > files.MAX_LINE_LENGTH:
            raise UnreadableFile(f"Line {self.row_line:,}: {UNCLOSED_QUOTE}")
        if "\r" in line.text:
            raise UnreadableFile(
                f"Line {line.number:,} has line ends of an old Macintosh. "
                "Save the file as CSV UTF-8."
            )
        return line.text + "\n"

    def _iter_rows(self, reader) -> Iterator[tuple[int, list[str], str]]:
        while True:
            self._row_length = 0
            self._error = ""
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end" in str(error) or "field larger" in str(error):
                    raise UnreadableFile(f"Line {self.row_line:,}: {UNCLOSED_QUOTE}") from error
                yield self.row_line, [], f"The quotation marks of this row are wrong ({error})."
            else:
                yield self.row_line, row, self._error


def _read_row(
    table: RecordTable, line: int, row: list[str]
) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    if len(row) == table.width:
        yield from table.read_row(line, row)
        return
    reason = (
        f"This row has {len(row):,} cells, and there are {table.width} headings. {QUOTE_SEPARATOR}"
    )
    yield RejectedRecord(line, "", "", reason)
