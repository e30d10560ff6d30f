"""One moment of the whole database, for as long as it takes to read it, without holding up whoever writes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read in the block is as it was when the block began.

    Django would open a transaction of SQLite as a writer's. This one only reads, so nobody waits for it.
    """
    if connection.in_atomic_block:
        yield  # the caller's own transaction
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            cursor.execute("SELECT COUNT(*) FROM sqlite_master")  # the moment is that of the first read
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
