"""How much an import from the admin may be: so many records, so many seconds. More goes by command."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from articles.imports.importing import CannotImport
from articles.imports.reading import Noted, Reader

# On SQLite everybody who saves meanwhile waits, and gives up after 20 seconds (settings.DATABASES).
SECONDS = 15


class TooMuch(CannotImport):
    """A file for the command, and not for a web server."""


class Bounds:
    """Counts and times one import; both of its halves stop it where it is too much."""

    def __init__(self, most: int):
        self.most, self.until = most, time.monotonic() + SECONDS

    def reader(self, reader: Reader) -> Reader:
        """The same reader, as long as that takes, and up to so many records."""

        def bounded(path: Path) -> Iterator:
            number = 0
            for item in reader(path):
                self.check()
                number += not isinstance(item, Noted)
                if number > self.most:
                    raise TooMuch(f"The file has more than {self.most:,} records: too many to bring in from here.")
                yield item

        return bounded

    def watch(self, what: str, size: Callable[[], int]) -> Callable[[int], None]:
        return lambda number: self.check()

    def check(self) -> None:
        if time.monotonic() > self.until:
            raise TooMuch(f"This takes longer than {SECONDS} seconds: too long for a web server.")
