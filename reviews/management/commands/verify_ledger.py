"""Prove that ledger, signed texts and what visitors read agree; name each row that does not, as soon as it is found."""

import re
import sys

from django.core.management.base import BaseCommand, CommandError

from reviews import verification
from reviews.management.progress import Progress

HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def kept_head(text: str) -> tuple[int, str]:
    """A head as it was printed and kept: SEQUENCE:HASH."""
    found = HEAD.fullmatch(text.strip().lower())
    if found is None:
        raise CommandError(f"“{text}” is not a head. Write it as it was printed: its number, a colon, 64 digits.")
    return int(found[1]), found[2]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--head",
            metavar="SEQUENCE:HASH",
            action="append",
            default=[],
            help="an earlier head that was kept outside: it must still be in the chain (any number of times)",
        )
        parser.add_argument("--no-progress", action="store_true", help="draw no bar, on a terminal either")

    def handle(self, *, head, no_progress, **options):
        kept = [kept_head(text) for text in head]
        progress, count, first = Progress(self.stderr, wanted=not no_progress), 0, ""
        for fault in self._faults(kept, progress):
            progress.wipe()
            self.stderr.write(self.style.ERROR(fault))
            count, first = count + 1, first or fault
        progress.wipe()
        for told in (*verification.expunged(), *verification.erased()):
            self.stdout.write(told)
        sequence, tip = verification.head()
        self.stdout.write(f"{sequence} entries; the newest is {tip}")
        self.stdout.write(f"To keep outside this system: {sequence}:{tip}")
        if count:
            self.stderr.write(f"{count} faults; the first: {first}")
            self.stderr.write("Nothing was changed. Compare with a copy from before the first.")
            sys.exit(1)
        self.stdout.write("The ledger is whole.")

    def _faults(self, kept, progress):
        yield from filter(None, (verification.lost_head(*head) for head in kept))
        yield from verification.faults(progress.watch)
