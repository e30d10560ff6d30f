"""Prove that ledger, signed texts and what visitors read agree.

Name each row that does not, as soon as it is found.
"""

import re
import sys
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from reviews import verification

HEAD_PATTERN = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def parse_head(text: str) -> tuple[int, str]:
    """A head as it was printed: SEQUENCE:HASH. Raises CommandError."""
    found = HEAD_PATTERN.fullmatch(text.strip().lower())
    if found is None:
        raise CommandError(
            f"“{text}” is not a head. Write it as it was printed: its number, a colon, 64 digits."
        )
    return int(found[1]), found[2]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--head",
            metavar="SEQUENCE:HASH",
            action="append",
            default=[],
            help="an earlier head that was kept outside: it must still be in the chain "
            "(any number of times)",
        )
        parser.add_argument("--no-progress", action="store_true", help="draw no bar on a terminal")

    def handle(self, *, head, no_progress, **options):
        heads = [parse_head(text) for text in head]
        count = 0
        first_fault = ""
        for fault in self._find_faults(heads, no_progress or None):
            with tqdm.external_write_mode(sys.stderr):
                self.stderr.write(self.style.ERROR(fault))
            count += 1
            first_fault = first_fault or fault
        for finding in (*verification.list_expunged_texts(), *verification.list_erased_values()):
            self.stdout.write(finding)
        sequence, tip = verification.get_head()
        self.stdout.write(f"{sequence} entries; the newest is {tip}")
        self.stdout.write(f"To keep outside this system: {sequence}:{tip}")
        if count:
            self.stderr.write(f"{count} faults; the first: {first_fault}")
            self.stderr.write("Nothing was changed. Compare with a copy from before the first.")
            sys.exit(1)
        self.stdout.write("The ledger is whole.")

    def _find_faults(self, heads: list[tuple[int, str]], no_progress: bool | None) -> Iterator[str]:
        for head in heads:
            fault = verification.explain_lost_head(*head)
            if fault:
                yield fault
        yield from verification.find_faults(no_progress=no_progress)
