"""Rows stored as they are, with the keys and the times that they have."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from articles.db import bulk_insert
from config.operations.archive.declaration import FILES
from config.operations.archive.rows import ArchiveRow

BATCH_SIZE = 500


def insert_rows(rows: Sequence[Model]) -> None:
    """Store rows of one model, in the table of that model alone.

    ``bulk_create`` refuses models that inherit from another, and would set the times of rows to
    now. Every field still prepares its own value, so rich text is cleaned and unprintable
    characters are refused as at any save.
    """
    if rows:
        bulk_insert.insert_prepared(type(rows[0]), rows)


def store_rows(archive_rows: Iterable[ArchiveRow], prepare: Callable) -> None:
    """Store rows with the rows that belong to them, so many at a time."""
    rows = iter(archive_rows)
    while batch := list(islice(rows, BATCH_SIZE)):
        for row in batch:
            prepare(row.instance)
        _store_batch(batch)


def _store_batch(batch: list[ArchiveRow]) -> None:
    try:
        insert_rows([row.instance for row in batch])
        for name in batch[0].related:
            insert_rows(list_related(batch, name))
    except (DatabaseError, ValidationError) as error:
        first, last = batch[0].number, batch[-1].number
        raise batch[0].error(
            f"the database refuses one of the lines {first} to {last}: {error}"
        ) from error


def list_related(rows: Iterable[ArchiveRow], name: str) -> list:
    """What belongs to rows under a name, in the order of the rows."""
    return list(chain.from_iterable(row.related[name] for row in rows))


def reset_sequences() -> None:
    """New rows get keys after those that were imported; SQLite does so by itself."""
    models: set[type[Model]] = {file.model for file in FILES}
    for file in FILES:
        models.update(nested.model for nested in file.related_rows.values())
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
