"""How the site does, for those who run it: a fixed number of queries, whatever its size."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.lists import Label
from articles.models import ReaderReport, UnsentForm
from articles.page_store import bounds
from articles.scheduled_runs import RunStatus, load_statuses
from config.monitoring import readiness
from reviews.models import Mail, PlannedReview
from reviews.verification import heads
from reviews.verification.heads import Heads

FINE, ATTENTION = "fine", "attention"
MEGABYTE = 1024**2
_DATABASE_SIZE = {
    "postgresql": "SELECT pg_database_size(current_database())",
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
}


@dataclass(frozen=True)
class Queue:
    """How much waits for somebody or something, and what to do where that is a fault."""

    name: str
    title: Label
    count: int
    advice: Label = ""

    @property
    def needs_attention(self) -> bool:
        return bool(self.advice and self.count)


@dataclass(frozen=True)
class Disk:
    """A file system that the site writes to: what it holds, and the free megabytes."""

    holds: str
    free: int

    @property
    def needs_attention(self) -> bool:
        return self.free < settings.DISK_FREE_MB


@dataclass(frozen=True)
class SiteStatus:
    at: dt.datetime
    build: str
    pending_migrations: list[str]
    runs: list[RunStatus]
    queues: list[Queue]
    store_rows: int
    store_bytes: int
    heads: Heads
    database_bytes: int
    disks: list[Disk] = field(default_factory=list)

    @property
    def needs_attention(self) -> bool:
        if self.pending_migrations or any(run.needs_attention for run in self.runs):
            return True
        waits = any(queue.needs_attention for queue in self.queues)
        return waits or any(disk.needs_attention for disk in self.disks)

    def to_dict(self) -> dict[str, Any]:
        """As a monitor reads it."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "state": ATTENTION if self.needs_attention else FINE,
            "build": self.build,
            "migrations_pending": self.pending_migrations,
            "runs": {run.schedule.name: _describe_run(run) for run in self.runs},
            "queues": {queue.name: queue.count for queue in self.queues},
            "page_store": {"rows": self.store_rows, "bytes": self.store_bytes},
            "ledger": self.heads.to_manifest(),
            "database": {"engine": connection.vendor, "bytes": self.database_bytes},
            "disks": [
                {"holds": disk.holds, "free_mb": disk.free, "full": disk.needs_attention}
                for disk in self.disks
            ],
        }


def _describe_run(run: RunStatus) -> dict[str, Any]:
    return {
        "state": run.state.value,
        "at": run.at.isoformat(timespec="seconds") if run.at else None,
        "needs_attention": run.needs_attention,
    }


def load_status() -> SiteStatus:
    """Raises what the database raises."""
    rows, size = bounds.measure()
    disks = [Disk(holds, free) for holds, free in readiness.measure_disks().items()]
    return SiteStatus(
        at=timezone.now(),
        build=settings.BUILD,
        pending_migrations=readiness.list_pending_migrations(),
        runs=load_statuses(),
        queues=_load_queues(),
        store_rows=rows,
        store_bytes=size,
        heads=heads.get_heads(),
        database_bytes=_measure_database(),
        disks=disks,
    )


def _load_queues() -> list[Queue]:
    now = timezone.now()
    mails = Mail.objects.order_by().aggregate(
        waiting=Count(
            "pk",
            filter=Q(dropped_at__isnull=True, attempted_at__isnull=True),
        ),
        refused=Count("pk", filter=Q(dropped_at__isnull=True, refused_at__isnull=False)),
        unknown=Count(
            "pk",
            filter=Q(attempted_at__isnull=False, refused_at__isnull=True, accepted_at__isnull=True),
        ),
    )
    reports = ReaderReport.objects.open().aggregate(
        open=Count("pk"),
        late=Count("pk", filter=Q(pk__in=ReaderReport.objects.late(now).values("pk"))),
    )
    planned = PlannedReview.objects.pending().aggregate(
        pending=Count("pk"), refused=Count("pk", filter=Q(refused_at__isnull=False))
    )
    return [
        Queue("mails_waiting", _("Mails waiting for the next run"), mails["waiting"]),
        Queue(
            "mails_refused",
            _("Mails that the mail server refused"),
            mails["refused"],
            _("Read why in the list of review emails; they are sent again with the next run."),
        ),
        Queue(
            "mails_unknown",
            _("Mails whose delivery is unknown"),
            mails["unknown"],
            _("Look in the log of the mail server, then settle each in the list of emails."),
        ),
        Queue("planned_reviews", _("Planned reviews"), planned["pending"]),
        Queue(
            "planned_reviews_refused",
            _("Planned reviews that could not be opened"),
            planned["refused"],
            _("Read why in the plan."),
        ),
        Queue("unsent_forms", _("Unsent forms"), UnsentForm.objects.count()),
        Queue("reader_reports", _("Open reports of readers"), reports["open"]),
        Queue(
            "harm_reports_late",
            _("Reports of harm that are late"),
            reports["late"],
            _("Decide them now: see the top of the home page of the admin."),
        ),
    ]


def _measure_database() -> int:
    """Bytes of the whole database, about."""
    with connection.cursor() as cursor:
        cursor.execute(_DATABASE_SIZE[connection.vendor])
        size: int = cursor.fetchone()[0]
    return size
