"""Deletes what readers wrote more than 90 days ago. Daily, by cron; any number of times."""

from django.core.management.base import BaseCommand

from articles.feedback import deeds


class Command(BaseCommand):
    help = f"Deletes reader reports that are older than {deeds.KEPT_DAYS} days, dealt with or not."

    def handle(self, **options):
        purged = deeds.purge()
        self.stdout.write(
            f"Deleted {purged.reports} reader report{'' if purged.reports == 1 else 's'} "
            f"older than {deeds.KEPT_DAYS} days; {purged.unread} of them nobody had dealt with."
        )
