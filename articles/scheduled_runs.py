"""Commands that cron runs: each records its end or its failure, so that none stops unseen."""

import contextlib
import datetime as dt
import enum
import logging
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.lists import Label
from articles.models import ScheduledRun

RESTORE_DRILL = "restore_drill"
DAY = 24  # hours
logger = logging.getLogger(__name__)


class RunState(enum.StrEnum):
    """What is known of a command."""

    FINE = "fine"
    LATE = "late"
    FAILED = "failed"
    NEVER = "never"


@dataclass(frozen=True)
class Schedule:
    """A command that has to run, and what its absence means.

    ``hours`` is the longest time between two runs, with some to spare. What is ``optional`` is
    late only if it ran before.
    """

    name: str
    hours: int
    title: Label
    missed: Label
    optional: bool = False


SCHEDULES = [
    Schedule(
        "send_review_mail", 26, _("Mails about reviews"), _("Nobody is reminded of anything.")
    ),
    Schedule("backup", 2 * DAY, _("Backup"), _("What came since would be lost with the disk.")),
    Schedule(
        "verify_ledger",
        8 * DAY,
        _("Verification of the ledger"),
        _("Nobody would notice damage to what was signed."),
    ),
    Schedule(
        RESTORE_DRILL,
        100 * DAY,
        _("Restore drill"),
        _("Nobody knows whether a backup can be restored: try it beside the site each quarter."),
    ),
    Schedule(
        "apply_overdue_policy",
        2 * DAY + 2,
        _("Policy for overdue pages"),
        _("Pages past their grace period stay as they are."),
    ),
    Schedule(
        "purge_feedback",
        2 * DAY + 2,
        _("Deletion of readers' reports"),
        _("Readers' words are kept longer than the privacy page promises."),
    ),
    Schedule(
        "purge_reading_times",
        2 * DAY + 2,
        _("Deletion of reading times"),
        _("Signers' answers are kept longer than the privacy page promises."),
    ),
    Schedule(
        "purge_unsent_forms",
        2 * DAY + 2,
        _("Deletion of unsent forms"),
        _("What was typed and not sent is kept longer than the privacy page promises."),
    ),
    Schedule(
        "purge_uploads",
        2 * DAY + 2,
        _("Deletion of uploads"),
        _("Files that were sent for an import and not used stay."),
    ),
    Schedule(
        "purge_attempts", 2 * DAY + 2, _("Deletion of counters"), _("A table of counts grows.")
    ),
    Schedule("clearsessions", 2 * DAY + 2, _("Deletion of sessions"), _("A table grows.")),
    Schedule(
        "purge_page_store",
        2 * DAY + 2,
        _("Cleaning of the page store"),
        _("Rows that nobody is shown stay until the store is full."),
    ),
    Schedule(
        "fill_page_store",
        3,
        _("Rendering in advance"),
        _("After an upgrade, visitors wait for pages that nobody has asked for yet."),
    ),
    Schedule(
        "renew_related_pages",
        2 * DAY + 2,
        _("Related pages"),
        _("New pages are not offered below others."),
    ),
    Schedule(
        "compare_names",
        2 * DAY + 2,
        _("Comparison of names"),
        _("The reports of names that look alike are old."),
    ),
    Schedule(
        "check_links",
        2 * DAY + 2,
        _("Links to other sites"),
        _("Dead links to other sites are not found."),
        optional=True,
    ),
    Schedule(
        "export_site",
        2,
        _("Copy of plain files"),
        _("The copy shows pages that were withdrawn since."),
        optional=True,
    ),
]


@dataclass(frozen=True)
class RunStatus:
    """How a command does. ``at`` is its last whole run, or its failure after that."""

    schedule: Schedule
    state: RunState
    at: dt.datetime | None = None

    @property
    def needs_attention(self) -> bool:
        if self.state == RunState.NEVER:
            return not self.schedule.optional
        return self.state != RunState.FINE


class ScheduledCommand(BaseCommand):
    """A command of cron. A run in which nothing was to be changed is not recorded."""

    def execute(self, *args: Any, **options: Any) -> Any:
        name = type(self).__module__.rpartition(".")[2]
        is_dry = options.get("dry_run", False)
        try:
            output = super().execute(*args, **options)
        except (Exception, SystemExit):
            if not is_dry:
                record_failure(name)
            raise
        if not is_dry:
            record_run(name)
        return output


def record_run(name: str) -> None:
    """Record that a command has ended. That it could not be recorded fails nothing."""
    try:
        _record(name, finished_at=timezone.now())
    except Error as error:
        logger.warning("That %s ran was not recorded (%s).", name, type(error).__name__)


def record_failure(name: str) -> None:
    """Record that a command has failed, where that can be: its own message says the rest."""
    with contextlib.suppress(Error):
        _record(name, failed_at=timezone.now())


def _record(name: str, **values: dt.datetime) -> None:
    ScheduledRun.objects.update_or_create(name=name, defaults=values)


def load_statuses() -> list[RunStatus]:
    """How each command does, in one query. Raises what the database raises."""
    rows = {row.name: row for row in ScheduledRun.objects.all()}
    now = timezone.now()
    return [_find_status(schedule, rows.get(schedule.name), now) for schedule in SCHEDULES]


def _find_status(schedule: Schedule, row: ScheduledRun | None, now: dt.datetime) -> RunStatus:
    if row is None:
        return RunStatus(schedule, RunState.NEVER)
    finished_at, failed_at = row.finished_at, row.failed_at
    if failed_at and (finished_at is None or failed_at > finished_at):
        return RunStatus(schedule, RunState.FAILED, failed_at)
    if finished_at is None:
        return RunStatus(schedule, RunState.NEVER)
    is_late = now - finished_at > dt.timedelta(hours=schedule.hours)
    return RunStatus(schedule, RunState.LATE if is_late else RunState.FINE, finished_at)


def list_neglected() -> list[RunStatus]:
    """The commands that are late, failed or never ran, in one query."""
    return [status for status in load_statuses() if status.needs_attention]
