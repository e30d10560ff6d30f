"""Erases what signers answered about their reading time 24 months ago. Daily, by cron."""

from django.template.defaultfilters import pluralize
from django.utils import timezone

from articles.scheduled_runs import ScheduledCommand
from reviews.signing import reading_time


class Command(ScheduledCommand):
    help = (
        "Erases what signers answered about their reading time, once it is "
        f"{reading_time.RETENTION_MONTHS} months old. The salted hash stays in the ledger."
    )

    def handle(self, **options):
        erased = reading_time.purge_answers(timezone.now())
        self.stdout.write(
            f"Erased {erased} answer{pluralize(erased)} about the reading time, older than "
            f"{reading_time.RETENTION_MONTHS} months."
        )
