"""Limits of an import from the admin: so many records, so many seconds.

More is imported by command.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db import connection

from articles.imports.formats import ReaderNote, RecordReader
from articles.imports.plan import CannotImport

MAX_SECONDS = 60
# On SQLite whoever saves meanwhile waits, and gives up after 20 seconds (settings.DATABASES).
MAX_SECONDS_SQLITE = 15


class ImportTooLarge(CannotImport):
    """A file for the command, not for a web server.

    ``advice`` says what can be done from the admin.
    """

    advice = ""


class TooManyRecords(ImportTooLarge):
    advice = "Divide the file, and import one part after the other."


class ImportTooSlow(ImportTooLarge):
    advice = "Import a part of it: enter a number of records below, and a larger one the next time."


def get_write_seconds() -> int:
    """How long a transaction that writes may take, so that others can still save."""
    return MAX_SECONDS_SQLITE if connection.vendor == "sqlite" else MAX_SECONDS


class ImportLimits:
    """Counts and times one import, while it reads and while it writes."""

    def __init__(self, max_records: int, seconds: int):
        self.max_records = max_records
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds

    def limit_reader(self, reader: RecordReader) -> RecordReader:
        """The same reader within the limits.

        It raises TooManyRecords and ImportTooSlow.
        """

        def read_within_limits(path: Path) -> Iterator:
            record_count = 0
            for item in reader(path):
                self.check_time()
                if not isinstance(item, ReaderNote):
                    record_count += 1
                if record_count > self.max_records:
                    raise TooManyRecords(
                        f"The file has more than {self.max_records:,} records: "
                        "too many to import here."
                    )
                yield item

        return read_within_limits

    def track(self, rows: Iterable, *args, **kwargs) -> Iterator:
        """The same rows, and the time checked after each: in place of a progress bar."""
        for row in rows:
            yield row
            self.check_time()

    def check_time(self) -> None:
        """Raise ImportTooSlow once the time is over."""
        if time.monotonic() > self.deadline:
            raise ImportTooSlow(
                f"This takes longer than {self.seconds} seconds: too long for a web server."
            )
