"""CSV: separated by commas, semicolons, tabs or bars, in UTF-8 or Windows-1252."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord, UnreadableFile, files
from articles.imports.formats.tables import MAX_CELL_LENGTH, TableRow, check_rows
from articles.imports.formats.tabular import read_records

csv.field_size_limit(MAX_CELL_LENGTH)  # counts for the process
SEPARATORS = ",;\t|"
SEPARATOR_LINE = re.compile(r"sep=(.)\Z")
QUOTED_CELL = re.compile(r'"(?:[^"]|"")*"?')
WINDOWS_ENCODING = "Windows-1252"
UNCLOSED_QUOTE = (
    "a quotation mark opens here, and none closes it. Close it, and write one inside a cell twice."
)


def read(path: Path) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    return read_records(iter_rows(path))


def iter_rows(path: Path, max_size: int | None = None) -> Iterator[TableRow | ReaderNote]:
    """The headings, then the rows. Raises UnreadableFile, also beyond ``max_size`` bytes."""
    files.check_type(path, "text", label="a table in CSV")
    encoding, line = detect_encoding(path, max_size)
    if encoding:
        yield ReaderNote(
            line,
            "",
            f"The file is no UTF-8 text and was read as {WINDOWS_ENCODING}. "
            "Look at its accents and dashes.",
        )
    with files.open_unpacked(path, encoding) as source:
        yield from check_rows(CsvTable(files.read_lines(source, max_size)).iter_rows())


def detect_encoding(path: Path, max_size: int | None = None) -> tuple[str, int]:
    """The encoding of a file if it is not UTF-8, and the first line that shows it.

    It is Windows-1252 if some lines are not UTF-8 and no line has UTF-8 characters beyond ASCII.
    Otherwise single lines are damaged, and each is refused, as is a file that ends within a letter.
    """
    first_invalid = 0
    with files.open_unpacked(path) as source:
        for number, line, _ in files.read_raw_lines(source, max_size):
            if line.isascii():
                continue
            try:
                line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                if error.end == len(line) and error.reason == "unexpected end of data":
                    return "", 0
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

    def iter_rows(self) -> Iterator[TableRow]:
        separator = self._detect_separator()
        reader = csv.reader(self._iter_lines(), delimiter=separator, strict=True)
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
                problem = f"The quotation marks of this row are wrong ({error})."
                yield TableRow(self.row_line, [], problem)
            else:
                yield TableRow(self.row_line, row, self._error)

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
