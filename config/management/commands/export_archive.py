"""Write the whole site as lines that others can read, into a directory."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.operations.archive.export import export_archive
from config.operations.archive.folder import CannotRunOperation


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("directory", help="a directory that is not there yet, or an empty one")
        parser.add_argument(
            "--with-private",
            action="store_true",
            help=(
                "also e-mail addresses, licence numbers and private conflicts: to move a site, not"
                " to hand it out"
            ),
        )
        parser.add_argument("--no-progress", action="store_true", help="draw no bar on a terminal")

    def handle(self, *, directory, with_private, no_progress, **options):
        try:
            written = export_archive(
                Path(directory), private=with_private, no_progress=no_progress or None
            )
        except CannotRunOperation as refused:
            raise CommandError(str(refused)) from refused
        self._print_summary(written, directory, with_private)

    def _print_summary(self, summary, directory: str, private: bool) -> None:
        for name, count in summary.counts.items():
            self.stdout.write(f"{count:>10,}  {name.partition('.')[0]}")
        self.stdout.write(f"{summary.image_count:>10,}  files of pictures")
        self.stdout.write(
            f"{directory}: {summary.size / 1e6:,.1f} MB. The SHA-256 of its manifest is"
            f" {summary.digest}."
        )
        if summary.missing_images:
            self.stderr.write(
                f"Not there, or not the file of its digest: {', '.join(summary.missing_images)}."
            )
        if summary.open_reports:
            self.stderr.write(
                f"{summary.open_reports} open reports of readers stay behind: deal with them here."
            )
        if not private:
            self.stdout.write(
                "E-mail addresses, licence numbers and private conflicts are not in it. "
                "To move the site, export it --with-private."
            )
