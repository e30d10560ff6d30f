"""Put the database and its pictures by, while people work, into a directory that is there whole or not at all."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.archive.folder import Refused
from config.archive.progress import Progress
from config.backup.put_by import put_by


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("directory", help="a directory that is not there yet, or an empty one")
        parser.add_argument("--pg-bin", default="", help="where pg_dump is, if not on the path")
        parser.add_argument("--no-progress", action="store_true", help="do not say how far it has come")

    def handle(self, *, directory, pg_bin, no_progress, **options):
        progress = Progress(self.stderr, wanted=not no_progress)
        try:
            said = put_by(Path(directory), bin=pg_bin, watch=progress.watch)
        except Refused as refused:
            progress.close()
            raise CommandError(str(refused)) from refused
        finally:
            progress.close()
        size = sum(entry["size"] for entry in said["files"].values())
        self.stdout.write(f"{directory}: {size / 1e6:,.1f} MB, {len(said['files']) - 1} pictures among it.")
        if said["images_missing"]:
            self.stderr.write(f"Not there, or not the file of its digest: {', '.join(said['images_missing'])}.")
        self.stdout.write(f"To keep outside this system: {said['head']['sequence']}:{said['head']['hash']}")
