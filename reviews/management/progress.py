"""A bar on a terminal that says how far a long command has come; nothing anywhere else."""

import time

from django.core.management.base import OutputWrapper

WIDTH = 30
EVERY = 0.1  # seconds between two pictures of the bar


class Progress:
    """Draws on a command's stream, on one line that it wipes before anything else is said."""

    def __init__(self, stream: OutputWrapper, *, wanted: bool = True):
        self.stream, self.wanted = stream, wanted and stream.isatty()
        self.begun = time.monotonic()
        self._drawn_at, self._drawn = float("-inf"), 0

    def watch(self, what: str, size):
        """Look on while so many rows are gone through; gives what is to be told of them."""
        if not self.wanted:
            return lambda number: None
        done, total = 0, size()
        self.begun = time.monotonic()
        self._draw(what, done, total, now=True)

        def seen(number: int) -> None:
            nonlocal done
            done += number
            self._draw(what, done, total)

        return seen

    def _draw(self, what: str, done: int, total: int, *, now: bool = False) -> None:
        if not now and time.monotonic() - self._drawn_at < EVERY:
            return
        full = min(WIDTH, WIDTH * done // total) if total else 0
        bar = f"[{'#' * full}{'.' * (WIDTH - full)}] {done:,} of {total:,} " if total else ""
        line = f"{bar}{what}, {self._pace(done, total)}"
        self.wipe()
        self._write(line)
        self.stream.flush()
        self._drawn_at, self._drawn = time.monotonic(), len(line)

    def _pace(self, done: int, total: int) -> str:
        """How long it has taken, and, once there is something to go by, how fast it goes and how long it will take."""
        spent = time.monotonic() - self.begun
        if not (done and total and spent >= 1):
            return f"{spent:.0f} s"
        return f"{spent:.0f} s, {done / spent:,.0f} a second, {(total - done) * spent / done:,.0f} s left"

    def wipe(self) -> None:
        """Leave the line as if nothing had been drawn there."""
        if self._drawn:
            self._write(f"\r{' ' * self._drawn}\r")
            self._drawn = 0

    def _write(self, text: str) -> None:
        self.stream.write(text, style_func=str, ending="")
