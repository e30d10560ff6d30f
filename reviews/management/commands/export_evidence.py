"""Write an evidence pack, of a page or of a stretch of days, that anybody can check offline."""

import datetime as dt
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from articles.whole_files import clear_unfinished, write_whole_file
from reviews import evidence
from reviews.evidence import key as keys


def parse_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is not a day. Write it as 2026-05-03.") from error


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--page", metavar="/symptoms/slug/", help="the public address of the page, now or once"
        )
        parser.add_argument(
            "--from", metavar="DATE", dest="first", help="the first day, as 2026-05-03"
        )
        parser.add_argument(
            "--to", metavar="DATE", dest="last", help="the last day, which is included"
        )
        parser.add_argument(
            "--out",
            metavar="FILE.zip",
            required=True,
            type=Path,
            help="a file that is not there yet",
        )

    def handle(self, *, page, first, last, out, **options):
        first_day = parse_day(first) if first else None
        last_day = parse_day(last) if last else None
        scope = self._build_scope(page, first_day, last_day)
        if out.exists():
            raise CommandError(f"{out} is there already, and was left alone.")
        try:
            key = keys.load_key()
            clear_unfinished(out.parent)
            with write_whole_file(out) as file:
                count = evidence.write_pack(file, scope, made_at=timezone.now(), key=key)
        except (evidence.MissingEvidenceKey, evidence.CannotExportEvidence) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The pack cannot be written to {out}: {error.strerror}.") from error
        fingerprint = keys.get_fingerprint(key.public_key())
        self.stdout.write(f"{count} entries are in {out}. Fingerprint of its key: {fingerprint}")

    def _build_scope(
        self, address: str, first_day: dt.date | None, last_day: dt.date | None
    ) -> evidence.EvidenceScope:
        if not address and not (first_day and last_day):
            raise CommandError(
                "Say what it is about: --page /symptoms/slug/, "
                "or --from DATE --to DATE, or all three."
            )
        if first_day and last_day and last_day < first_day:
            raise CommandError("The last day is before the first.")
        page = evidence.find_page(address) if address else None
        if address and page is None:
            raise CommandError(f"There is no page at {address}, and there never was one.")
        return evidence.EvidenceScope(page=page, first_day=first_day, last_day=last_day)
