"""Write an evidence pack, of a page or of a stretch of days, that anybody can check offline."""

import datetime as dt
import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reviews import evidence
from reviews.evidence import key as keys


def day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is not a day. Write it as 2026-05-03.") from error


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--page", metavar="/symptoms/slug/", help="the public address of the page, now or once")
        parser.add_argument("--from", metavar="DATE", dest="first", help="the first day, as 2026-05-03")
        parser.add_argument("--to", metavar="DATE", dest="last", help="the last day, which is included")
        parser.add_argument("--out", metavar="FILE.zip", required=True, type=Path, help="a file that is not there yet")

    def handle(self, *, page, first, last, out, **options):
        scope = self._scope(page, first and day(first), last and day(last))
        unfinished = out.with_name(f".{out.name}.unfinished")
        if out.exists():
            raise CommandError(f"{out} is there already, and was left alone.")
        try:
            key = keys.load()
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                count = evidence.write(file, scope, made_at=timezone.now(), key=key)
            unfinished.rename(out)
        except (evidence.NoKey, evidence.Broken) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The pack cannot be written to {out}: {error.strerror}.") from error
        finally:
            unfinished.unlink(missing_ok=True)
        self.stdout.write(f"{count} entries are in {out}. Fingerprint of its key: {keys.fingerprint(key.public_key())}")

    def _scope(self, page, first, last) -> evidence.Scope:
        if not page and not (first and last):
            raise CommandError("Say what it is about: --page /symptoms/slug/, or --from DATE --to DATE, or all three.")
        if first and last and last < first:
            raise CommandError("The last day is before the first.")
        found = evidence.find_page(page) if page else None
        if page and found is None:
            raise CommandError(f"There is no page at {page}, and there never was one.")
        return evidence.Scope(page=found, first_day=first, last_day=last)
