"""The database by its back doors: raw SQL, triggers taken down, several people at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction

from articles.db import triggers
from reviews import verification


def sql(statement: str, *params) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@contextmanager
def expect_refusal(match: str) -> Iterator[None]:
    """The database itself must refuse what happens in here, and say so in these words."""
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        yield


@contextmanager
def disable_triggers() -> Iterator[None]:
    """What a database owner can do: take the guards down, alter, and put them back as if nothing
    had been.
    """
    # PostgreSQL drops no trigger of a table with checks still to come.
    connection.check_constraints()
    triggers.drop_triggers(connection)
    yield
    connection.check_constraints()
    triggers.install_triggers(connection)


def run_concurrently(*actions: Callable) -> list:
    """Do several deeds at one moment, each on its own connection. Gives what each returned, or
    raised.
    """
    barrier = Barrier(len(actions))

    def do(action):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=120)
            return action()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(do, actions))


# What verification finds once the guards were off.


def find_faults_after(statement: str, *params) -> list[str]:
    with disable_triggers():
        sql(statement, *params)
    return list(verification.find_faults())


def count_lost(outcomes: list) -> list[Exception]:
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]
