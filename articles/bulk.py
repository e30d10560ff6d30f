"""Many rows at once, by each engine's own quick way: COPY on PostgreSQL, one prepared statement on SQLite.

Only for rows whose texts were checked and cleaned as records: what a field does on saving is passed by here. The guards
of the database are not.
"""

import io
from collections.abc import Iterable, Sequence

from django.db import connection, models
from django.utils import timezone

CONVERTED = (models.UUIDField, models.DateTimeField)
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Add rows, each with the values of the named fields, in that order."""
    fields = [model._meta.get_field(name) for name in names]
    table, columns = model._meta.db_table, ", ".join(connection.ops.quote_name(field.column) for field in fields)
    rows = _converted(fields, rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", _Lines(rows))
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608 - our names


def insert_objects(model: type[models.Model], objects: Iterable[models.Model]) -> None:
    """Add objects with all the fields of their own table; keys that the database gives are not read back."""
    fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField)]
    now = timezone.now()
    insert(
        model,
        [field.name for field in fields],
        ([now if getattr(f, "auto_now_add", False) else getattr(one, f.attname) for f in fields] for one in objects),
    )


def _converted(fields: list[models.Field], rows: Iterable[Sequence]) -> Iterable[Sequence]:
    """Rows as the engine's driver takes them: UUIDs and moments are not the same everywhere."""
    places = {place: field for place, field in enumerate(fields) if isinstance(field, CONVERTED)}
    if not places:
        return rows
    return (_with(row, places) for row in rows)


def _with(row: Sequence, places: dict[int, models.Field]) -> list:
    values = list(row)
    for place, field in places.items():
        values[place] = field.get_db_prep_value(values[place], connection)
    return values


class _Lines(io.RawIOBase):
    """Rows as the text that COPY reads, made as it is read."""

    def __init__(self, rows: Iterable[Sequence]):
        self._rows, self._rest = iter(rows), b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, length = [self._rest], len(self._rest)
        for row in self._rows:
            part = ("\t".join(map(_told, row)) + "\n").encode()
            parts.append(part)
            length += len(part)
            if 0 <= size <= length:
                break
        data = b"".join(parts)
        self._rest = data[size:] if size >= 0 else b""
        return data[:size] if size >= 0 else data


def _told(value) -> str:
    if isinstance(value, str):
        return value.translate(ESCAPES)
    return "\\N" if value is None else str(value)
