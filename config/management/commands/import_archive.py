"""Import an archive into an empty database, whole or not at all, and prove it first."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.operations.archive import importing
from config.operations.archive.folder import CannotRunOperation
from config.operations.archive.reading import Archive
from reviews import verification


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("directory", help="what “manage.py export_archive” wrote")
        parser.add_argument(
            "--dry-run", action="store_true", help="check the archive, and store nothing"
        )
        parser.add_argument("--no-progress", action="store_true", help="draw no bar on a terminal")

    def handle(self, *, directory, dry_run, no_progress, **options):
        try:
            archive = Archive(Path(directory))
            counts = (importing.check_archive if dry_run else importing.import_archive)(
                archive, no_progress=no_progress or None
            )
        except CannotRunOperation as refused:
            raise CommandError(str(refused)) from refused
        for name, count in counts.items():
            self.stdout.write(f"{count:>10,}  {name}")
        if dry_run:
            self._check(archive)
        else:
            self._import(archive)

    def _check(self, archive: Archive) -> None:
        head = archive.manifest["head"]
        self.stdout.write(
            f"The archive is whole. Its ledger ends with {head['sequence']}:{head['hash']}."
        )
        if found := importing.find_existing_rows():
            self.stdout.write(f"It cannot be brought in here, where there is {', '.join(found)}.")
        self.stdout.write("Nothing was stored.")

    def _import(self, archive: Archive) -> None:
        self.stdout.write("The ledger is whole, and it is the one that the archive names.")
        self.stdout.write(f"To keep outside this system: {verification.get_heads()}")
        self.stdout.write(
            "Nobody has a password yet. Set one for each person: manage.py changepassword USERNAME"
        )
        self.stdout.write(
            "Second factors stayed behind, and so did letters: the next send_review_mail may repeat"
            " some."
        )
        if not archive.private:
            self.stdout.write(
                "The archive was made without --with-private: e-mail addresses and licence numbers"
                " are empty, and private statements of conflicts are hashes alone."
            )
