"""Deletes files that were sent for an import and that nobody touched for a day. Daily, by cron; any number of times."""

from django.core.management.base import BaseCommand

from config.imports import uploads


class Command(BaseCommand):
    help = "Deletes files that were sent for an import and that nobody touched for a day."

    def handle(self, **options):
        count = uploads.sweep()
        self.stdout.write(f"Deleted {count} file{'' if count == 1 else 's'} that nobody touched for a day.")
