"""The page store filled in advance: pages are rendered before anybody asks for them (ADR 89).

After an upgrade, or a change of a setting that pages print, no stored page is shown any more.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.conf import settings
from django.db import Error
from django.http import Http404
from django.urls import resolve, reverse

from articles.page_store import rows
from articles.page_store.fingerprint import get_fingerprint
from articles.page_store.following import follower
from articles.page_store.outage import DatabaseUnreachable
from articles.public import encodings
from config.operations.static_site import addresses, rendering

BATCH = 200  # addresses that one query looks for in the store
KEPT_FREE = 0.1  # of the bounds of the store: what visitors ask for needs room too
NEVER_STORED = "robots"
ENCODING = encodings.BROTLI  # what browsers ask for; another one is made of it


@dataclass
class StoreFilling:
    """One run, and what came of it.

    ``share`` is how much of the time it works, above 0 and up to 1: the rest it waits. ``failed``
    has an address and why for each page that could not be rendered.
    """

    share: float
    sleep: Callable[[float], None] = time.sleep
    already: int = 0
    stored: int = 0
    passed: int = 0  # rendered and not stored, or nothing to be stored
    is_full: bool = False
    failed: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Render what is not stored, in the order of ``iter_paths``, until the store is full.

        Raises what the database raises, and DatabaseUnreachable.
        """
        paths = iter_paths()
        while batch := list(islice(paths, BATCH)):
            missing = self._find_missing(batch)
            self.already += len(batch) - len(missing)
            for path in missing:
                self._render(path)
            left = self._find_missing(missing)
            self.stored += len(missing) - len(left)
            self.passed += sum(path not in self.failed for path in left)
            if is_full():
                self.is_full = True
                return

    def _find_missing(self, paths: list[str]) -> list[str]:
        """Those of some paths of which no row can be shown. One query, and one once in 0.9 s."""
        if not paths:
            return []
        follower.follow()
        addresses_by_path = {path: settings.SITE_URL + path for path in paths}
        found = rows.find_stored(
            addresses_by_path.values(), encodings.SOURCES[ENCODING], oldest=follower.everything
        )
        return [path for path, address in addresses_by_path.items() if address not in found]

    def _render(self, path: str) -> None:
        """Ask the view for a page, as a visitor does: it stores what can be stored."""
        begun = time.perf_counter()
        try:
            match = resolve(path)
            request = rendering.build_request(path, HTTP_ACCEPT_ENCODING=ENCODING)
            match.func(request, *match.args, **match.kwargs)
        except Http404:
            pass  # it was withdrawn or moved meanwhile
        except (DatabaseUnreachable, Error):
            raise
        except Exception as error:  # one page that is broken leaves the others
            self.failed[path] = f"{type(error).__name__}: {error}"
        self.sleep((time.perf_counter() - begun) * (1 / self.share - 1))


def iter_paths() -> Iterator[str]:
    """What visitors open most, first: pages, then lists, causes, and the causes of each symptom.

    Neither histories nor old versions.
    """
    for name in addresses.SINGLE_URL_NAMES:
        if name != NEVER_STORED:
            yield reverse(name)
    for page in addresses.iter_public():
        yield page.path
    yield from addresses.iter_list_paths()
    for page in addresses.iter_public():
        yield from page.list_cause_paths()


def is_full() -> bool:
    """Whether this build has as much in the store as it may have without being asked."""
    count, size = rows.measure(get_fingerprint())
    part = 1 - KEPT_FREE
    most_rows, most_bytes = settings.PAGE_STORE_MAX_ROWS, settings.PAGE_STORE_MAX_BYTES
    return count >= part * most_rows or size >= part * most_bytes
