"""Inserts many rows at once, fast: with COPY on PostgreSQL, with one prepared statement on SQLite.

Only for rows whose values were checked and cleaned before: nothing that fields do on saving is done
here. The database's triggers still apply.
"""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from django.db import connection, models
from django.utils import timezone

CONVERTED_FIELDS = (models.UUIDField, models.DateTimeField, models.JSONField)
MANY = 60  # rows; SQLite takes no more in one statement of a dozen columns
COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def insert_rows(
    model: type[models.Model], field_names: Sequence[str], rows: Iterable[Sequence]
) -> None:
    """Add rows, each with the values of the named fields, in that order."""
    known = {field.name: field for field in model._meta.concrete_fields}
    fields = [known[name] for name in field_names]
    _insert(model, fields, _convert_rows(fields, rows))


def _insert(
    model: type[models.Model], fields: Sequence[models.Field], rows: Iterable[Sequence]
) -> None:
    """Add rows as the engine's driver takes them, with COPY or one prepared statement."""
    table = model._meta.db_table
    columns = ", ".join([f'"{field.column}"' for field in fields])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {table} ({columns}) FROM STDIN"
            with connection.wrap_database_errors:  # Django wraps those of its own methods alone
                cursor.copy_expert(statement, _CopyStream(rows))
        else:
            marks = ", ".join(["%s"] * len(fields))
            statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - our names
            cursor.executemany(statement, rows)  # type: ignore[arg-type]  # SQLite iterates


def insert_objects(model: type[models.Model], objects: Iterable[models.Model]) -> None:
    """Add objects with the fields of their own table. Keys that the database gives are not read."""
    fields = []
    for field in model._meta.local_concrete_fields:
        if not isinstance(field, models.AutoField):
            fields.append(field)
    insert_rows(model, [field.name for field in fields], _read_rows(fields, objects))


def insert_prepared(model: type[models.Model], objects: Iterable[models.Model]) -> None:
    """Add objects as they are, in the table of their model alone: with their times, and with their
    keys unless none has one. Each field prepares its value as on saving.
    """
    rows = iter(objects)
    first = next(rows, None)
    if first is None:
        return
    fields: list[models.Field] = []
    for field in model._meta.local_concrete_fields:
        if first.pk is not None or not field.primary_key:
            fields.append(field)
    values = _prepare_rows(fields, chain([first], rows))
    _insert(model, fields, values)


def _prepare_rows(
    fields: list[models.Field], objects: Iterable[models.Model]
) -> Iterator[list[object]]:
    for instance in objects:
        row: list[object] = []
        for field in fields:
            value = getattr(instance, field.attname)
            if isinstance(field, models.JSONField):
                row.append(json.dumps(value, cls=field.encoder))
            else:
                row.append(field.get_db_prep_save(value, connection))
        yield row


def insert_few_or_many(model: type[models.Model], objects: Sequence[models.Model]) -> None:
    """Add objects whose keys nobody reads, as fast as their number allows."""
    if len(objects) > MANY:
        insert_objects(model, objects)
    else:
        model._base_manager.bulk_create(objects)


def _read_rows(fields: list[models.Field], objects: Iterable[models.Model]) -> Iterator[list]:
    """The values of each object, in the order of the fields."""
    now = timezone.now()
    for instance in objects:
        row = []
        for field in fields:
            if getattr(field, "auto_now_add", False):
                row.append(now)
            else:
                row.append(getattr(instance, field.attname))
        yield row


def _convert_rows(fields: list[models.Field], rows: Iterable[Sequence]) -> Iterable[Sequence]:
    """Rows as the engine's driver takes them: UUIDs and times differ between engines."""
    places: dict[int, models.Field] = {}
    for place, field in enumerate(fields):
        if isinstance(field, CONVERTED_FIELDS):
            places[place] = field
    if not places:
        return rows
    return (_convert_row(row, places) for row in rows)


def _convert_row(row: Sequence, places: dict[int, models.Field]) -> list:
    values = list(row)
    for place, field in places.items():
        if isinstance(field, models.JSONField):
            values[place] = json.dumps(values[place], cls=field.encoder)
        else:
            values[place] = field.get_db_prep_value(values[place], connection)
    return values


class _CopyStream(io.RawIOBase):
    """Rows in the text format of COPY, made as they are read."""

    def __init__(self, rows: Iterable[Sequence]) -> None:
        self._rows = iter(rows)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, length = [self._rest], len(self._rest)
        for row in self._rows:
            part = ("\t".join(map(_format_copy_value, row)) + "\n").encode()
            parts.append(part)
            length += len(part)
            if 0 <= size <= length:
                break
        data = b"".join(parts)
        if size < 0:
            self._rest = b""
            return data
        self._rest = data[size:]
        return data[:size]


def _format_copy_value(value: object) -> str:
    if isinstance(value, str):
        return value.translate(COPY_ESCAPES)
    if value is None:
        return "\\N"
    return str(value)
