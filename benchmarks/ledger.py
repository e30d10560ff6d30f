"""Makes a long ledger in a database, and verifies it.

Each in a process of its own, for `benchmarks.verify`.
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - models need the settings first
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.audit import recording  # noqa: E402
from articles.audit.page_kinds import PAGE  # noqa: E402
from articles.models import Article, AuditEvent, CopyrightNotice  # noqa: E402
from articles.publishing.copyright_notices import roll_copyright_year  # noqa: E402
from benchmarks.imports import measure_processor  # noqa: E402
from reviews import verification  # noqa: E402
from reviews.models import LedgerEntry  # noqa: E402
from reviews.signing import ledger  # noqa: E402
from tests import factories  # noqa: E402


def migrate() -> None:
    call_command("migrate", verbosity=0)


def fill(entries: int, pages: int) -> None:
    """Pages that one clinician signed, and then signed again, year after year."""
    ann, ravi = (User.objects.create_user(name) for name in ("ann", "ravi"))
    factories.make_reviewer(ravi, verified_by=ann, name="Ravi Rao", slug="ravi-rao")
    pages = min(pages, entries)
    factories.publish_symptoms(pages, by=ann, signer=ravi)
    factories.sign_all_again(entries - pages, signer=ravi)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def append(count: int) -> str:
    """Milliseconds for an entry of the ledger; for an event, alone and among many at once.

    Each entry and each event alone is a transaction. The row of each event was changed before.
    """
    morgan = User.objects.get(username="ann")
    pages = list(Article.objects.public().select_related("live__revision").order_by("pk")[:count])
    actor = ledger.make_editor_actor(morgan)

    def append_entry(page: Article) -> None:
        with transaction.atomic():
            ledger.append(
                ledger.EntryDraft(
                    outcome=LedgerEntry.EntryOutcome.WITHDRAWN,
                    meaning="A benchmark.",
                    revision=page.live.revision,
                    by=morgan,
                    actor=actor,
                    at=timezone.now(),
                    authentication="session",
                    record_fields={"reason": "outdated"},
                )
            )

    def append_event(page: Article) -> None:
        recording.record(PAGE, [page], by=morgan)

    entry = _time(append_entry, pages)
    Article.objects.update(review_months=11)
    event = _time(append_event, pages)
    Article.objects.update(review_months=10)
    many = _time(lambda rows: recording.record(PAGE, rows, by=morgan), [pages]) / len(pages)
    unchanged = _time(append_event, pages)
    return f"{entry} {event} {many} {unchanged}"


def _time(action: Callable[[Any], object], items: list) -> float:
    """Milliseconds an item."""
    begun = time.perf_counter()
    for item in items:
        action(item)
    return (time.perf_counter() - begun) * 1000 / len(items)


def roll() -> str:
    """Seconds and queries of a new copyright year on all public pages, and its events."""
    notices = list(CopyrightNotice.objects.all())
    before = AuditEvent.objects.count()
    with CaptureQueriesContext(connection) as queries:
        begun = time.perf_counter()
        roll_copyright_year(notices, year=2027, by=User.objects.get(username="ann"))
        seconds = time.perf_counter() - begun
    return f"{seconds} {len(queries)} {AuditEvent.objects.count() - before}"


def verify() -> str:
    """The seconds of the processor, the megabytes and the queries that it took."""
    queries = 0

    def count(execute, sql, params, many, context):
        nonlocal queries
        queries += 1
        return execute(sql, params, many, context)

    begun = measure_processor()
    with connection.execute_wrapper(count):
        found = list(verification.find_faults())
    if found:
        sys.exit(f"{len(found)} faults: {found[:3]}")
    seconds = measure_processor() - begun
    return f"{seconds} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024} {queries}"


if __name__ == "__main__":
    command, *numbers = sys.argv[1:]
    print(
        {"migrate": migrate, "fill": fill, "append": append, "roll": roll, "verify": verify}[
            command
        ](*map(int, numbers))
        or "done"
    )
