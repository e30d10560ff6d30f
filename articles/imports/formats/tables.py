"""Rows of a table, CSV or Excel: text in every cell, or why a row cannot be used."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from articles.imports.formats import ReaderNote, UnreadableFile

MAX_COLUMNS = 1_000
MAX_CELL_LENGTH = 2_000_000  # characters: more than a page may have
LOST_LETTER = "\N{REPLACEMENT CHARACTER}"
LOST_LETTER_MESSAGE = (
    f"A letter was lost, and {LOST_LETTER} stands in its place. Type the word again."
)
WRONG_WIDTH = (
    "This row has {:,} cells, and there are {:,} headings. "
    "In CSV, put a cell that holds the separator into quotation marks."
)

NO_HEADING = (
    "“{}” stands in a column without a heading. Name the column, or begin its heading with #."
)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row; with a ``problem`` it cannot be used. ``column`` is the heading of its bad cell."""

    line: int
    cells: list[str]
    problem: str = ""
    column: str = ""


def check_rows(rows: Iterable[TableRow | ReaderNote]) -> Iterator[TableRow | ReaderNote]:
    """The rows that are not empty, each with its problem. The first has the headings.

    Raises UnreadableFile for too many columns.
    """
    headings: list[str] | None = None
    for row in rows:
        if isinstance(row, ReaderNote):
            yield row
            continue
        if not row.problem and not any(cell.strip() for cell in row.cells):
            continue
        if headings is None:
            headings = _strip_empty_end(row.cells)
            if len(headings) > MAX_COLUMNS:
                raise UnreadableFile(
                    f"Line {row.line:,}: the table has more than {MAX_COLUMNS:,} columns."
                )
            row = replace(row, cells=headings)
        yield _check_row(row, headings)


def _check_row(row: TableRow, headings: list[str]) -> TableRow:
    """A row as wide as the headings. Empty cells at its end may be missing, or too many."""
    width = len(headings)
    cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
    problem = row.problem
    if not problem and any(cell.strip() for cell in row.cells[width:]):
        problem = WRONG_WIDTH.format(len(row.cells), width)
    for heading, cell in zip(headings, cells, strict=True):
        found = _find_problem(cell)
        if not found and cell.strip() and not heading.strip():
            found = NO_HEADING.format(cell.strip()[:80])
        if found:
            return replace(row, cells=cells, problem=problem or found, column=heading.strip())
    return replace(row, cells=cells, problem=problem)


def _find_problem(cell: str) -> str:
    if LOST_LETTER in cell:
        return LOST_LETTER_MESSAGE
    if "\0" in cell:
        return "This is no text: it holds U+0000. Type the cell again."
    if len(cell) > MAX_CELL_LENGTH:
        return f"This cell has more than {MAX_CELL_LENGTH:,} characters."
    return ""


def _strip_empty_end(cells: list[str]) -> list[str]:
    """The cells without the empty ones after the last."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
