"""Bring an archive into an empty database, whole or not at all, and prove it before anything is kept."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.archive import bring
from config.archive.folder import Refused
from config.archive.progress import Progress
from config.archive.reading import Archive
from reviews import verification


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("directory", help="what “manage.py export_archive” wrote")
        parser.add_argument("--dry-run", action="store_true", help="check the archive, and store nothing")
        parser.add_argument("--no-progress", action="store_true", help="do not say how far it has come")

    def handle(self, *, directory, dry_run, no_progress, **options):
        progress = Progress(self.stderr, wanted=not no_progress)
        try:
            archive = Archive(Path(directory))
            counts = (bring.check if dry_run else bring.bring)(archive, progress.watch)
        except Refused as refused:
            progress.close()
            raise CommandError(str(refused)) from refused
        finally:
            progress.close()
        for name, count in counts.items():
            self.stdout.write(f"{count:>10,}  {name}")
        if dry_run:
            self._checked(archive)
        else:
            self._brought(archive)

    def _checked(self, archive: Archive) -> None:
        head = archive.said["head"]
        self.stdout.write(f"The archive is whole. Its ledger ends with {head['sequence']}:{head['hash']}.")
        if found := bring.in_the_way():
            self.stdout.write(f"It cannot be brought in here, where there is {', '.join(found)}.")
        self.stdout.write("Nothing was stored.")

    def _brought(self, archive: Archive) -> None:
        sequence, tip = verification.head()
        self.stdout.write("The ledger is whole, and it is the one that the archive names.")
        self.stdout.write(f"To keep outside this system: {sequence}:{tip}")
        self.stdout.write("Nobody has a password yet. Set one for each person: manage.py changepassword USERNAME")
        self.stdout.write(
            "Second factors stayed behind, and so did letters: the next send_review_mail may repeat some."
        )
        if not archive.private:
            self.stdout.write(
                "The archive was made without --with-private: e-mail addresses and licence numbers are empty, "
                "and private statements of conflicts are hashes alone."
            )
