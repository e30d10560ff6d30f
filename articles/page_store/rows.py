"""The rows of the page store: read by one key, written without waiting, deleted by subject.

All of it is SQL of constant text. Whatever fails here costs speed alone.
"""

import hashlib
import json
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import Error, connection, transaction

from articles.models import ChangedSubject, StoredPage, StoredPageSubject
from articles.page_store import sealing
from articles.page_store.fingerprint import get_fingerprint
from articles.page_store.rendered import RenderedPage
from articles.page_store.reporting import report
from articles.page_store.subjects import EVERYTHING, hash_subject

BATCH = 500  # rows that one statement deletes, and subjects that one inserts
MAX_SUBJECTS = 2000  # of a page: one that names more is in the memory of processes alone
MAX_DELETED = 5000  # pages that an announcement deletes; more are a change of everything
_PAGES = StoredPage._meta.db_table
_SUBJECTS = StoredPageSubject._meta.db_table
_CHANGES = ChangedSubject._meta.db_table
_COLUMNS = (
    "address, encoding, fingerprint, status, revision, rendered_at, expires_at, last_modified, "
    "headers, size, subjects, body, mac"
)
# Of three encodings of an address, the first that there is.
_LOAD = (
    f"SELECT {_COLUMNS} FROM {_PAGES} WHERE key IN (%s, %s, %s) "  # noqa: S608 - our names
    "ORDER BY CASE key WHEN %s THEN 0 WHEN %s THEN 1 ELSE 2 END LIMIT 1"
)
_UPSERT = (
    f"INSERT INTO {_PAGES} ({_COLUMNS}, key) "  # noqa: S608
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
    "ON CONFLICT (key) DO UPDATE SET "
    + ", ".join(f"{column} = EXCLUDED.{column}" for column in _COLUMNS.split(", "))
    + " RETURNING id"
)
_LATER_CHANGES = f"SELECT subject FROM {_CHANGES} WHERE number > %s LIMIT {MAX_SUBJECTS + 1}"  # noqa: S608
_NAMING = (
    f"SELECT DISTINCT page_id FROM {_SUBJECTS} WHERE subject IN (%s) "  # noqa: S608
    f"LIMIT {MAX_DELETED + 1}"
)


def build_key(address: str, encoding: str, fingerprint: str) -> str:
    """Of an address in an encoding as one build prints it."""
    text = f"{fingerprint}\0{encoding}\0{address}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def load(
    address: str, encodings: tuple[str, str, str], *, oldest: int = 0
) -> tuple[str, RenderedPage] | None:
    """The page that is stored for an address, in the first of these encodings that there is.

    None where there is none that can be shown. ``oldest`` is the number of the newest change of
    everything. A row that was not written by this site, or changed since, is logged.
    """
    fingerprint = get_fingerprint()
    keys = [build_key(address, encoding, fingerprint) for encoding in encodings]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_LOAD, [*keys, *keys[:2]])
            row = cursor.fetchone()
    except Error:
        report("The page store cannot be read, so each page is rendered.")
        return None
    if row is None:
        return None
    *fields, subjects, body, mac = row
    encoding, subjects, body, mac = fields[1], bytes(subjects), bytes(body), bytes(mac)
    is_asked = fields[0] == address and encoding in encodings and fields[2] == fingerprint
    if not is_asked or not sealing.is_sealed(mac, fields, subjects, body):
        report("A row of the page store is not as this site stored it. It is not shown.")
        return None
    page = _build_page(fields, subjects, body)
    if page.revision < oldest or not page.is_valid(time.time()):
        return None
    return encoding, page


def _build_page(fields: list, subjects: bytes, body: bytes) -> RenderedPage:
    _, _, _, status, revision, rendered_at, expires_at, last_modified, headers, _ = fields
    etag, content_type, noindex = json.loads(headers)
    return RenderedPage(
        body=body,
        etag=etag,
        status=status,
        rendered_at=rendered_at,
        expires_at=expires_at,
        last_modified=last_modified,
        noindex=noindex,
        content_type=content_type,
        revision=revision,
        subjects=array("q", subjects),
    )


def save(address: str, page: RenderedPage, encoding: str) -> bool:
    """Store a page, if that needs no waiting and nothing that it names changed since.

    Whether it was stored. It raises nothing, and a transaction of the caller goes on.
    """
    if len(page.subjects) > MAX_SUBJECTS:
        return False
    try:
        with _hold_changes():
            if _has_changed(page):
                return False
            return _write(address, encoding, page)
    except Error as error:
        if not _is_locked(error):
            report("The page store cannot be written, so pages are rendered more often.")
        return False


@contextmanager
def _hold_changes() -> Iterator[None]:
    """A transaction in which no change can be announced. Raises Error instead of waiting."""
    if connection.vendor == "postgresql":
        outermost = not connection.in_atomic_block
        with transaction.atomic(), connection.cursor() as cursor:
            # What a crash loses of it is rendered again.
            unhurried = "SET LOCAL synchronous_commit = off; " if outermost else ""
            cursor.execute(f"{unhurried}LOCK TABLE {_CHANGES} IN SHARE MODE NOWAIT")
            yield
    elif connection.in_atomic_block:
        with transaction.atomic():
            yield
    else:
        with _no_busy_timeout(), transaction.atomic():
            yield


@contextmanager
def _no_busy_timeout() -> Iterator[None]:
    """SQLite refuses at once where another transaction writes."""
    connection.ensure_connection()
    execute = connection.connection.execute
    before = execute("PRAGMA busy_timeout").fetchone()[0]
    synchronous = execute("PRAGMA synchronous").fetchone()[0]
    execute("PRAGMA busy_timeout = 0")
    execute(f"PRAGMA synchronous = {min(synchronous, 1)}")
    try:
        yield
    finally:
        execute(f"PRAGMA busy_timeout = {before}")
        execute(f"PRAGMA synchronous = {synchronous}")


def _is_locked(error: Error) -> bool:
    cause = error.__cause__
    return getattr(cause, "pgcode", None) == "55P03" or "locked" in str(error)


def _has_changed(page: RenderedPage) -> bool:
    """Whether a later change names one of its subjects, or everything."""
    with connection.cursor() as cursor:
        cursor.execute(_LATER_CHANGES, [page.revision])
        changed = [subject for (subject,) in cursor.fetchall()]
    if len(changed) > MAX_SUBJECTS or EVERYTHING in changed:
        return True
    return not {hash_subject(subject) for subject in changed}.isdisjoint(page.subjects)


def _write(address: str, encoding: str, page: RenderedPage) -> bool:
    fingerprint = get_fingerprint()
    headers = json.dumps([page.etag, page.content_type, page.noindex])
    subjects = page.subjects.tobytes()
    size = len(page.body) + len(subjects) * 3 + len(address) + 500
    fields: list[str | int] = [
        *(address, encoding, fingerprint, page.status, page.revision, page.rendered_at),
        *(page.expires_at, page.last_modified, headers, size),
    ]
    mac = sealing.seal(fields, subjects, page.body)
    key = build_key(address, encoding, fingerprint)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Another worker that writes the same row would have to be waited for.
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [hash_subject(key)])
            if not cursor.fetchone()[0]:
                return False
        cursor.execute(_UPSERT, [*fields, subjects, page.body, mac, key])
        page_id = cursor.fetchone()[0]
        cursor.execute(f"DELETE FROM {_SUBJECTS} WHERE page_id = %s", [page_id])  # noqa: S608
        for start in range(0, len(page.subjects), BATCH):
            batch = page.subjects[start : start + BATCH]
            marks = ", ".join(["(%s, %s)"] * len(batch))
            values: list[int] = []
            for subject in batch:
                values += (subject, page_id)
            cursor.execute(
                f"INSERT INTO {_SUBJECTS} (subject, page_id) VALUES {marks}",  # noqa: S608
                values,
            )
    return True


def delete_by_subject(hashes: Sequence[int]) -> bool:
    """Delete the pages that name one of these subjects; False where they are too many for that."""
    marks = ", ".join(["%s"] * len(hashes))
    with connection.cursor() as cursor:
        cursor.execute(_NAMING % marks, hashes)
        keys = [key for (key,) in cursor.fetchall()]
    if len(keys) > MAX_DELETED:
        return False
    for start in range(0, len(keys), BATCH):
        _delete(keys[start : start + BATCH])
    return True


def _delete(keys: list[int]) -> None:
    marks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_SUBJECTS} WHERE page_id IN ({marks})", keys)  # noqa: S608
        cursor.execute(f"DELETE FROM {_PAGES} WHERE id IN ({marks})", keys)  # noqa: S608


def delete_all() -> None:
    """Empty the store."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_SUBJECTS}")  # noqa: S608
        cursor.execute(f"DELETE FROM {_PAGES}")  # noqa: S608
