"""Restore a backup into a database that has no tables, and prove its ledger."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.operations.archive.folder import CannotRunOperation
from config.operations.backup.restore import restore_backup
from reviews.verification.heads import Heads


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("directory", help="what “manage.py backup” wrote")
        parser.add_argument("--pg-bin", default="", help="where pg_restore is, if not on the path")
        parser.add_argument("--no-progress", action="store_true", help="draw no bar on a terminal")

    def handle(self, *, directory, pg_bin, no_progress, **options):
        try:
            manifest = restore_backup(
                Path(directory), bin_directory=pg_bin, no_progress=no_progress or None
            )
        except CannotRunOperation as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write("The ledger is whole, and it is the one that the backup names.")
        self.stdout.write(f"To keep outside this system: {Heads.from_manifest(manifest)}")
