"""Cache backends for rate limits.

None evicts a live counter, and a cache that is down costs no page.

Django's own hold 300 entries by default, and then drop some at random: whoever sends from many
addresses makes them forget how often they tried. Those of files and of the database also lose
counts where two processes count at once.
"""

import logging
import os
import pickle
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.files import locks

logger = logging.getLogger(__name__)
# Seconds after a failure: requests must not all wait for a dead server.
RETRY_AFTER = 10
MAX_ENTRIES = 1_000_000  # counters that may be alive at once
PURGE_INTERVAL = 3600  # seconds between two looks for files that expired
FIRST_PURGE_SIZE = 10_000  # entries in a process's memory before it looks for expired ones
MISSING = object()


class ProcessMemoryCache(LocMemCache):
    """The memory of one process. Expired entries go first; beyond a million live ones, the least
    used go.
    """

    # LocMemCache has them, and its stubs do not.
    _cache: OrderedDict[str, bytes]
    _has_expired: Callable[[str], bool]
    _delete: Callable[[str], bool]

    def __init__(self, name, params):
        super().__init__(name, params)
        self._max_entries = max(self._max_entries, MAX_ENTRIES)
        self._next_purge = FIRST_PURGE_SIZE

    def _set(self, key, value, timeout=DEFAULT_TIMEOUT):
        if len(self._cache) >= self._next_purge:
            self._purge()
            self._next_purge = max(
                FIRST_PURGE_SIZE, 2 * len(self._cache)
            )  # so that a look at all is rare
        super()._set(key, value, timeout)

    def _purge(self) -> None:
        for key in [key for key in self._cache if self._has_expired(key)]:
            self._delete(key)


class LockingFileCache(FileBasedCache):
    """Files that several processes of one machine share: each counter is changed under a lock, and
    no live one is dropped.

    The files lie in 256 folders by their names. Each folder has a lock, and its expired files are
    deleted once an hour.
    """

    @contextmanager
    def _locked_file(self, key: str, version) -> Iterator[Path]:
        """The file of a key, open under an exclusive lock. The lock of a killed process is
        released.
        """
        path = Path(self._key_to_file(key, version))
        lock = path.parent / "lock"
        try:
            file = lock.open("ab")
        except FileNotFoundError:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = lock.open("ab")
        with file:
            locks.lock(file, locks.LOCK_EX)
            yield path

    def _key_to_file(self, key, version=None):
        flat = Path(super()._key_to_file(key, version))
        return str(flat.parent / flat.name[:2] / flat.name)

    def _list_cache_files(self):
        return [str(path) for path in Path(self._dir).glob(f"??/*{self.cache_suffix}")]

    def _write(self, path: Path, expires_at: float | None, value) -> None:
        """Overwrite the file in place: replacing it by a new one would wait for the disk."""
        text = pickle.dumps((expires_at, value), self.pickle_protocol)
        number = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(number, text)
            os.truncate(number, len(text))
        finally:
            os.close(number)

    def _purge(self, folder: Path) -> None:
        """Delete the expired files of a locked folder, unless that was done within the hour."""
        looked, now = folder / "purged", time.time()
        if looked.exists() and looked.stat().st_mtime > now - PURGE_INTERVAL:
            return
        looked.touch()
        os.utime(looked, (now, now))
        for path in folder.glob(f"*{self.cache_suffix}"):
            if _read_entry(path) is None:
                path.unlink(missing_ok=True)

    def get(self, key, default=None, version=None):
        with self._locked_file(key, version) as path:
            found = _read_entry(path)
        return default if found is None else found[1]

    def has_key(self, key, version=None):
        return self.get(key, MISSING, version) is not MISSING

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        with self._locked_file(key, version) as path:
            if _read_entry(path) is not None:
                return False
            self._purge(path.parent)
            self._write(path, self.get_backend_timeout(timeout), value)
            return True

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        with self._locked_file(key, version) as path:
            self._purge(path.parent)
            self._write(path, self.get_backend_timeout(timeout), value)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        with self._locked_file(key, version) as path:
            if (found := _read_entry(path)) is None:
                return False
            self._write(path, self.get_backend_timeout(timeout), found[1])
            return True

    def incr(self, key, delta=1, version=None):
        """Count, and keep until when. Raises ValueError where there is nothing to count on."""
        with self._locked_file(key, version) as path:
            if (found := _read_entry(path)) is None:
                raise ValueError(f"Key '{key}' not found")
            until, value = found
            self._write(path, until, value + delta)
            return value + delta

    def delete(self, key, version=None):
        with self._locked_file(key, version) as path:
            return self._delete(str(path))


def _read_entry(path: Path) -> tuple[float | None, object] | None:
    """When an entry expires, and its value; None where there is none, or it has expired."""
    try:
        until, value = pickle.loads(path.read_bytes())  # noqa: S301 - written above, in a folder of our own
    except (FileNotFoundError, EOFError, pickle.UnpicklingError):
        return None
    return None if until is not None and until < time.time() else (until, value)


class FallbackCache(BaseCache):
    """Uses the cache that ``LOCATION`` names; where that fails, this process's memory for a
    while.
    """

    def __init__(self, location, params):
        super().__init__(params)
        self._primary_alias = location
        self._fallback = ProcessMemoryCache(f"while {location} is down", params)
        self._down_until = 0.0

    def _call(self, name: str, *args, **kwargs):
        if time.monotonic() >= self._down_until:
            try:
                return getattr(caches[self._primary_alias], name)(*args, **kwargs)
            except ValueError:
                raise  # incr() of a key that is not there: an answer, and no failure
            except Exception as error:  # each client has exceptions of its own
                self._down_until = time.monotonic() + RETRY_AFTER
                logger.error(
                    "The cache is down (%s); counting in each process for now.",
                    type(error).__name__,
                )
        return getattr(self._fallback, name)(*args, **kwargs)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._call("add", key, value, timeout, version)

    def get(self, key, default=None, version=None):
        return self._call("get", key, default, version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._call("set", key, value, timeout, version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self._call("touch", key, timeout, version)

    def delete(self, key, version=None):
        return self._call("delete", key, version)

    def incr(self, key, delta=1, version=None):
        return self._call("incr", key, delta, version)

    def clear(self):
        return self._call("clear")
