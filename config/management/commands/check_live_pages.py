"""Run every check that blocks a signature over the texts that visitors read, and print what it finds.

A page that was signed before a check came is not read by it until somebody asks for the next review.
"""

from django.core.management.base import BaseCommand, CommandError

from articles.quality.live import live_problems


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        pages, count = set(), 0
        for found in live_problems():
            pages.add(found.path)
            count += 1
            self.stdout.write(f"{found.path}: {found.problem.message} {found.problem.fix}")
        if count:
            raise CommandError(f"{_counted(count, 'finding')} on {_counted(len(pages), 'public page')}.", returncode=1)
        self.stdout.write("The public pages are free of what blocks a signature.")


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
