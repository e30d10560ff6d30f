"""Whether this process may be sent visitors: it can write, its tables are there, the disk has room.

The answer is kept for two seconds in each process, so that a storm of probes is no load.
"""

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from django.conf import settings
from django.db import Error, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from articles import attempts
from articles.page_store import changes, outage
from articles.page_store.waiting import wait_guard

KEPT_SECONDS = 2.0
# While somebody else writes for long, as an import does on SQLite, a write waits and works later.
BUSY_SECONDS = 60.0
READY = "ok"
NO_DATABASE = "no database"
NO_WRITES = "no writes"
NO_MIGRATIONS = "migrations pending"
DISK_FULL = "disk full"


class Readiness:
    """The last answer of this process, when it was found, and what needs no second look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything, as in a process that has just started."""
        self._answer = ""
        self._answered_at = self._written_at = float("-inf")
        self._is_migrated = False

    def get(self) -> str:
        """``READY``, or in a word or two why not. One caller at a time looks; no other waits if
        there is an answer.
        """
        if time.monotonic() - self._answered_at < KEPT_SECONDS:
            return self._answer
        if not self._lock.acquire(blocking=not self._answer):
            return self._answer
        try:
            if time.monotonic() - self._answered_at >= KEPT_SECONDS:
                self._answer = self._find()
                self._answered_at = time.monotonic()
            return self._answer
        finally:
            self._lock.release()

    def _find(self) -> str:
        if list_full_disks():
            return DISK_FULL
        try:
            outage.read_twice(changes.get_newest)
            if not self._has_migrated():
                return NO_MIGRATIONS
        except (Error, InterfaceError):
            connection.close()
            return NO_DATABASE
        return READY if self._can_write() else NO_WRITES

    def _has_migrated(self) -> bool:
        """Compared until it is true once: a process does not lose tables that it has."""
        if not self._is_migrated:
            self._is_migrated = not list_pending_migrations()
        return self._is_migrated

    def _can_write(self) -> bool:
        try:
            attempts.try_write()
        except (Error, InterfaceError) as error:
            if not connection.in_atomic_block:
                connection.close()
            is_busy = wait_guard.has_waited(error) and connection.vendor == "sqlite"
            return is_busy and time.monotonic() - self._written_at < BUSY_SECONDS
        self._written_at = time.monotonic()
        return True


readiness = Readiness()


def list_pending_migrations() -> list[str]:
    """The migrations of this build that were not applied, as ``articles.0001_initial``."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(".".join(key) for key in known.keys() - applied.keys())


def list_directories() -> dict[str, Path]:
    """The directories that this site writes into, by what is in them."""
    found = {
        "pictures": Path(settings.IMAGES_ROOT),
        "uploads": Path(settings.UPLOADS_ROOT),
        "temporary files": Path(tempfile.gettempdir()),
    }
    if connection.vendor == "sqlite":
        found["the database"] = Path(str(connection.settings_dict["NAME"])).parent
    return found


def measure_disks() -> dict[str, int]:
    """The free megabytes of each file system that this site writes to, by what is there."""
    devices: dict[int, list[str]] = {}
    free: dict[int, int] = {}
    for label, directory in list_directories().items():
        existing = _find_existing(directory)
        if existing is None:
            continue
        device = os.stat(existing).st_dev
        devices.setdefault(device, []).append(label)
        free[device] = shutil.disk_usage(existing).free // 1024**2
    return {", ".join(labels): free[device] for device, labels in devices.items()}


def list_full_disks() -> list[str]:
    """What is on the file systems with less room than ``DISK_FREE_MB``."""
    least = settings.DISK_FREE_MB
    return [label for label, free in measure_disks().items() if free < least]


def _find_existing(directory: Path) -> Path | None:
    """A directory, or the nearest above it that there is, which has its file system."""
    for candidate in (directory, *directory.parents):
        if candidate.exists():
            return candidate
    return None
