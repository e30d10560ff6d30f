"""Counts attempts: to sign in, to give a second factor, to send a message (ADR 86).

The counts are rows of the database, so that all processes share them and nothing evicts them. An
attempt that cannot be counted in time is refused.
"""

import datetime as dt
import hmac
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone

from articles.counts import throttled
from articles.event_log import log_refusal
from articles.models import AttemptCounter, AttemptKey

WAIT = 2_000  # milliseconds for a lock; after them an attempt is refused
PURGED_AT_ONCE = 10_000  # rows of one statement
_COUNTERS = AttemptCounter._meta.db_table
_KEYS = AttemptKey._meta.db_table
# The first attempt after the end of a span begins the next one. No span ends later than one that
# begins now: a clock that was ahead and was set right would lock somebody out for as long.
_COUNT = (
    f"INSERT INTO {_COUNTERS} (key, count, expires_at) VALUES (%s, 1, %s) "  # noqa: S608 - our names
    "ON CONFLICT (key) DO UPDATE SET "
    f"count = CASE WHEN {_COUNTERS}.expires_at <= %s THEN 1 ELSE {_COUNTERS}.count + 1 END, "
    f"expires_at = CASE WHEN {_COUNTERS}.expires_at <= %s "
    f"OR {_COUNTERS}.expires_at > EXCLUDED.expires_at "
    f"THEN EXCLUDED.expires_at ELSE {_COUNTERS}.expires_at END "
    "RETURNING count, expires_at"
)
_TAKE_BACK = f"UPDATE {_COUNTERS} SET count = count - 1 WHERE key = %s AND count > 0"  # noqa: S608
_READ = f"SELECT count FROM {_COUNTERS} WHERE key = %s AND expires_at > %s"  # noqa: S608
_FORGET = f"DELETE FROM {_COUNTERS} WHERE key = %s"  # noqa: S608
_PURGE = (
    f"DELETE FROM {_COUNTERS} WHERE key IN (SELECT key FROM {_COUNTERS} "  # noqa: S608
    f"WHERE expires_at <= %s LIMIT {PURGED_AT_ONCE})"
)
_READ_KEY = f"SELECT secret FROM {_KEYS} WHERE day = %s"  # noqa: S608
_ADD_KEY = f"INSERT INTO {_KEYS} (day, secret) VALUES (%s, %s) ON CONFLICT (day) DO NOTHING"  # noqa: S608
_DELETE_KEYS = f"DELETE FROM {_KEYS} WHERE day < %s"  # noqa: S608
# A row that is written to find out whether anything can be, and purged with the others.
_TRY_WRITE = (
    f"INSERT INTO {_COUNTERS} (key, count, expires_at) VALUES ('try', 0, %s) "  # noqa: S608
    "ON CONFLICT (key) DO UPDATE SET expires_at = EXCLUDED.expires_at"
)
logger = logging.getLogger(__name__)


class CannotCount(Exception):
    """The attempt could not be counted within two seconds, so that it must not be let through."""


@dataclass(frozen=True)
class Attempt:
    """One attempt that was counted: the how-many-eth of its span it is.

    ``expires_at`` is the end of the span, in Unix time.
    """

    key: str
    count: int
    expires_at: int

    @property
    def seconds_left(self) -> int:
        """Until the span ends, and counting begins anew."""
        return max(1, self.expires_at - _now())

    def take_back(self) -> None:
        """Count it no more: it was no guess. Where that fails, the limit is stricter."""
        try:
            with _limit_wait(), connection.cursor() as cursor:
                cursor.execute(_TAKE_BACK, [self.key])
        except Error as error:
            logger.warning("An attempt was not taken back (%s).", type(error).__name__)


def count_attempt(what: str, by: str, *, seconds: int) -> Attempt:
    """Count an attempt at something by somebody, within a span of so many seconds.

    One statement counts, so that no two processes count the same. Raises CannotCount.
    """
    now = _now()
    try:
        with _limit_wait(), connection.cursor() as cursor:
            key = _hash(cursor, what, by)
            cursor.execute(_COUNT, [key, now + seconds, now, now])
            count, expires_at = cursor.fetchone()
    except Error as error:
        reason = type(error).__name__
        throttled["not counted"] += 1
        logger.error("An attempt was refused, as it could not be counted: %s.", reason)
        raise CannotCount from error
    return Attempt(key, count, expires_at)


def read_count(what: str, by: str) -> int:
    """How many attempts of the span were counted. Raises CannotCount."""
    try:
        with _limit_wait(), connection.cursor() as cursor:
            cursor.execute(_READ, [_hash(cursor, what, by), _now()])
            row = cursor.fetchone()
    except Error as error:
        raise CannotCount from error
    return row[0] if row else 0


def forget_attempts(what: str, by: str) -> None:
    """Begin to count anew. Where that fails, the limit is stricter."""
    try:
        with _limit_wait(), connection.cursor() as cursor:
            cursor.execute(_FORGET, [_hash(cursor, what, by)])
    except Error as error:
        logger.warning("Attempts were not forgotten (%s).", type(error).__name__)


def try_write() -> None:
    """Write a row that nobody reads. Raises what the database raises, at a lock after seconds."""
    with _limit_wait(), connection.cursor() as cursor:
        cursor.execute(_TRY_WRITE, [_now()])


def note_refusal(what: str) -> None:
    """Count an attempt that was over its limit, and log the first of a minute.

    ``what`` is a word of the program.
    """
    throttled[what] += 1
    log_refusal(f"too many: {what}")


def purge_counters() -> int:
    """Delete the counters whose span is over, and old keys. How many counters were deleted."""
    deleted = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_PURGE, [_now()])
            deleted += cursor.rowcount
            if cursor.rowcount < PURGED_AT_ONCE:
                break
        _delete_old_keys(cursor)
    return deleted


def _now() -> int:
    return int(timezone.now().timestamp())


def _hash(cursor, what: str, by: str) -> str:
    """What stands for something that somebody tries today.

    It takes SECRET_KEY and the random key of the day to find out who that was, and the latter is
    deleted.
    """
    today = _get_today()
    cursor.execute(_READ_KEY, [today])
    row = cursor.fetchone()
    if row is None:
        cursor.execute(_ADD_KEY, [today, secrets.token_hex(32)])
        _delete_old_keys(cursor)
        cursor.execute(_READ_KEY, [today])
        row = cursor.fetchone()
    key = hmac.digest(settings.SECRET_KEY.encode(), row[0].encode(), "sha256")
    return hmac.new(key, f"{what}\0{by}".encode(errors="replace"), "sha256").hexdigest()


def _delete_old_keys(cursor) -> None:
    yesterday = dt.date.fromisoformat(_get_today()) - dt.timedelta(days=1)
    cursor.execute(_DELETE_KEYS, [yesterday.isoformat()])


def _get_today() -> str:
    """The day of UTC, the same on every machine."""
    return timezone.now().astimezone(dt.UTC).date().isoformat()


@contextmanager
def _limit_wait() -> Iterator[None]:
    """Wait two seconds at most for a lock, on either engine."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {WAIT}")
            cursor.execute(f"SET LOCAL statement_timeout = {WAIT}")
            yield
        return
    connection.ensure_connection()
    raw = connection.connection
    before = raw.execute("PRAGMA busy_timeout").fetchone()[0]
    raw.execute(f"PRAGMA busy_timeout = {WAIT}")
    try:
        yield
    finally:
        if connection.connection is raw:
            raw.execute(f"PRAGMA busy_timeout = {before}")
