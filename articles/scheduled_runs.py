"""Commands that cron runs: each records when it ended, so that one that no longer runs is seen."""

import datetime as dt
import logging
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error
from django.utils import timezone

from articles.models import ScheduledRun

logger = logging.getLogger(__name__)


class ScheduledCommand(BaseCommand):
    """A command of cron. Nothing is recorded of a run that failed."""

    def execute(self, *args: Any, **options: Any) -> Any:
        output = super().execute(*args, **options)
        record_run(type(self).__module__.rpartition(".")[2])
        return output


def record_run(name: str) -> None:
    """Record that a command has ended. That it could not be recorded fails nothing."""
    try:
        ScheduledRun.objects.update_or_create(name=name, defaults={"finished_at": timezone.now()})
    except Error as error:
        logger.warning("That %s ran was not recorded (%s).", name, type(error).__name__)


def find_last_run(name: str) -> dt.datetime | None:
    """When a command ended last; None where it never did. Raises what the database raises."""
    return ScheduledRun.objects.filter(name=name).values_list("finished_at", flat=True).first()
