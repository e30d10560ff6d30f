"""Since when a page has had its present bytes: what ``Last-Modified`` states."""

import threading
import time

from cachetools import LRUCache

MAX_PAGES = 20_000  # that a process remembers; any other page counts as changed just now
# Seconds that a page may be ahead of the clock; more means that the clock was set back.
MAX_CLOCK_SKEW = 60


class LastModifiedCache:
    """Pages by address, each with its ETag and the second since which this process has known it.

    HTTP has whole seconds, and two texts can be signed within one. So a page that changed again
    moves on by at least a second, even past the clock: a browser that has the text before last
    is never answered that its copy is current.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._entries: LRUCache[str, tuple[str, int]] = LRUCache(MAX_PAGES)

    def last_modified(self, address: str, etag: str) -> int:
        """Unix time from which on a page has had an ETag."""
        now = int(time.time())
        with self._lock:
            known, moment = self._entries.get(address, (None, now - 1))
            if moment > now + MAX_CLOCK_SKEW:
                known, moment = None, now - 1
            if known != etag:
                moment = max(now, moment + 1)
                self._entries[address] = etag, moment
            return moment


last_modified_cache = LastModifiedCache()
