"""Bring a backup back into a database that has no tables, and prove that its ledger is the one that was put by."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.archive.folder import Refused
from config.archive.progress import Progress
from config.backup.bring_back import bring_back


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("directory", help="what “manage.py backup” wrote")
        parser.add_argument("--pg-bin", default="", help="where pg_restore is, if not on the path")
        parser.add_argument("--no-progress", action="store_true", help="do not say how far it has come")

    def handle(self, *, directory, pg_bin, no_progress, **options):
        progress = Progress(self.stderr, wanted=not no_progress)
        try:
            said = bring_back(Path(directory), bin=pg_bin, watch=progress.watch)
        except Refused as refused:
            progress.close()
            raise CommandError(str(refused)) from refused
        finally:
            progress.close()
        self.stdout.write("The ledger is whole, and it is the one that the backup names.")
        self.stdout.write(f"To keep outside this system: {said['head']['sequence']}:{said['head']['hash']}")
