"""List stored texts that would be changed, or refused, if somebody typed them today.

Working copies and shared names come first, then what visitors read. Nothing is changed.
"""

from collections import Counter

from django.core.management.base import BaseCommand

from articles.quality.stored_texts import find_stored_problems


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        counts: Counter[str] = Counter()
        for found in find_stored_problems():
            if found.reason:
                counts["refused"] += 1
                self.stdout.write(f"{found.where}, {found.field}: refused. {found.reason}")
            else:
                counts["changed"] += 1
                line = f"{found.where}, {found.field}: “{found.before}” → “{found.after}”"
                self.stdout.write(line)
        if not counts:
            self.stdout.write("No stored text would change today.")
            return
        self.stdout.write(
            f"{counts['changed']:,} texts would change, and {counts['refused']:,} would be "
            "refused, once somebody edits them. Until then they stay as they are."
        )
