"""Deletes what readers wrote more than 90 days ago. Daily, by cron; any number of times."""

from django.template.defaultfilters import pluralize

from articles.feedback import actions
from articles.scheduled_runs import ScheduledCommand


class Command(ScheduledCommand):
    help = (
        f"Deletes reader reports that are older than {actions.RETENTION_DAYS} days, "
        "dealt with or not."
    )

    def handle(self, **options):
        purged = actions.purge_reports()
        noun = f"reader report{pluralize(purged.reports)}"
        self.stdout.write(
            f"Deleted {purged.reports} {noun} older than {actions.RETENTION_DAYS} days; "
            f"{purged.unhandled} of them nobody had dealt with."
        )
        if purged.undecided:
            noun = f"report{pluralize(purged.undecided)}"
            self.stdout.write(
                f"{purged.undecided} {noun} that a page could harm somebody still open after "
                f"{actions.RETENTION_DAYS} days: the words were deleted. Decide them in the admin."
            )
