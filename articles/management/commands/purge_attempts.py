"""Deletes counts of attempts whose span is over. Daily, by cron; any number of times."""

from django.template.defaultfilters import pluralize

from articles import attempts
from articles.scheduled_runs import ScheduledCommand


class Command(ScheduledCommand):
    help = "Deletes counts of attempts that count no more, and the keys of earlier days."

    def handle(self, **options):
        deleted = attempts.purge_counters()
        self.stdout.write(f"Deleted {deleted} count{pluralize(deleted)} of attempts.")
