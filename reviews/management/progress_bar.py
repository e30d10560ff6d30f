"""A progress bar on a terminal; nothing is drawn anywhere else."""

import time
from collections.abc import Callable

from django.core.management.base import OutputWrapper

BAR_WIDTH = 30
REDRAW_INTERVAL = 0.1  # seconds between two pictures of the bar


def _ignore(count: int) -> None:
    """Draw nothing."""


class ProgressBar:
    """One line on a command's stream. Clear it before anything else is written."""

    def __init__(self, stream: OutputWrapper, *, is_enabled: bool = True):
        self.stream = stream
        self.is_enabled = is_enabled and stream.isatty()
        self.started_at = time.monotonic()
        self._last_drawn_at = float("-inf")
        self._drawn_width = 0

    def watch(self, label: str, count_rows: Callable[[], int]) -> Callable[[int], None]:
        """Begin a bar for so many rows. Call what it gives with how many more are done."""
        if not self.is_enabled:
            return _ignore
        done = 0
        total = count_rows()
        self.started_at = time.monotonic()
        self._draw(label, done, total, now=True)

        def report_progress(count: int) -> None:
            nonlocal done
            done += count
            self._draw(label, done, total)

        return report_progress

    def _draw(self, label: str, done: int, total: int, *, now: bool = False) -> None:
        if not now and time.monotonic() - self._last_drawn_at < REDRAW_INTERVAL:
            return
        line = f"{label}, {self._format_pace(done, total)}"
        if total:
            filled = min(BAR_WIDTH, BAR_WIDTH * done // total)
            bar = "#" * filled + "." * (BAR_WIDTH - filled)
            line = f"[{bar}] {done:,} of {total:,} {line}"
        self.clear_line()
        self._write(line)
        self.stream.flush()
        self._last_drawn_at = time.monotonic()
        self._drawn_width = len(line)

    def _format_pace(self, done: int, total: int) -> str:
        """The time so far, and after a second the speed and the time that is left."""
        spent = time.monotonic() - self.started_at
        if not (done and total and spent >= 1):
            return f"{spent:.0f} s"
        left = (total - done) * spent / done
        return f"{spent:.0f} s, {done / spent:,.0f} a second, {left:,.0f} s left"

    def clear_line(self) -> None:
        """Erase what was drawn."""
        if self._drawn_width:
            self._write(f"\r{' ' * self._drawn_width}\r")
            self._drawn_width = 0

    def _write(self, text: str) -> None:
        self.stream.write(text, style_func=str, ending="")
