"""Deletes counts of attempts whose span is over. Daily, by cron; any number of times."""

from django.core.management.base import BaseCommand
from django.template.defaultfilters import pluralize

from articles import attempts


class Command(BaseCommand):
    help = "Deletes counts of attempts that count no more, and the keys of earlier days."

    def handle(self, **options):
        deleted = attempts.purge_counters()
        self.stdout.write(f"Deleted {deleted} count{pluralize(deleted)} of attempts.")
