"""Asks other sites whether the pages to which ours link still answer. By cron, as often as wanted.

Links within the site are in the report of broken links at any time; this adds those that lead
elsewhere. One request is made at a time, with a pause between two to one site, and never more than
--limit addresses in a run: the next run goes on with those that waited longest.
"""

import argparse

from django.utils.formats import number_format

from articles.links import checking
from articles.scheduled_runs import ScheduledCommand

DEFAULT_LIMIT = 500
DEFAULT_PAUSE = 5.0  # seconds
MAX_PAUSE = 600


class Command(ScheduledCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--limit",
            type=_parse_limit,
            default=DEFAULT_LIMIT,
            help=f"how many addresses are asked at the most ({DEFAULT_LIMIT})",
        )
        parser.add_argument(
            "--pause",
            type=_parse_pause,
            default=DEFAULT_PAUSE,
            help=f"seconds between two requests to one site ({DEFAULT_PAUSE:g})",
        )

    def handle(self, *, limit: int, pause: float, **options):
        counts = checking.run(limit, pause=pause)
        parts = [f"{number_format(counts[name])} {name}" for name in sorted(counts)]
        self.stdout.write(f"Links to other sites: {', '.join(parts) or 'none was due'}.")


def _parse_limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        raise argparse.ArgumentTypeError(f"“{text}” is no number from 1 to 100,000.")
    return int(text)


def _parse_pause(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= MAX_PAUSE:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of seconds from 0 to {MAX_PAUSE}.")
    return seconds
