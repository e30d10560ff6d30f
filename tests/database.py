"""The database by its back doors: raw SQL, guards taken down, several people at one moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction

from articles import guards


def sql(statement: str, *params) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@contextmanager
def refused(match: str) -> Iterator[None]:
    """The database itself must refuse what happens in here, and say so in these words."""
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        yield


@contextmanager
def guards_off() -> Iterator[None]:
    """What a database owner can do: take the guards down, alter, and put them back as if nothing had been."""
    connection.check_constraints()  # PostgreSQL drops no trigger of a table with checks still to come
    guards.drop(connection)
    yield
    connection.check_constraints()
    guards.install(connection)


def at_once(*deeds: Callable) -> list:
    """Do several deeds at one moment, each on its own connection. Gives what each returned, or raised."""
    barrier = Barrier(len(deeds))

    def do(deed):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=120)
            return deed()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))
