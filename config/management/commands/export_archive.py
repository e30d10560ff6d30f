"""Write the whole site as lines that others can read, into a directory that is there whole or not at all."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.archive.export import export
from config.archive.folder import Refused
from config.archive.progress import Progress


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("directory", help="a directory that is not there yet, or an empty one")
        parser.add_argument(
            "--with-private",
            action="store_true",
            help="also e-mail addresses, licence numbers and private conflicts: to move a site, not to hand it out",
        )
        parser.add_argument("--no-progress", action="store_true", help="do not say how far it has come")

    def handle(self, *, directory, with_private, no_progress, **options):
        progress = Progress(self.stderr, wanted=not no_progress)
        try:
            written = export(Path(directory), private=with_private, watch=progress.watch)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        finally:
            progress.close()
        self._tell(written, directory, with_private)

    def _tell(self, written, directory: str, private: bool) -> None:
        for name, count in written.counts.items():
            self.stdout.write(f"{count:>10,}  {name.partition('.')[0]}")
        self.stdout.write(f"{written.pictures:>10,}  files of pictures")
        self.stdout.write(
            f"{directory}: {written.size / 1e6:,.1f} MB. The SHA-256 of its manifest is {written.digest}."
        )
        if written.missing:
            self.stderr.write(f"Not there, or not the file of its digest: {', '.join(written.missing)}.")
        if written.reports:
            self.stderr.write(f"{written.reports} open reports of readers stay behind: deal with them here.")
        if not private:
            self.stdout.write(
                "E-mail addresses, licence numbers and private conflicts are not in it. "
                "To move the site, export it --with-private."
            )
