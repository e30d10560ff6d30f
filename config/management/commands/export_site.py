"""Write the whole public site as plain files, which any web server can serve.

Rewrite only what changed.
"""

import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandError
from django.templatetags.static import static

from articles.scheduled_runs import ScheduledCommand
from config.operations.static_site import rendering
from config.operations.static_site.export import SiteExport
from config.operations.static_site.files import CannotExportSite, ExportDirectory


class Command(ScheduledCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("directory", help="an empty directory, or one that has a copy already")
        parser.add_argument(
            "--site-url", default="", help="how its addresses begin, in place of SITE_URL"
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="print everything, write nothing, say what would be",
        )
        parser.add_argument("--no-progress", action="store_true", help="draw no bar on a terminal")

    def handle(self, *, directory, site_url, dry_run, no_progress, **options):
        site_url = parse_site_url(site_url or settings.SITE_URL)
        try:
            with (
                rendering.use_export_settings(site_url),
                ExportDirectory(directory, dry_run=dry_run) as copy,
            ):
                require_static_files()
                run = SiteExport(copy, site_url=site_url, no_progress=no_progress or None)
                counts = run.run()
        except CannotExportSite as refused:
            raise CommandError(str(refused)) from refused
        self._print_summary(run, counts, dry_run)

    def _print_summary(self, run: SiteExport, counts, dry_run: bool) -> None:
        names = ("new", "changed", "unchanged", "deleted")
        summary = ", ".join(f"{counts[name]:,} {name}" for name in names)
        prefix = "Nothing was written. It would be: " if dry_run else ""
        self.stdout.write(f"{prefix}{summary}.")
        if not run.is_stable:
            self.stderr.write("The site kept changing while it was printed. Run this again.")
        for path, why in sorted(run.failures.items()):
            self.stderr.write(self.style.ERROR(f"{path} could not be printed: {why}"))
        if run.failures:
            self.stderr.write(
                f"{len(run.failures)} of the files could not be made. What stood there before"
                " stays."
            )
            sys.exit(1)


def parse_site_url(text: str) -> str:
    """How the addresses of the copy begin. A copy cannot learn it from a request."""
    text = text.strip().rstrip("/")
    if not text:
        raise CommandError("SITE_URL is not set. Set it, or say --site-url https://example.org.")
    site = urlsplit(text)
    if (
        site.scheme not in ("http", "https")
        or not site.hostname
        or text != f"{site.scheme}://{site.netloc}"
    ):
        raise CommandError(
            f"“{text}” is no address of a site. Give it as https://example.org, without a path."
        )
    return text


def require_static_files() -> None:
    try:
        static("css/site.css")
    except ValueError as error:
        raise CommandError(
            "The static files are not collected. Run “manage.py collectstatic” first."
        ) from error
