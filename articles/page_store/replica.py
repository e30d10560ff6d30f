"""Reading public pages from a replica that knows as much as this process does (ADR 93).

Changes are followed on the primary. The replica is read only where it has the changes up to the
number that was followed, so a page that was withdrawn is gone however late the replica is. One that
is behind, down, slow or no replica costs the primary a query more, and a visitor nothing.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from articles.db.reading import REPLICA, use_replica
from articles.models import ChangedSubject
from articles.page_store.following import follower
from articles.page_store.waiting import SHORT_SECONDS, wait_guard

PAUSE_SECONDS = 5.0  # after a failure, before the replica is asked again
BEHIND_SECONDS = 0.25  # after it was found behind, before it is asked again
LATE_SECONDS = 10.0  # behind for so long, it is told in the log
SECONDS_BETWEEN_LINES = 60.0
# Which database it is: the same for a primary and all that was copied from it byte by byte.
_IDENTITY = "(SELECT system_identifier FROM pg_control_system())::text, current_database()::text"
_ASK_PRIMARY = f"SELECT {_IDENTITY}"
_ASK_REPLICA = (
    f"SELECT pg_is_in_recovery(), {_IDENTITY}, COALESCE(MAX(number), 0) "  # noqa: S608
    f"FROM {ChangedSubject._meta.db_table}"
)
T = TypeVar("T")
ViewT = Callable[..., HttpResponseBase]
logger = logging.getLogger(__name__)


class NotAReplica(Exception):
    """The server at REPLICA_URL does not follow the primary."""


class ReplicaProbe(threading.Thread):
    """Asks a replica over a connection of its own whether it can be read; nobody waits for it."""

    def __init__(self, replica: "Replica") -> None:
        super().__init__(name="replica-probe", daemon=True)
        self.replica = replica

    def run(self) -> None:
        try:
            identity = _ask_alone(DEFAULT_DB_ALIAS, _ASK_PRIMARY)
            answer = _ask_alone(REPLICA, _ASK_REPLICA)
            _require_replica(answer, identity)
        except (Error, NotAReplica) as error:
            self.replica.note_failure(error)
        else:
            self.replica.note_answer(identity)


class Replica:
    """Whether the replica can be read now, as this process knows it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything, as in a process that has just started."""
        self._known = threading.local()  # of each thread: its connection, and the number it reached
        self._identity: tuple[str, str] = ("", "")
        self._is_up = False
        self._is_reported = False
        self._next_try = float("-inf")
        self._probe: ReplicaProbe | None = None
        self._behind_until = float("-inf")
        self._behind_since: float | None = None
        self._next_line = float("-inf")

    @property
    def is_up(self) -> bool:
        """Whether it answered when it was asked last."""
        return self._is_up

    def read(self, number: int | None, read: Callable[[], T]) -> T:
        """What a function reads: over the replica if that has reached a number, else the primary.

        What fails over the replica is read from the primary. Http404 is an answer of either. The
        function may run twice, so it only reads.
        """
        if number is None or not settings.REPLICA_URL or not self.has_reached(number):
            return read()
        wrapper: Any = connections[REPLICA]
        begun_at = time.monotonic()
        try:
            with use_replica(), wait_guard.limit(SHORT_SECONDS, alias=REPLICA):
                found = read()
            if not wrapper.errors_occurred:  # one that the function itself dealt with
                return found
            self.note_failure(None)
        except Http404:
            raise
        except Exception as error:
            # Whatever it is: if it is no fault of the replica, the primary shows it again.
            if isinstance(error, Error) or wrapper.errors_occurred:
                self.note_failure(error)
        wrapper.close()
        # What was lost there is no part of what a visitor waits for the primary.
        wait_guard.postpone(time.monotonic() - begun_at)
        return read()

    def has_reached(self, number: int) -> bool:
        """Whether the replica has the changes up to a number. One query where that is not known.

        While it is down, another thread tries it.
        """
        if not self._is_up:
            self._try_later()
            return False
        wrapper: Any = connections[REPLICA]
        known = getattr(self._known, "reached", None)
        if known is not None and known[0] is wrapper.connection and known[1] >= number:
            return True
        if time.monotonic() < self._behind_until:
            return False
        if self._ask(wrapper) < number:
            self._note_behind()
            return False
        self._behind_since = None
        return True

    def _ask(self, wrapper: Any) -> int:
        """The number that the replica has reached; -1 where it does not answer."""
        try:
            with wait_guard.limit(SHORT_SECONDS, alias=REPLICA), wrapper.cursor() as cursor:
                cursor.execute(_ASK_REPLICA)
                answer = cursor.fetchone()
            _require_replica(answer, self._identity)
        except (Error, NotAReplica) as error:
            self.note_failure(error)
            wrapper.close()
            return -1
        reached = int(answer[-1])
        self._known.reached = (wrapper.connection, reached)
        return reached

    def _note_behind(self) -> None:
        """It is behind, or down. After a while that is told."""
        now = time.monotonic()
        self._behind_until = now + BEHIND_SECONDS
        if self._behind_since is None or not self._is_up:
            self._behind_since = now
        elif now - self._behind_since > LATE_SECONDS and now > self._next_line:
            self._next_line = now + SECONDS_BETWEEN_LINES
            logger.warning("The replica is late. The primary is read.")

    def note_failure(self, error: Exception | None) -> None:
        """It did not answer, or in no way that can be used. It is tried again after a pause."""
        with self._lock:
            self._is_up = False
            self._next_try = time.monotonic() + PAUSE_SECONDS
            was_reported, self._is_reported = self._is_reported, True
        if not was_reported:
            reason = "a statement failed" if error is None else type(error).__name__
            reason = str(error) if isinstance(error, NotAReplica) else reason
            logger.error("The replica cannot be read (%s). The primary is read.", reason)

    def note_answer(self, identity: tuple[str, str]) -> None:
        """It can be read."""
        with self._lock:
            self._identity, self._is_up = identity, True
            was_reported, self._is_reported = self._is_reported, False
        if was_reported:
            logger.warning("The replica is read again.")

    def _try_later(self) -> None:
        """Let a thread try it, once in a while."""
        if time.monotonic() < self._next_try:
            return
        with self._lock:
            if self._probe is None or not self._probe.is_alive():
                self._probe = ReplicaProbe(self)
                self._probe.start()


def _ask_alone(alias: str, statement: str) -> Any:
    """The row that a statement gives over a new connection."""
    wrapper: Any = connections.create_connection(alias)
    try:
        with wrapper.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()
    finally:
        wrapper.close()


def _require_replica(answer: tuple[Any, ...], identity: tuple[str, str]) -> None:
    """Raise NotAReplica where a server is another database, or follows nobody any more."""
    if tuple(answer[1:3]) != tuple(identity):
        raise NotAReplica("it is no copy of this database")
    if not answer[0]:
        raise NotAReplica("it follows no primary any more")


replica = Replica()


def reads_replica(view: ViewT) -> ViewT:
    """Let a view that only reads, and keeps nothing, use the replica."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.REPLICA_URL:
            return view(request, *args, **kwargs)
        return replica.read(follower.follow(), partial(view, request, *args, **kwargs))

    return answer
