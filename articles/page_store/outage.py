"""Whether this process reaches its database, and for how long it may answer without it.

A process follows the changes of the site in the database. While it cannot read them, a page in its
memory may have been changed or withdrawn elsewhere. It shows such a page with a mark, for
PUBLIC_OUTAGE_SECONDS at most, and then none (ADR 74).
"""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from articles.page_store.waiting import wait_guard

# What the drivers raise while a database cannot be reached, or does not answer in time.
CONNECTION_ERRORS = (OperationalError, InterfaceError)
SECONDS_BETWEEN_TRIES = 1.0
T = TypeVar("T")
logger = logging.getLogger(__name__)


class DatabaseUnreachable(Exception):
    """The database cannot be read, and nothing in memory may stand in for it."""


class DatabaseWatch:
    """When the changes were read last, and whether the last try failed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything, as in a process that has just started."""
        with self._lock:
            self._is_down = False
            self._read_at: float | None = None  # on the monotonic clock
            self._read_moment: dt.datetime | None = None
            self._next_try = float("-inf")

    @property
    def is_down(self) -> bool:
        return self._is_down

    @property
    def last_read(self) -> dt.datetime | None:
        """The moment of the last successful read; None before the first."""
        return self._read_moment

    def note_read(self, begun_at: float) -> None:
        """The changes were read, by a query that began at a moment of the monotonic clock."""
        with self._lock:
            if self._read_at is None or begun_at > self._read_at:
                self._read_at = begun_at
                self._read_moment = timezone.now() - dt.timedelta(
                    seconds=time.monotonic() - begun_at
                )
            was_down, self._is_down = self._is_down, False
        if was_down:
            logger.warning("The database answers again.")

    def note_failure(self, reason: str) -> None:
        """A read of the changes failed. The next try comes a second later."""
        with self._lock:
            was_down, self._is_down = self._is_down, True
            self._next_try = time.monotonic() + SECONDS_BETWEEN_TRIES
        if not was_down:
            logger.error("The database cannot be read: %s.", reason)

    def claim_try(self) -> bool:
        """Whether the caller may ask the database.

        While it does not answer, one caller a second may.
        """
        if not self._is_down:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._next_try:
                return False
            self._next_try = now + SECONDS_BETWEEN_TRIES
            return True

    def may_serve_unchecked(self) -> bool:
        """Whether pages may be shown as they were at the last read of the changes."""
        if self._read_at is None or self._read_moment is None:
            return False
        # A machine that slept did not count its seconds.
        on_the_wall = (timezone.now() - self._read_moment).total_seconds()
        passed = max(time.monotonic() - self._read_at, on_the_wall)
        return passed < settings.PUBLIC_OUTAGE_SECONDS


watch = DatabaseWatch()


def require_database() -> None:
    """Raise DatabaseUnreachable while the last try to read the database failed."""
    if watch.is_down:
        raise DatabaseUnreachable


def note_wait(error: Exception) -> None:
    """Count the database as down where a statement waited too long: no other one waits then."""
    if wait_guard.has_waited(error):
        watch.note_failure("a statement waited too long")


def read_twice(read: Callable[[], T]) -> T:
    """What a function reads; if the connection turns out to be dead, read over a new one.

    After the database was restarted, its old connections are. Raises what the driver raises: at
    once where it was waited for long enough.
    """
    was_connected = connection.connection is not None
    try:
        return read()
    except CONNECTION_ERRORS as error:
        if not was_connected or connection.in_atomic_block or wait_guard.has_waited(error):
            raise
        connection.close()
        return read()
