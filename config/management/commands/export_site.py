"""Write the whole public site as plain files, which any web server can serve; rewrite only what changed."""

import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.templatetags.static import static

from config.export import printing
from config.export.files import Copy, Refused
from config.export.run import Run
from reviews.management.progress import Progress


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("directory", help="an empty directory, or one that has a copy already")
        parser.add_argument("--site-url", default="", help="how its addresses begin, in place of SITE_URL")
        parser.add_argument("--dry-run", action="store_true", help="print everything, write nothing, say what would be")
        parser.add_argument("--no-progress", action="store_true", help="draw no bar, on a terminal either")

    def handle(self, *, directory, site_url, dry_run, no_progress, **options):
        site_url = origin(site_url or settings.SITE_URL)
        progress = Progress(self.stderr, wanted=not no_progress)
        try:
            with printing.for_plain_files(site_url), Copy(directory, dry=dry_run) as copy:
                static_files_are_there()
                run = Run(copy, site_url=site_url, watch=progress.watch)
                counts = run.whole()
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        finally:
            progress.wipe()
        self._tell(run, counts, dry_run)

    def _tell(self, run: Run, counts, dry_run: bool) -> None:
        told = ", ".join(f"{counts[name]:,} {name}" for name in ("new", "changed", "unchanged", "deleted"))
        self.stdout.write(f"{'Nothing was written. It would be: ' if dry_run else ''}{told}.")
        if not run.settled:
            self.stderr.write("The site kept changing while it was printed. Run this again.")
        for path, why in sorted(run.failed.items()):
            self.stderr.write(self.style.ERROR(f"{path} could not be printed: {why}"))
        if run.failed:
            self.stderr.write(f"{len(run.failed)} of the files could not be made. What stood there before stays.")
            sys.exit(1)


def origin(text: str) -> str:
    """How the addresses of the copy begin. A copy cannot learn it from whoever asks."""
    text = text.strip().rstrip("/")
    if not text:
        raise CommandError("SITE_URL is not set. Set it, or say --site-url https://example.org.")
    site = urlsplit(text)
    if site.scheme not in ("http", "https") or not site.hostname or text != f"{site.scheme}://{site.netloc}":
        raise CommandError(f"“{text}” is no address of a site. Give it as https://example.org, without a path.")
    return text


def static_files_are_there() -> None:
    try:
        static("css/site.css")
    except ValueError as error:
        raise CommandError("The static files are not collected. Run “manage.py collectstatic” first.") from error
