"""Delete files that were sent for an import and that nobody touched for a day."""

from django.core.management.base import BaseCommand

from articles.imports.admin import storage


class Command(BaseCommand):
    help = "Deletes files that were sent for an import and that nobody touched for a day."

    def handle(self, **options):
        count = storage.delete_expired()
        self.stdout.write(
            f"Deleted {count} file{'' if count == 1 else 's'} that nobody touched for a day."
        )
