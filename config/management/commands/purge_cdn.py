"""Have the CDN drop its copies of whatever changed.

Safe at any time and any number of times. With --follow it goes on until it is stopped.
"""

import time

from django.core.management.base import CommandError
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from articles.page_store import purging
from articles.scheduled_runs import ScheduledCommand, record_run
from reviews.notifications import harm

SECONDS_BETWEEN_ALARMS = 60.0
PAUSE_SECONDS = 5.0  # where the database cannot be read


class Command(ScheduledCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--follow", action="store_true", help="Follow the changes, for ever.")

    def handle(self, *, follow, **options):
        if not purging.is_configured():
            self.stdout.write("CDN_PURGE_URL is not set: there is nothing to purge.")
            return
        if follow:
            while True:
                self.follow_changes()
        try:
            purging.CopyPurger().finish()
        except purging.CannotPurge as error:
            harm.mail_copies_at_once()
            raise CommandError(f"The CDN confirms no purge: {error}. Run it again.") from error

    def follow_changes(self) -> None:
        """Send what changes, until the database cannot be read; then after a pause."""
        next_look = 0.0
        try:
            for _ in purging.CopyPurger().follow():
                close_old_connections()
                if time.monotonic() >= next_look:
                    next_look = time.monotonic() + SECONDS_BETWEEN_ALARMS
                    harm.mail_copies_at_once()
                    record_run("purge_cdn")
        except (DatabaseError, InterfaceError) as error:
            self.stderr.write(f"The database cannot be read ({type(error).__name__}).")
            connection.close()
            time.sleep(PAUSE_SECONDS)
