"""Rows put into their tables as they are, with the keys and the moments that they have."""

from collections.abc import Callable, Iterable
from itertools import islice

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from config.archive.declaration import FILES
from config.archive.making import Brought

BATCH = 500


def insert(rows: list[Model]) -> None:
    """Store rows of one model, in the table of that model alone.

    ``bulk_create`` refuses models that stand on another, and would stamp rows with the moment of their arrival. Every
    field still prepares its own value, so rich text is cleaned and unprintable letters are refused as at any save.
    """
    if not rows:
        return
    model, fields = type(rows[0]), rows[0]._meta.local_concrete_fields
    if rows[0].pk is None:
        fields = [column for column in fields if not column.primary_key]
    size = min(BATCH, connection.ops.bulk_batch_size(fields, rows) or BATCH)
    for start in range(0, len(rows), size):
        model._base_manager._insert(rows[start : start + size], fields=fields, using=connection.alias, raw=True)


def store(brought: Iterable[Brought], prepare: Callable, seen: Callable) -> None:
    """Store rows with what belongs to them, so many at a time."""
    rows = iter(brought)
    while batch := list(islice(rows, BATCH)):
        for one in batch:
            prepare(one.row)
        _store(batch)
        seen(len(batch))


def _store(batch: list[Brought]) -> None:
    try:
        insert([brought.row for brought in batch])
        for name in batch[0].belonging:
            insert([row for brought in batch for row in brought.belonging[name]])
    except (DatabaseError, ValidationError) as error:
        first, last = batch[0].number, batch[-1].number
        raise batch[0].broken(f"the database refuses one of the lines {first} to {last}: {error}") from error


def count_on() -> None:
    """New rows get keys after those that were brought in; SQLite does so by itself."""
    models = {file.model for file in FILES} | {inside.model for file in FILES for inside in file.rows.values()}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
