"""Renders pages before anybody asks for them. Hourly, by cron, and after each upgrade.

Any number of times: what is stored is passed over, so a run that was stopped goes on where it was.
"""

from django.conf import settings
from django.core.management.base import CommandError
from django.db import Error

from articles.page_store.outage import DatabaseUnreachable
from articles.scheduled_runs import ScheduledCommand
from config.operations.page_store_filling import StoreFilling


class Command(ScheduledCommand):
    help = (
        "Renders the public pages that are not in the page store, and stores them: after an "
        "upgrade, or a change of a setting that pages print, that is all of them."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--share",
            type=int,
            default=25,
            choices=range(1, 101),
            metavar="PERCENT",
            help="how much of the time it works; for the rest it waits (25)",
        )

    def handle(self, *, share: int, **options):
        if not settings.PAGE_STORE:
            self.stdout.write("The page store is off: nothing was rendered.")
            return
        if not settings.SITE_URL:
            raise CommandError(
                "SITE_URL is not set, so that pages are stored by the name under which visitors "
                "ask: nothing was rendered."
            )
        filling = StoreFilling(share / 100)
        try:
            filling.run()
        except (DatabaseUnreachable, Error) as error:
            raise CommandError(
                f"The database cannot be read ({type(error).__name__}) after {filling.stored:,} "
                "pages were stored. The next run goes on from here."
            ) from error
        self.stdout.write(describe(filling))
        for path, why in sorted(filling.failed.items()):
            self.stderr.write(self.style.ERROR(f"{path} could not be rendered: {why}"))
        if filling.failed:
            raise CommandError(f"{len(filling.failed):,} pages could not be rendered.")


def describe(filling: StoreFilling) -> str:
    """One sentence on what a run did."""
    parts = [f"Stored {filling.stored:,} pages", f"{filling.already:,} were there already"]
    if filling.passed:
        parts.append(f"{filling.passed:,} could not be stored now")
    if filling.is_full:
        parts.append("and the store is full, but for what visitors ask for")
    return f"{'; '.join(parts)}."
