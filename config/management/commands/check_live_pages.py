"""Run every check that blocks a signature over the texts that visitors read.

A page that was signed before a check came is not read by it until somebody asks for the next
review. What the safety checks refuse is a safety alert, on the radar as well.
"""

from django.core.management.base import BaseCommand, CommandError

from articles.quality.live_pages import find_live_problems


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        pages, count = set(), 0
        for found in find_live_problems():
            pages.add(found.path)
            count += 1
            mark = "Safety alert: " if found.problem.alert else ""
            text = f"{mark}{found.problem.message} {found.problem.fix}"
            self.stdout.write(f"{found.path}: {text}")
        if count:
            raise CommandError(
                f"{_format_count(count, 'finding')} on {_format_count(len(pages), 'public page')}.",
                returncode=1,
            )
        self.stdout.write("The public pages are free of what blocks a signature.")


def _format_count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
