"""The whole database as it is at one moment, read without blocking writers."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def read_snapshot() -> Iterator[None]:
    """All that is read in the block is as it was when the block began.

    Django opens a transaction on SQLite as one that writes. This one only reads, so no writer
    waits.
    """
    if connection.in_atomic_block:
        yield  # the caller's own transaction
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            # The moment is that of the first read.
            cursor.execute("SELECT COUNT(*) FROM sqlite_master")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
