"""The rows of the page store: read by one key, written without waiting, deleted by subject.

All of it is SQL of constant text. Whatever fails here costs speed alone.
"""

import hashlib
import json
import time
from array import array
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import Error, connection

from articles.db.reading import get_reading_connection
from articles.models import ChangedSubject, StoredPage, StoredPageSubject
from articles.page_store import sealing
from articles.page_store.bounds import delete, store_bounds
from articles.page_store.fingerprint import get_fingerprint
from articles.page_store.locking import STORING, begin_at_once, is_refusal
from articles.page_store.rendered import RenderedPage
from articles.page_store.reporting import report
from articles.page_store.subjects import EVERYTHING, hash_subject

BATCH = 500  # subjects that one statement inserts
MAX_SUBJECTS = 2000  # of a page: one that names more is in the memory of processes alone
MAX_DELETED = 5000  # pages that an announcement deletes; more are a change of everything
# What a row takes beside its bytes, with its subjects and their indexes, about.
BYTES_OF_ROW = 500
BYTES_OF_SUBJECT = 100
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
_STORED = (
    f"SELECT address FROM {_PAGES} WHERE key IN (%s) "  # noqa: S608
    "AND revision >= %%s AND expires_at > %%s"
)
_MEASURE = f"SELECT COUNT(*), COALESCE(SUM(size), 0) FROM {_PAGES} WHERE fingerprint = %s"  # noqa: S608
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
    address: str, encodings: tuple[str, ...], *, oldest: int = 0
) -> tuple[str, RenderedPage] | None:
    """The page that is stored for an address, in the first of these three encodings that there is.

    None where there is none that can be shown. ``oldest`` is the number of the newest change of
    everything. A row that was not written by this site, or changed since, is logged.
    """
    fingerprint = get_fingerprint()
    keys = [build_key(address, encoding, fingerprint) for encoding in encodings]
    try:
        with get_reading_connection().cursor() as cursor:
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


def find_stored(
    addresses: Collection[str], encodings: Iterable[str], *, oldest: int = 0
) -> set[str]:
    """Those of some addresses that are stored in one of these encodings and can be shown.

    By what the rows say: their seals are looked at when a page is given. Raises Error.
    """
    fingerprint = get_fingerprint()
    keys: list[str] = []
    for encoding in encodings:
        keys.extend(build_key(address, encoding, fingerprint) for address in addresses)
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_STORED % ", ".join(["%s"] * len(keys)), [*keys, oldest, int(time.time())])
        return {address for (address,) in cursor.fetchall()}


def measure(fingerprint: str) -> tuple[int, int]:
    """How many rows a build has, and how many bytes they take, about. Raises Error."""
    with connection.cursor() as cursor:
        cursor.execute(_MEASURE, [fingerprint])
        count, size = cursor.fetchone()
    return count, int(size)


def _build_page(fields: list[Any], subjects: bytes, body: bytes) -> RenderedPage:
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
    size = len(page.body) + len(page.subjects) * BYTES_OF_SUBJECT + len(address) + BYTES_OF_ROW
    if len(page.subjects) > MAX_SUBJECTS or size > settings.PAGE_STORE_MAX_BYTES:
        return False
    try:
        with begin_at_once(STORING):
            is_stored = not _has_changed(page) and _write(address, encoding, page, size)
    except Error as error:
        if not is_refusal(error):
            report("The page store cannot be written, so pages are rendered more often.")
        return False
    if is_stored:
        store_bounds.keep(build_key(address, encoding, get_fingerprint()), size)
    return is_stored


def _has_changed(page: RenderedPage) -> bool:
    """Whether a later change names one of its subjects, or everything."""
    with connection.cursor() as cursor:
        cursor.execute(_LATER_CHANGES, [page.revision])
        changed = [subject for (subject,) in cursor.fetchall()]
    if len(changed) > MAX_SUBJECTS or EVERYTHING in changed:
        return True
    return not {hash_subject(subject) for subject in changed}.isdisjoint(page.subjects)


def _write(address: str, encoding: str, page: RenderedPage, size: int) -> bool:
    """Insert or replace the row; False where another worker writes it just now."""
    fingerprint = get_fingerprint()
    headers = json.dumps([page.etag, page.content_type, page.noindex])
    subjects = page.subjects.tobytes()
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
    delete(keys)
    return True
