"""What CSV and Excel have in common: a row of headings, then a record a row."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from articles.imports.reading import Found, Noted, Refused, cells, columns
from articles.imports.reading.columns import Column

REMARK = "#"  # a column whose heading begins with it is the editor's own


class Sheet:
    """The records of a sheet whose headings were read. Without the headings that are needed, there are none."""

    def __init__(self, headings: Sequence[str], line: int = 1):
        self.line = line
        self.headings = [heading.strip() for heading in headings]
        known, self.types = columns.known(), columns.types()
        self.columns: list[Column | None] = [known.get(columns.heading(name)) for name in self.headings]

    @property
    def width(self) -> int:
        return len(self.headings)

    def troubles(self) -> Iterator[Refused]:
        """Why no row can be read: what is unknown, there twice or missing among the headings."""
        known = {column.name: column for column in columns.known().values()}
        seen = set()
        for name, column in zip(self.headings, self.columns, strict=True):
            if column is None and name and not name.startswith(REMARK):
                yield self._trouble(name, f"There is no column “{name[:80]}”.{_nearest(name, known)} {_advice(known)}")
            elif column and column.name in seen:
                yield self._trouble(name, f"The column “{column.name}” is there twice. Delete or rename one.")
            seen |= {column.name} if column else set()
        for name in columns.REQUIRED:
            if name not in seen:
                yield self._trouble(
                    name, f"The column “{name}” is missing. Each row needs {_listed(columns.REQUIRED)}."
                )

    def _trouble(self, field: str, reason: str) -> Refused:
        return Refused(self.line, "", field[:80], reason)

    def record(self, line: int, row: Sequence[str]) -> Iterator[Found | Refused | Noted]:
        """What one row says. An empty cell says nothing; “(empty)” says that there is nothing."""
        said = {column.name: cell for column, cell in zip(self.columns, row, strict=False) if column and cell.strip()}
        key = cells.bare(said.get("id", "")).strip()
        kind = cells.bare(said.get("type", "")).strip().lower()
        reading = cells.Row(base=cells.bare(said.get("url", "")).strip())
        values: dict = {}
        for column in filter(None, self.columns):
            if cell := said.get(column.name):
                if kind in self.types and not column.is_of(self.types[kind]):
                    yield Refused(line, key, column.name, f"A row of type “{kind}” has no “{column.name}”. Empty it.")
                    return
                try:
                    column.put(values, _value(column, cell, reading))
                except ValueError as error:
                    yield Refused(line, key, column.name, str(error))
                    return
        yield from (Noted(line, key, f"Dropped: {note}.") for note in dict.fromkeys(reading.notes))
        yield self._judged(line, key, kind, values)

    def _judged(self, line: int, key: str, kind: str, values: dict) -> Found | Refused:
        for name in columns.REQUIRED:
            if not values.get(name):
                return Refused(line, key, name, f"The cell “{name}” is empty. Each row needs one.")
        if kind not in self.types:
            known = _listed(sorted(self.types))
            return Refused(line, key, "type", f"“{kind[:80]}” is no type. A row is of type {known}.")
        values["type"] = kind
        values[self.types[kind].title] = values.pop("title")
        return Found(line, values)


def _value(column: Column, cell: str, reading: cells.Row):
    if cell.strip() != cells.EMPTY:
        return column.read(cells.bare(cell), reading)
    return None if column.read in (cells.yes_or_no, cells.number) else column.read("", reading)


def _nearest(name: str, known: dict[str, Column]) -> str:
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return f" Do you mean “{near[0]}”?" if near else ""


def _advice(known: dict[str, Column]) -> str:
    return f"Rename it, delete it, or begin its heading with {REMARK}. Known are: {', '.join(known)}."


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 3 else ", ".join(names)
