"""Since when a page has read as it does now: what ``Last-Modified`` says, and ``If-Modified-Since`` is held to."""

import threading
import time

from cachetools import LRUCache

PAGES = 20_000  # pages of which a process remembers this; of any other it says that it changed a moment ago
AHEAD = 60  # seconds that a page's moment may run ahead of the clock; more means that the clock was put back


class Freshness:
    """Pages by address, each with its ETag and the second from which on this process knows it so.

    HTTP tells time in whole seconds, and two texts can be signed within one. So a page that changed again moves on by
    a second at least, even past the clock: whoever holds the text before last is never told that theirs is current.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._known = LRUCache(PAGES)

    def since(self, address: str, etag: str) -> int:
        """Unix time from which on a page has had an ETag."""
        now = int(time.time())
        with self._lock:
            known, moment = self._known.get(address, (None, now - 1))
            if moment > now + AHEAD:
                known, moment = None, now - 1
            if known != etag:
                moment = max(now, moment + 1)
                self._known[address] = etag, moment
            return moment


freshness = Freshness()
