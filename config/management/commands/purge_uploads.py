"""Delete files that were sent for an import and that nobody touched for a day."""

from pathlib import Path

from django.core.files.storage import storages

from articles.imports.admin import storage
from articles.scheduled_runs import ScheduledCommand
from articles.storage import ImageStorage
from articles.whole_files import clear_unfinished


class Command(ScheduledCommand):
    help = "Deletes files that were sent for an import and that nobody touched for a day."

    def handle(self, **options):
        count = storage.delete_expired()
        images = storages["images"]
        if isinstance(images, ImageStorage) and Path(images.location).is_dir():
            clear_unfinished(Path(images.location))
        self.stdout.write(
            f"Deleted {count} file{'' if count == 1 else 's'} that nobody touched for a day."
        )
