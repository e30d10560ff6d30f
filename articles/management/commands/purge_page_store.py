"""Deletes rendered pages that nobody is shown any more. Daily, by cron; any number of times."""

from django.template.defaultfilters import filesizeformat, pluralize

from articles.page_store import bounds, changes
from articles.scheduled_runs import ScheduledCommand


class Command(ScheduledCommand):
    help = (
        "Deletes stored pages that are out of date, or of an earlier build. With --all it empties "
        "the store: each page is rendered again at its next visit."
    )

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="Empty the store.")

    def handle(self, **options):
        if options["all"]:
            deleted = bounds.empty()
        else:
            _, everything = changes.get_newest()
            deleted = bounds.purge(everything)
        count, size = bounds.measure()
        self.stdout.write(
            f"Deleted {deleted} stored page{pluralize(deleted)}; left: "
            f"{count}, {filesizeformat(size)}."
        )
