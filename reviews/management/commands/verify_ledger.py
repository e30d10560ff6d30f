"""Prove that ledger, signed texts and what visitors read agree.

Name each row that does not, as soon as it is found.
"""

import sys
from collections.abc import Iterator

from django.core.management.base import CommandError
from tqdm import tqdm

from articles.scheduled_runs import ScheduledCommand
from reviews import verification
from reviews.verification import heads
from reviews.verification.heads import Heads


def parse_heads(text: str) -> Heads:
    """Heads as they were printed. Raises CommandError."""
    try:
        return heads.parse_heads(text)
    except heads.NotAHead as error:
        raise CommandError(str(error)) from error


class Command(ScheduledCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--head",
            metavar="NUMBER:HASH,NUMBER:HASH",
            action="append",
            default=[],
            help="an earlier line that was kept outside: the entry and the event must still be in "
            "their chains (any number of times; older builds printed the entry alone)",
        )
        parser.add_argument("--no-progress", action="store_true", help="draw no bar on a terminal")

    def handle(self, *, head, no_progress, **options):
        kept = [parse_heads(text) for text in head]
        count = 0
        first_fault = ""
        for fault in self._find_faults(kept, no_progress or None):
            with tqdm.external_write_mode(sys.stderr):
                self.stderr.write(self.style.ERROR(fault))
            count += 1
            first_fault = first_fault or fault
        for one in kept:
            if not any(heads.explain_lost_heads(one)):
                self.stdout.write(f"Kept outside, and still there: {one}")
        for finding in verification.list_findings():
            self.stdout.write(finding)
        for limit in heads.describe_limits(kept):
            self.stdout.write(limit)
        newest = heads.get_heads()
        for label, (number, hash_) in newest.list_chains():
            self.stdout.write(f"{number} {label}; the newest is {hash_}")
        self.stdout.write(f"To keep outside this system: {newest}")
        if count:
            noun = "fault" if count == 1 else "faults"
            self.stderr.write(f"{count} {noun}; the first: {first_fault}")
            self.stderr.write(
                "This command changed nothing. Compare the database with a backup from before "
                "the first fault."
            )
            sys.exit(1)
        self.stdout.write("The ledger is whole.")

    def _find_faults(self, kept: list[Heads], no_progress: bool | None) -> Iterator[str]:
        for one in kept:
            yield from heads.explain_lost_heads(one)
        yield from verification.find_faults(no_progress=no_progress)
