"""CSV: commas, semicolons or tabs, as UTF-8 or as old Windows programs write it."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from articles.imports.reading import Found, Noted, Refused, Unreadable, files
from articles.imports.reading.sheets import Sheet

LONGEST_CELL = 2_000_000
csv.field_size_limit(LONGEST_CELL)  # the module has one for the process: as much as a page may carry, and some
SEPARATORS = ",;\t"
SAID = re.compile(r"sep=(.)\Z")
QUOTED = re.compile(r'"(?:[^"]|"")*"?')
WINDOWS = "Windows-1252"
OPEN = "a quotation mark opens here, and none closes it. Close it, and write one inside a cell twice."
SHIFTED = "Put a cell that holds the separator into quotation marks."


def read(path: Path) -> Iterator[Found | Refused | Noted]:
    files.expect(path, "text", called="a table in CSV")
    encoding, line = encoded(path)
    if encoding:
        yield Noted(line, "", f"The file is no UTF-8 text and was read as {WINDOWS}. Look at its accents and dashes.")
    with files.unpacked(path, encoding) as source:
        yield from Table(files.lines(source)).records()


def encoded(path: Path) -> tuple[str, int]:
    """What to read a file as, if not as UTF-8, and the first line that tells.

    It is Windows-1252 where bytes are no UTF-8 and no line has letters beyond ASCII that are: else single lines are
    damaged, and each is refused.
    """
    first = 0
    with files.unpacked(path) as source:
        for number, line, _ in files.raw_lines(source):
            if line.isascii():
                continue
            try:
                line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                first = first or number
            else:
                return "", 0
    return ("cp1252", first) if first else ("", 0)


def separator(line: str) -> str:
    counts = Counter(QUOTED.sub("", line))
    return max(SEPARATORS, key=lambda mark: counts[mark])


class Table:
    """Rows of a CSV, with the line that each starts at."""

    def __init__(self, lines: Iterator[files.Line]):
        self._lines = lines
        self.start = 1
        self._size = 0
        self._trouble = ""
        self._first: files.Line | None = None

    def records(self) -> Iterator[Found | Refused | Noted]:
        mark = self._begin()
        rows = self._rows(csv.reader(self._feed(), delimiter=mark, strict=True))
        line, row, trouble = next(rows, (1, [], "The file has no headings."))
        sheet = Sheet(row, line)
        troubles = [Refused(line, "", "", trouble)] if trouble else list(sheet.troubles())
        if troubles:
            yield from troubles
            return
        for line, row, trouble in rows:
            if not trouble and not any(cell.strip() for cell in row):
                continue
            if trouble:
                yield Refused(line, "", "", trouble)
            elif len(row) != sheet.width:
                reason = f"This row has {len(row):,} cells, and there are {sheet.width} headings. {SHIFTED}"
                yield Refused(line, "", "", reason)
            else:
                yield from sheet.record(line, row)

    def _begin(self) -> str:
        """Find the separator in the first line, which may say it outright, as Excel writes it."""
        first = next(self._lines, None)
        while first and not first.text.strip() and not first.trouble:
            first = next(self._lines, None)
        if first and (said := SAID.match(first.text)):
            return said[1]
        self._first = first
        return separator(first.text) if first else ","

    def _feed(self) -> Iterator[str]:
        """Physical lines for the parser, no more of them to one row than a row may be long."""
        for line in chain([self._first] if self._first else [], self._lines):
            yield self._taken(line)

    def _taken(self, line: files.Line) -> str:
        if not self._size:
            self.start = line.number
        self._size += len(line.text) + 1
        self._trouble = self._trouble or line.trouble
        if self._size > files.LONGEST_LINE:
            raise Unreadable(f"Line {self.start:,}: {OPEN}")
        if "\r" in line.text:
            raise Unreadable(f"Line {line.number:,} has line ends of an old Macintosh. Save the file as CSV UTF-8.")
        return line.text + "\n"

    def _rows(self, reader) -> Iterator[tuple[int, list[str], str]]:
        while True:
            self._size, self._trouble = 0, ""
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end" in str(error) or "field larger" in str(error):
                    raise Unreadable(f"Line {self.start:,}: {OPEN}") from error
                yield self.start, [], f"The quotation marks of this row are wrong ({error})."
            else:
                yield self.start, row, self._trouble
