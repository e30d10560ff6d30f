"""Tables of CSV and Excel: a row of headings, then a record in each row."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord, cells, columns
from articles.imports.formats.columns import ImportColumn
from articles.imports.formats.tables import TableRow

COMMENT_PREFIX = "#"  # a column whose heading begins with it is ignored


def read_records(
    rows: Iterable[TableRow | ReaderNote],
) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    """The records of a table, whose first row has the headings."""
    table = None
    for row in rows:
        if isinstance(row, ReaderNote):
            yield row
        elif row.problem:
            key, type_name = table.identify(row.cells) if table else ("", "")
            yield RejectedRecord(row.line, key, row.column[:80], row.problem, type_name)
            if table is None:
                return
        elif table is None:
            table = RecordTable(row.cells, row.line)
            errors = list(table.find_errors())
            if errors:
                yield from errors
                return
        else:
            yield from table.read_row(row.line, row.cells)
    if table is None:
        yield RejectedRecord(1, "", "", "The table has no headings.")


class RecordTable:
    """The records of a table whose headings were read.

    Its rows are read only if ``find_errors`` finds none.
    """

    def __init__(self, headings: Sequence[str], line: int = 1):
        self.line = line
        self.headings = [heading.strip() for heading in headings]
        self.types = columns.get_types()
        self.columns: list[ImportColumn | None] = []
        known = columns.get_columns()
        for name in self.headings:
            self.columns.append(known.get(columns.normalize_heading(name)))
        self.headings_by_field: dict[str, str] = {}
        for name, column in zip(self.headings, self.columns, strict=True):
            if column:
                self.headings_by_field[column.key] = name

    def find_errors(self) -> Iterator[RejectedRecord]:
        """The headings that are unknown, repeated or missing."""
        known = {column.name: column for column in columns.get_columns().values()}
        seen = set()
        for name, column in zip(self.headings, self.columns, strict=True):
            if column is None:
                if columns.normalize_heading(name) and not _is_comment(name):
                    yield self._reject_unknown_heading(name, known)
                continue
            if column.name in seen:
                yield self._reject_heading(
                    name, f"The column “{column.name}” is there twice. Delete or rename one."
                )
            seen.add(column.name)
        for name in columns.REQUIRED_COLUMNS:
            if name not in seen:
                required = _join_names(columns.REQUIRED_COLUMNS)
                yield self._reject_heading(
                    name, f"The column “{name}” is missing. Each row needs {required}."
                )

    def _reject_unknown_heading(self, name: str, known: dict[str, ImportColumn]) -> RejectedRecord:
        return self._reject_heading(
            name,
            f"There is no column “{name[:80]}”.{_suggest_column(name, known)} "
            f"Rename it, delete it, or begin its heading with {COMMENT_PREFIX}. "
            f"Known are: {', '.join(known)}.",
        )

    def _reject_heading(self, field: str, reason: str) -> RejectedRecord:
        return RejectedRecord(self.line, "", field[:80], reason)

    def identify(self, row: Sequence[str]) -> tuple[str, str]:
        """The id and the type in a row, as far as they are there."""
        texts = self._read_texts(row)
        key = cells.read_line(cells.unescape_cell(texts.get("id", "")), cells.RowContext())
        type_name = cells.unescape_cell(texts.get("type", ""))
        return key, columns.normalize_heading(type_name)

    def _read_texts(self, row: Sequence[str]) -> dict[str, str]:
        """Column → cell, of the cells that are not empty."""
        texts = {}
        for column, cell in zip(self.columns, row, strict=False):
            if column and cell.strip():
                texts[column.name] = cell
        return texts

    def read_row(
        self, line: int, row: Sequence[str]
    ) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
        """The record of one row. An empty cell leaves a field out; “(empty)” empties it."""
        texts = self._read_texts(row)
        key, type_name = self.identify(row)
        context = cells.RowContext(base=cells.unescape_cell(texts.get("url", "")).strip())
        values: dict = {}
        for column in self.columns:
            if column is None or column.name not in texts:
                continue
            if type_name in self.types and not column.applies_to(self.types[type_name]):
                reason = f"A row of type “{type_name}” has no “{column.name}”. Empty it."
                yield RejectedRecord(line, key, column.name, reason, type_name)
                return
            try:
                value = _read_value(column, texts[column.name], context)
            except ValueError as error:
                yield RejectedRecord(line, key, column.name, str(error), type_name)
                return
            column.set_value(values, value)
        for note in dict.fromkeys(context.notes):
            yield ReaderNote(line, key, f"Dropped: {note}.")
        yield self._check_record(line, key, type_name, values)

    def _check_record(
        self, line: int, key: str, type_name: str, values: dict
    ) -> RawRecord | RejectedRecord:
        for name in columns.REQUIRED_COLUMNS:
            if not values.get(name):
                reason = f"The cell “{name}” is empty. Each row needs one."
                return RejectedRecord(line, key, name, reason, type_name)
        if type_name not in self.types:
            known = _join_names(sorted(self.types))
            reason = f"“{type_name[:80]}” is no type. A row is of type {known}."
            return RejectedRecord(line, key, "type", reason)
        values["type"] = type_name
        values[self.types[type_name].title] = values.pop("title")
        return RawRecord(line, values, self.headings_by_field)


def _read_value(column: ImportColumn, cell: str, context: cells.RowContext):
    if cell.strip() != cells.EMPTY_MARKER:
        return column.read(cells.unescape_cell(cell), context)
    if column.read in (cells.read_boolean, cells.read_integer):
        return None
    return column.read("", context)


def _is_comment(name: str) -> bool:
    return columns.normalize_heading(name).startswith(COMMENT_PREFIX)


def _suggest_column(name: str, known: dict[str, ImportColumn]) -> str:
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return f" Do you mean “{near[0]}”?" if near else ""


def _join_names(names: Sequence[str]) -> str:
    if len(names) <= 3:
        return ", ".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"
