"""Delete files that were sent for an import and that nobody touched for a day."""

from articles.imports.admin import storage
from articles.scheduled_runs import ScheduledCommand


class Command(ScheduledCommand):
    help = "Deletes files that were sent for an import and that nobody touched for a day."

    def handle(self, **options):
        count = storage.delete_expired()
        self.stdout.write(
            f"Deleted {count} file{'' if count == 1 else 's'} that nobody touched for a day."
        )
