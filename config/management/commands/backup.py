"""Back the database and its pictures up, while people work, into a directory."""

from pathlib import Path

from django.core.management.base import CommandError

from articles.scheduled_runs import ScheduledCommand
from config.operations.archive.folder import CannotRunOperation
from config.operations.backup.create import create_backup
from reviews.verification.heads import Heads


class Command(ScheduledCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("directory", help="a directory that is not there yet, or an empty one")
        parser.add_argument("--pg-bin", default="", help="where pg_dump is, if not on the path")
        parser.add_argument("--no-progress", action="store_true", help="draw no bar on a terminal")

    def handle(self, *, directory, pg_bin, no_progress, **options):
        try:
            manifest = create_backup(
                Path(directory), bin_directory=pg_bin, no_progress=no_progress or None
            )
        except CannotRunOperation as refused:
            raise CommandError(str(refused)) from refused
        size = sum(entry["size"] for entry in manifest["files"].values())
        self.stdout.write(
            f"{directory}: {size / 1e6:,.1f} MB, {len(manifest['files']) - 1} pictures among it."
        )
        missing = ", ".join(manifest["images_missing"])
        if missing:
            self.stderr.write(f"Not there, or not the file of its digest: {missing}.")
        self.stdout.write(f"To keep outside this system: {Heads.from_manifest(manifest)}")
