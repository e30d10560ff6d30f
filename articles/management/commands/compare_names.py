"""Compare all names, for the reports on names that look alike or stand twice; count all reports.

It changes no name.
"""

from articles.reports import kept
from articles.scheduled_runs import ScheduledCommand


class Command(ScheduledCommand):
    help = __doc__

    def handle(self, **options):
        for title, count in kept.renew_all().items():
            self.stdout.write(f"{title}: {count:,}")
