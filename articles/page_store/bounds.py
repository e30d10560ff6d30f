"""The bounds of the page store: how many rows and bytes it has, and what goes first."""

import threading
import time

from django.conf import settings
from django.db import Error, connection, transaction

from articles.models import StoredPage, StoredPageSubject
from articles.page_store.fingerprint import get_fingerprint
from articles.page_store.locking import DELETING, begin_at_once, is_refusal
from articles.page_store.reporting import report

BATCH = 500  # rows that one transaction deletes
MAX_BATCHES = 20  # at one look
KEPT_PART = 0.95  # of the bounds: what remains where they are passed
SAVES_BETWEEN_LOOKS = 200
OTHER_BUILDS_SECONDS = 24 * 3600  # that pages of an earlier build may still be asked for
_PAGES = StoredPage._meta.db_table
_SUBJECTS = StoredPageSubject._meta.db_table
_MEASURE = f"SELECT COUNT(*), COALESCE(SUM(size), 0) FROM {_PAGES}"  # noqa: S608 - our names
_OLDEST = (
    f"SELECT id, size FROM {_PAGES} WHERE fingerprint {{}} %s AND key <> %s "  # noqa: S608
    f"ORDER BY rendered_at, id LIMIT {BATCH}"
)
_STALE = (
    f"SELECT id FROM {_PAGES} WHERE expires_at <= %s OR revision < %s "  # noqa: S608
    f"OR (fingerprint <> %s AND rendered_at < %s) LIMIT {BATCH}"
)
_ORPHANS = (
    f"DELETE FROM {_SUBJECTS} WHERE NOT EXISTS "  # noqa: S608
    f"(SELECT 1 FROM {_PAGES} WHERE id = page_id)"
)


class StoreBounds:
    """Counts what this process stored since it last looked how much there is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Look at the next save."""
        self._saves, self._bytes = SAVES_BETWEEN_LOOKS, 0

    def keep(self, key: str, size: int) -> None:
        """Count a row that was stored; delete others where there are too many, but for this one.

        It waits for nobody and raises nothing.
        """
        with self._lock:
            self._saves += 1
            self._bytes += size
            if not self._is_time():
                return
            self._saves = self._bytes = 0
        try:
            _delete_oldest(key)
        except Error as error:
            if not is_refusal(error):
                report("The page store cannot be kept within its bounds.")

    def _is_time(self) -> bool:
        rows = min(SAVES_BETWEEN_LOOKS, settings.PAGE_STORE_MAX_ROWS // 50)
        return self._saves > rows or self._bytes > settings.PAGE_STORE_MAX_BYTES // 50


store_bounds = StoreBounds()


def measure() -> tuple[int, int]:
    """How many rows there are, and how many bytes they take, about."""
    with connection.cursor() as cursor:
        cursor.execute(_MEASURE)
        count, size = cursor.fetchone()
    return count, int(size)


def _delete_oldest(kept_key: str) -> None:
    """Delete rows of other builds, then the oldest, where a bound is passed."""
    rows, size = measure()
    most_rows, most_bytes = settings.PAGE_STORE_MAX_ROWS, settings.PAGE_STORE_MAX_BYTES
    if rows <= most_rows and size <= most_bytes:
        return
    rows -= int(most_rows * KEPT_PART)
    size -= int(most_bytes * KEPT_PART)
    for _ in range(MAX_BATCHES):
        with begin_at_once(DELETING):
            found = _find_oldest(kept_key)
            keys = []
            for key, row_size in found:
                if rows <= 0 and size <= 0:
                    break
                keys.append(key)
                rows, size = rows - 1, size - row_size
            delete(keys)
        if not keys or (rows <= 0 and size <= 0):
            return


def _find_oldest(kept_key: str) -> list[tuple[int, ...]]:
    for comparison in ("<>", "="):
        sql = _OLDEST.format(comparison)
        found = _select_free(sql, [get_fingerprint(), kept_key])
        if found:
            return found
    return []


def _select_free(sql: str, values: list[str | int]) -> list[tuple[int, ...]]:
    """Rows that nobody else is deleting, which are locked."""
    if connection.vendor == "postgresql":
        sql += " FOR UPDATE SKIP LOCKED"
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[int, ...]] = cursor.fetchall()
    return found


def delete(keys: list[int]) -> None:
    """Delete rows: first the pages, then their subjects, so that no two deletions lock crosswise.

    Nothing is done for an empty list.
    """
    with connection.cursor() as cursor:
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            marks = ", ".join(["%s"] * len(batch))
            cursor.execute(f"DELETE FROM {_PAGES} WHERE id IN ({marks})", batch)  # noqa: S608
            cursor.execute(
                f"DELETE FROM {_SUBJECTS} WHERE page_id IN ({marks})",  # noqa: S608
                batch,
            )


def purge(everything: int) -> int:
    """Delete what nobody is shown any more, in batches; gives the number of pages.

    ``everything`` is the number of the newest change of everything. It may wait for others.
    """
    now, deleted = int(time.time()), 0
    values: list[str | int] = [now, everything, get_fingerprint(), now - OTHER_BUILDS_SECONDS]
    while True:
        with transaction.atomic():
            keys = [row[0] for row in _select_free(_STALE, values)]
            delete(keys)
        deleted += len(keys)
        if len(keys) < BATCH:
            break
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS)
    return deleted


def empty() -> int:
    """Delete every page; gives their number."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_PAGES}")  # noqa: S608
        deleted: int = cursor.rowcount
        cursor.execute(f"DELETE FROM {_SUBJECTS}")  # noqa: S608
    return deleted
