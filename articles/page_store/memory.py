"""The memory of a process: rendered pages by address and encoding, bounded in bytes."""

import threading
import time
from collections.abc import Iterable

from cachetools import LRUCache

from articles.page_store.following import ChangeFollower
from articles.page_store.rendered import RenderedPage

# Of rendered pages in a process: a worker that has read the site stays within 160 MB.
MAX_CACHE_BYTES = 28 * 1024 * 1024


class KeptPage:
    """A page in memory, with the number to which it was last found true."""

    __slots__ = ("generation", "number", "page", "size")

    def __init__(self, page: RenderedPage, number: int, generation: int) -> None:
        self.page, self.number, self.generation = page, number, generation
        self.size = page.size


class PageMemory:
    """Pages that this process rendered or read from the store, the least used ones let go first.

    A page is given only if none of its subjects changed after the number at which it was true, so
    it does not matter in which order changes and pages arrive here.
    """

    def __init__(self, follower: ChangeFollower) -> None:
        self._follower = follower
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._pages: LRUCache[tuple[str, str], KeptPage] = LRUCache(
                MAX_CACHE_BYTES, getsizeof=lambda kept: kept.size
            )

    def __len__(self) -> int:
        return len(self._pages)

    def has(self, address: str, encoding: str) -> bool:
        """Whether there is a page at an address, true or not."""
        return (address, encoding) in self._pages

    def get(self, address: str, encoding: str, number: int) -> RenderedPage | None:
        """The page at an address, if it is true at the number to which changes were followed."""
        key = (address, encoding)
        with self._lock:
            kept = self._pages.get(key)
            if kept is None:
                return None
            if not (self._is_current(kept) and kept.page.is_valid(time.time())):
                del self._pages[key]
                return None
            kept.number = number
            return kept.page

    def _is_current(self, kept: KeptPage) -> bool:
        if kept.generation != self._follower.generation:
            return False
        return self._follower.is_current(kept.page.subjects, kept.number)

    def find(
        self, address: str, encodings: Iterable[str], number: int
    ) -> tuple[str, RenderedPage] | None:
        """The page at an address in the first of these encodings in which it is here."""
        for encoding in encodings:
            page = self.get(address, encoding, number)
            if page is not None:
                return encoding, page
        return None

    def set(self, address: str, encoding: str, page: RenderedPage, number: int) -> None:
        """Keep a page that was true at a number."""
        kept = KeptPage(page, number, self._follower.generation)
        with self._lock:
            if kept.size <= MAX_CACHE_BYTES:
                self._pages[address, encoding] = kept
