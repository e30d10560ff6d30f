"""Finds the related pages of each public page again, and stores what changed. Nightly, by cron.

Any number of times: what is as it should be is left alone. A page that is published has its own
list at once, and stands in the lists of others from the next run on.
"""

from django.template.defaultfilters import pluralize

from articles.publishing import related_pages
from articles.scheduled_runs import ScheduledCommand


class Command(ScheduledCommand):
    help = "Finds the related pages of each public page again, and stores those that changed."

    def handle(self, **options):
        count = related_pages.renew()
        self.stdout.write(f"The related pages of {count:,} page{pluralize(count)} changed.")
