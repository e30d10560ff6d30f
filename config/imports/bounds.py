"""How much an import from the admin may be: so many records, so many seconds. More goes by command."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection

from articles.imports.importing import CannotImport
from articles.imports.reading import Noted, Reader

SECONDS = 60
SECONDS_ALONE = 15  # on SQLite whoever saves meanwhile waits, and gives up after 20 (settings.DATABASES)


class TooMuch(CannotImport):
    """A file for the command, and not for a web server; ``advice`` is what can be done from the admin."""

    advice = ""


class TooMany(TooMuch):
    advice = "Divide the file, and bring in one part after the other."


class TooLong(TooMuch):
    advice = "Bring in a part of it: give a number of records below, and a larger one the next time."


def seconds_to_write() -> int:
    """How long a transaction that writes may take, so that nobody else is turned away."""
    return SECONDS_ALONE if connection.vendor == "sqlite" else SECONDS


class Bounds:
    """Counts and times one import; both of its halves stop it where it is too much."""

    def __init__(self, most: int, seconds: int):
        self.most, self.seconds, self.until = most, seconds, time.monotonic() + seconds

    def reader(self, reader: Reader) -> Reader:
        """The same reader, as long as that takes, and up to so many records."""

        def bounded(path: Path) -> Iterator:
            number = 0
            for item in reader(path):
                self.check()
                number += not isinstance(item, Noted)
                if number > self.most:
                    raise TooMany(f"The file has more than {self.most:,} records: too many to bring in from here.")
                yield item

        return bounded

    def watch(self, what: str, size: Callable[[], int]) -> Callable[[int], None]:
        return lambda number: self.check()

    def check(self) -> None:
        if time.monotonic() > self.until:
            raise TooLong(f"This takes longer than {self.seconds} seconds: too long for a web server.")
