"""Deletes forms that nobody sent within 30 days. Daily, by cron; any number of times."""

from django.template.defaultfilters import pluralize

from articles import unsent_forms
from articles.scheduled_runs import ScheduledCommand


class Command(ScheduledCommand):
    help = (
        "Deletes what people typed and did not send, once it was saved "
        f"{unsent_forms.RETENTION_DAYS} days ago."
    )

    def handle(self, **options):
        deleted = unsent_forms.purge()
        self.stdout.write(
            f"Deleted {deleted} unsent form{pluralize(deleted)} older than "
            f"{unsent_forms.RETENTION_DAYS} days."
        )
