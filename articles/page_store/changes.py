"""Changes: which subjects events changed, in the order of their numbers.

An announcement is part of the caller's transaction. The end of the chain of events stays locked
until that ends, so numbers become visible in their order.
"""

import datetime as dt
import json
from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone

from articles.db.reading import get_reading_connection
from articles.models import AuditEvent, ChangedSubject
from articles.page_store import rows
from articles.page_store.subjects import EVERYTHING, hash_subjects, shorten

MAX_SUBJECTS = 1000  # of one announcement; more are the one subject "everything"
MAX_READ = 5000  # changes that a process reads at once; more are "everything"
_TABLE = ChangedSubject._meta.db_table
_READ = (
    f"SELECT number, subject FROM {_TABLE} WHERE number >= %s "  # noqa: S608 - our names
    f"ORDER BY number LIMIT {MAX_READ + 1}"
)

# Moments go up as numbers do, though a clock is set back: pages say by them when they changed.
_LAST = f"(SELECT at FROM {_TABLE} ORDER BY number DESC LIMIT 1)"  # noqa: S608
_MOMENT = {
    "postgresql": f"CASE WHEN CAST(%s AS timestamptz) < {_LAST} "
    f"THEN {_LAST} + interval '1 second' ELSE CAST(%s AS timestamptz) END",
    "sqlite": f"CASE WHEN CAST(%s AS text) < {_LAST} "
    f"THEN strftime('%%Y-%%m-%%d %%H:%%M:%%f', {_LAST}, '+1 second') ELSE CAST(%s AS text) END",
}

_LAST_MOMENT = {
    "postgresql": f"SELECT MAX(at) FROM {_TABLE} WHERE subject = ANY(%s)",  # noqa: S608
    "sqlite": f"SELECT MAX(at) FROM {_TABLE} "  # noqa: S608
    "WHERE subject IN (SELECT value FROM json_each(%s))",
}


@transaction.atomic(savepoint=False)
def announce(subjects: Iterable[str], *, at: dt.datetime | None = None) -> None:
    """What these subjects say has changed: no page that names one is shown as it was.

    Call it last in the transaction that made the change. It locks the end of the chain of events,
    the last lock of every transaction.
    """
    AuditEvent.objects.lock_chain_end()
    announce_under_lock(subjects, at=at)


def announce_under_lock(subjects: Iterable[str], *, at: dt.datetime | None = None) -> None:
    """Do ``announce`` in a transaction that has locked the end of the chain of events."""
    changed = {shorten(subject) for subject in subjects}
    if not changed:
        return
    if EVERYTHING not in changed and len(changed) <= MAX_SUBJECTS:
        hashes = hash_subjects(changed)
    else:
        changed, hashes = {EVERYTHING}, []
    # Changes come first: their lock keeps every other transaction from storing a page meanwhile.
    _write(changed, at or timezone.now())
    if hashes and not rows.delete_by_subject(hashes):
        _write({EVERYTHING}, at or timezone.now())


def _write(subjects: set[str], at: dt.datetime) -> None:
    marks = ", ".join(["(%s)"] * len(subjects))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_TABLE} (subject, number, at) "  # noqa: S608 - our names
            f"SELECT named.column1, (SELECT COALESCE(MAX(number), 0) + 1 FROM {_TABLE}), "
            f"{_MOMENT[connection.vendor]} FROM (VALUES {marks}) AS named WHERE true "
            "ON CONFLICT (subject) DO UPDATE SET number = EXCLUDED.number, at = EXCLUDED.at",
            [*[connection.ops.adapt_datetimefield_value(at)] * 2, *sorted(subjects)],
        )


def read_since(number: int) -> list[tuple[int, str]] | None:
    """Number and subject of each change with a greater number, in their order.

    None where they do not follow from that number: there are too many, or the numbers are those
    of another database.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ, [number])
        found: list[tuple[int, str]] = cursor.fetchall()
    if len(found) > MAX_READ or (number and not found):
        return None
    return [change for change in found if change[0] > number]


def get_newest() -> tuple[int, int]:
    """The newest number, and the newest of "everything"; zero where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COALESCE(MAX(number), 0), COALESCE((SELECT number FROM {_TABLE} "  # noqa: S608
            f"WHERE subject = %s), 0) FROM {_TABLE}",
            [EVERYTHING],
        )
        newest, everything = cursor.fetchone()
    return newest, everything


def find_last_moment(subjects: Iterable[str]) -> dt.datetime | None:
    """When one of these subjects, or everything, changed last; None if none ever did. One query."""
    names = sorted({EVERYTHING, *map(shorten, subjects)})
    is_sqlite = connection.vendor == "sqlite"
    with get_reading_connection().cursor() as cursor:
        cursor.execute(_LAST_MOMENT[connection.vendor], [json.dumps(names) if is_sqlite else names])
        (found,) = cursor.fetchone()
    if found is None:
        return None
    moment: dt.datetime = dt.datetime.fromisoformat(found) if is_sqlite else found
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
