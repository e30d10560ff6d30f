"""Waiting for the database ends: no request hangs because the database does.

A PostgreSQL that is stopped, or a network that drops packets, answers neither yes nor no: a driver
waits for ever, and with it a thread. A thread of each process looks who has waited too long, and
cuts their connections: the waiting statement then fails. SQLite is given less time for a locked
file.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, OperationalError, connections

# Seconds after which a request that only reads is answered without the database.
READ_SECONDS = 3.0
# The same for the read of the changes, and for a file of SQLite that somebody has locked.
SHORT_SECONDS = 1.5
# Seconds after which somebody asks whether the server hangs, for whoever writes or is staff: what
# takes long there may be work.
WORK_SECONDS = 5.0
LOOK_SECONDS = 0.25
PAUSE_SECONDS = 1.0  # a look that comes so late: this process itself was stopped
PROBE_SECONDS = 6.0
_ACTIVE = 1  # of libpq: a statement is under way
_TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY(%s) "
    "AND usename = current_user AND state = 'active' "
    "AND query_start < clock_timestamp() - interval '0.1 seconds'"
)


@dataclass(slots=True, eq=False)
class DatabaseWait:
    """A request of one thread, and until when its statements may wait.

    One that is ``patient`` is cut only if the server does not answer others either.
    """

    thread: int
    wrapper: Any
    deadline: float
    patient: bool = False
    was_cut: bool = False

    @property
    def is_of_primary(self) -> bool:
        return bool(self.wrapper.alias == DEFAULT_DB_ALIAS)

    def find_waiting(self) -> Any:
        """The connection of the driver, if a statement waits in it; else None."""
        raw = self.wrapper.connection
        if raw is None or raw.closed:
            return None
        try:
            return raw if raw.get_transaction_status() == _ACTIVE else None
        except raw.InterfaceError:  # closed just now
            return None


class ServerProbe(threading.Thread):
    """Whether the server answers a new connection. Over it, statements are ended that nobody waits
    for any more, as behind a lock.
    """

    def __init__(self, pids: list[int], begun_at: float) -> None:
        super().__init__(name="database-probe", daemon=True)
        self.pids, self.begun_at = pids, begun_at
        self.has_answered = False

    def run(self) -> None:
        wrapper: Any = connections.create_connection(DEFAULT_DB_ALIAS)
        try:
            with suppress(Error), wrapper.cursor() as cursor:
                cursor.execute(_TERMINATE, [self.pids])
                self.has_answered = True
        finally:
            wrapper.close()

    def has_failed(self, now: float) -> bool:
        """Whether it got no answer, or none for long."""
        if self.has_answered:
            return False
        return not self.is_alive() or now - self.begun_at > PROBE_SECONDS


class WaitGuard:
    """The requests that are being answered, by thread, and who looks after them."""

    def __init__(self) -> None:
        self._waits: dict[int, DatabaseWait] = {}
        self._starting = threading.Lock()
        self._pid = 0
        self._probe: ServerProbe | None = None

    def begin(
        self, seconds: float, *, patient: bool = False, alias: str = DEFAULT_DB_ALIAS
    ) -> None:
        """From now on, statements of this thread wait so long at most, all together."""
        self.end()
        wrapper = connections[alias]
        vars(wrapper).pop("connect", None)
        if wrapper.vendor == "sqlite" and not patient:
            _set_busy_timeout(wrapper, min(seconds, SHORT_SECONDS))
        thread = threading.get_ident()
        self._waits[thread] = DatabaseWait(thread, wrapper, time.monotonic() + seconds, patient)
        if wrapper.vendor == "postgresql" and self._pid != os.getpid():
            self._start()

    def end(self) -> None:
        """Statements of this thread wait as long as they need."""
        wait = self._waits.pop(threading.get_ident(), None)
        if wait is None:
            return
        vars(wait.wrapper).pop("connect", None)
        if wait.wrapper.vendor == "sqlite" and not wait.patient:
            _set_busy_timeout(wait.wrapper, None)

    @contextmanager
    def limit(self, seconds: float, *, alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
        """In the block, statements of this thread over one connection wait so long at most."""
        before = self._waits.get(threading.get_ident())
        self.begin(seconds, alias=alias)
        try:
            yield
        finally:
            self.end()
            if before is not None:
                left = max(before.deadline - time.monotonic(), 0)
                self.begin(left, patient=before.patient, alias=before.wrapper.alias)

    def postpone(self, seconds: float) -> None:
        """Let statements of this thread wait so much longer."""
        wait = self._waits.get(threading.get_ident())
        if wait is not None:
            wait.deadline += seconds

    def has_waited(self, error: Exception) -> bool:
        """Whether a statement of this request failed because it waited too long for the primary."""
        wait = self._waits.get(threading.get_ident())
        if wait is not None and not wait.is_of_primary:
            return False
        return (wait is not None and wait.was_cut) or "database is locked" in str(error)

    # What looks after them

    def _start(self) -> None:
        with self._starting:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._watch, name="database-waits", daemon=True).start()

    def _watch(self) -> None:
        last = time.monotonic()
        while True:
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            pause, last = now - last - LOOK_SECONDS, now
            if pause > PAUSE_SECONDS:
                for wait in list(self._waits.values()):
                    wait.deadline += pause
            else:
                self.look(now)

    def look(self, now: float) -> None:
        """Cut what has waited too long."""
        overdue = []
        for wait in list(self._waits.values()):
            if wait.deadline <= now and wait.find_waiting() is not None:
                overdue.append(wait)
        left = []
        for wait in overdue:
            if not wait.patient:
                left.append(self._cut(wait))
        patient = [wait for wait in overdue if wait.patient]
        if left or patient:
            self._ask_server(now, [pid for pid in left if pid])
        if patient and self._probe is not None and self._probe.has_failed(now):
            for wait in patient:
                self._cut(wait)

    def _ask_server(self, now: float, pids: list[int]) -> None:
        """Try another connection, over which these statements are ended; nobody waits for it."""
        probe = self._probe
        if probe is not None and probe.is_alive():
            return
        if pids or probe is None or now - probe.begun_at > WORK_SECONDS:
            self._probe = ServerProbe(pids, now)
            self._probe.start()

    def _cut(self, wait: DatabaseWait) -> int:
        """End the connection in which a statement waits; gives the primary's process, or 0."""
        raw = wait.find_waiting()
        if raw is None or self._waits.get(wait.thread) is not wait:
            return 0
        with suppress(OSError, raw.InterfaceError):
            pid: int = raw.get_backend_pid()
            with socket.socket(fileno=os.dup(raw.fileno())) as copy:
                # While it was open before and after, the number was that of its socket.
                if not raw.closed:
                    wait.was_cut = True
                    # Django would connect again by itself, and wait for that.
                    wait.wrapper.connect = _refuse
                    copy.shutdown(socket.SHUT_RDWR)
            return pid if wait.is_of_primary else 0
        return 0


def _refuse() -> None:
    raise OperationalError("This request has waited for the database for long enough.")


def _set_busy_timeout(wrapper: Any, seconds: float | None) -> None:
    """How long SQLite waits for a locked file, while it is opened too; None is as the settings say.

    A connection in a transaction keeps what it has.
    """
    configured = connections.settings[DEFAULT_DB_ALIAS]
    if seconds is None:
        wrapper.settings_dict = configured
        seconds = configured["OPTIONS"].get("timeout", 5)
    else:
        options = configured["OPTIONS"] | {"timeout": seconds}
        wrapper.settings_dict = configured | {"OPTIONS": options}
    if wrapper.connection is not None and not wrapper.in_atomic_block:
        wrapper.connection.execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")


wait_guard = WaitGuard()
