"""Following the changes: what this process knows of them, at most 0.9 seconds old."""

import threading
import time
from collections.abc import Callable, Iterable

from django.db import Error, connection

from articles.db.reading import use_primary
from articles.page_store import changes
from articles.page_store.outage import CONNECTION_ERRORS, read_twice, watch
from articles.page_store.reporting import report
from articles.page_store.subjects import EVERYTHING, hash_subject
from articles.page_store.waiting import SHORT_SECONDS, wait_guard

MAX_STALENESS = 0.9  # seconds: a withdrawal must show everywhere within one
MAX_REMEMBERED = 20_000  # subjects whose change is remembered
MAX_WAIT = 1.0  # seconds that a request waits for the read of another one


class ChangeFollower:
    """The number to which this process has followed the changes, and which subjects changed lately.

    What was true at some number is true now if none of its subjects changed since. Changes before
    the oldest number that is remembered count as changes of everything.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        # Moves where numbers do not follow from those before.
        self.generation = 0
        # Called after each read that succeeded, by the request that made it.
        self.listeners: list[Callable[[], None]] = []
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._number: int | None = None
            self._everything = 0
            self._oldest = 0
            self._changed: dict[int, int] = {}
            self._read_at = float("-inf")

    @property
    def everything(self) -> int:
        """The number of the newest change of everything: what was true before is true no more."""
        return self._everything

    def follow(self) -> int | None:
        """The number to which changes are known, by one query where the last is long ago.

        None where they cannot be read: nothing that was kept may be shown as it is. While the
        database is down, one call a second tries it, and no other waits for that.
        """
        if time.monotonic() - self._read_at <= MAX_STALENESS:
            return self._number
        if not watch.claim_try():
            return None
        if not self._reading.acquire(timeout=0 if watch.is_down else MAX_WAIT):
            watch.note_failure("another request waits for an answer")
            return None
        try:
            if time.monotonic() - self._read_at <= MAX_STALENESS:
                return self._number
            return self._read()
        finally:
            self._reading.release()

    def reach_database(self) -> bool:
        """Whether the database can be read. While it is down, that is tried once a second."""
        if watch.is_down:
            self.follow()
        return not watch.is_down

    @property
    def last_number(self) -> int | None:
        """The number to which changes were followed last, however long ago."""
        return self._number

    def _read(self) -> int | None:
        with use_primary():
            return self._read_on_primary()

    def _read_on_primary(self) -> int | None:
        read_at = time.monotonic()
        try:
            with wait_guard.limit(SHORT_SECONDS):
                found, newest = read_twice(self._read_changes)
        except CONNECTION_ERRORS as error:
            if "no such table" not in str(error):
                watch.note_failure(type(error).__name__)
                if not connection.in_atomic_block:
                    connection.close()
                return None
            report("The table of changes is missing, so each page is rendered. Run migrate.")
            return None
        except Error:
            report("The changes of public pages cannot be read, so each page is rendered.")
            return None
        with self._lock:
            if newest:
                self._begin(*newest)
            elif found:
                self._add(found)
            self._read_at = read_at
        watch.note_read(read_at)
        for listener in self.listeners:
            listener()
        return self._number

    def _read_changes(self) -> tuple[list[tuple[int, str]] | None, tuple[int, int] | None]:
        """The changes since the last read, or else the newest numbers."""
        found = None if self._number is None else changes.read_since(self._number)
        return found, changes.get_newest() if found is None else None

    def _begin(self, number: int, everything: int) -> None:
        if self._number is not None:
            self.generation += 1
        self._number, self._everything, self._oldest = number, everything, number
        self._changed = {}

    def _add(self, found: list[tuple[int, str]]) -> None:
        self._number = found[-1][0]
        for number, subject in found:
            if subject == EVERYTHING:
                self._everything = number
            else:
                self._changed[hash_subject(subject)] = number
        if len(self._changed) > MAX_REMEMBERED:
            self._changed, self._oldest = {}, self._number

    def is_current(self, subjects: Iterable[int], since: int) -> bool:
        """Whether what named these subjects, and was true at a number, is true now."""
        if since == self._number:
            return True
        with self._lock:
            if since < self._everything or since < self._oldest:
                return False
            return all(self._changed.get(subject, 0) <= since for subject in subjects)


follower = ChangeFollower()
