"""Prove that ledger, signed texts and what visitors read agree; name each row that does not."""

import sys

from django.core.management.base import BaseCommand

from reviews import verification


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        count = 0
        for fault in verification.faults():
            self.stderr.write(self.style.ERROR(fault))
            count += 1
        sequence, tip = verification.head()
        self.stdout.write(f"{sequence} entries; the newest is {tip}")
        if count:
            self.stderr.write(f"{count} faults. Nothing was changed. Compare with a copy from before the first.")
            sys.exit(1)
        self.stdout.write("The ledger is whole. Keep the line above outside this system.")
