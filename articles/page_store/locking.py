"""Transactions of the page store that wait for nobody: they begin at once, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection, transaction

from articles.models import ChangedSubject

# While one is held, no change is announced (SHARE), or no page is stored (ROW EXCLUSIVE).
STORING = "SHARE"
DELETING = "ROW EXCLUSIVE"
LOCK_NOT_AVAILABLE = "55P03"
# What a crash loses of the store is rendered again. And a worker that is stopped or cut off in the
# middle of storing must not keep others from publishing: the server ends its transaction.
SETTINGS = (
    "SET LOCAL synchronous_commit = off; SET LOCAL idle_in_transaction_session_timeout = 5000; "
)


@contextmanager
def begin_at_once(mode: str) -> Iterator[None]:
    """A transaction that holds a lock on the changes. Raises Error where it would have to wait.

    Within a transaction of the caller it is a part of that, which goes on if this fails.
    """
    if connection.vendor == "postgresql":
        own_settings = "" if connection.in_atomic_block else SETTINGS
        lock = f"LOCK TABLE {ChangedSubject._meta.db_table} IN {mode} MODE NOWAIT"
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(own_settings + lock)
            yield
    elif connection.in_atomic_block:
        with transaction.atomic():
            yield
    else:
        with _refuse_at_once(), transaction.atomic():
            yield


@contextmanager
def _refuse_at_once() -> Iterator[None]:
    """For its duration, SQLite refuses to write where another transaction does."""
    busy_timeout, synchronous = _read_pragma("busy_timeout"), _read_pragma("synchronous")
    _set_pragmas(0, min(synchronous, 1))
    try:
        yield
    finally:
        _set_pragmas(busy_timeout, synchronous)


def _read_pragma(name: str) -> int:
    connection.ensure_connection()
    with connection.wrap_database_errors:
        value: int = connection.connection.execute(f"PRAGMA {name}").fetchone()[0]
        return value


def _set_pragmas(busy_timeout: int, synchronous: int) -> None:
    with connection.wrap_database_errors:
        connection.connection.execute(f"PRAGMA busy_timeout = {busy_timeout}")
        connection.connection.execute(f"PRAGMA synchronous = {synchronous}")


def is_refusal(error: Error) -> bool:
    """Whether somebody else holds the lock, which is no fault."""
    code = getattr(error.__cause__, "pgcode", "")
    return code == LOCK_NOT_AVAILABLE or "database is locked" in str(error)
