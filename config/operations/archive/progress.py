"""Progress of a long command: a bar on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable
from shutil import get_terminal_size

from django.core.management.base import OutputWrapper
from tqdm import tqdm

REPORT_INTERVAL = 10  # seconds between two plain lines


class CommandProgress:
    """Reports one stage after the other on the stream of a command, if ``is_enabled``."""

    def __init__(self, stream: OutputWrapper, *, is_enabled: bool = True):
        self._stream, self._is_enabled, self._bar, self._stage = stream, is_enabled, None, None

    def watch(self, label: str, get_size: Callable[[], int]) -> Callable[[int], None]:
        """Begin a stage of so many rows; gives the function to call with each number of them
        done.
        """
        self.close()
        if not self._is_enabled:
            return lambda number: None
        if self._stream.isatty():
            total, width = get_size(), get_terminal_size().columns
            self._bar = tqdm(
                total=total,
                desc=label,
                unit=" rows",
                file=_TerminalFile(self._stream),
                leave=total > 0,
                ncols=width,
            )
            return self._bar.update
        self._stage = _ProgressStage(self._stream, label, get_size())
        return self._stage.advance

    def close(self) -> None:
        """End the stage: it is over, or something else is about to be printed."""
        for shown in (self._bar, self._stage):
            if shown is not None:
                shown.close()
        self._bar = self._stage = None


class _ProgressStage:
    """One stage in plain lines: one now and then while it runs, and one at its end."""

    def __init__(self, stream: OutputWrapper, label: str, total: int):
        self._stream, self._label, self._total, self._done = stream, label, total, 0
        self._started_at = self._reported_at = time.monotonic()

    def advance(self, number: int) -> None:
        self._done += number
        if time.monotonic() - self._reported_at >= REPORT_INTERVAL:
            self._reported_at = time.monotonic()
            self._stream.write(
                f"{self._label}: {self._done:,}{self._format_total()}, {self._format_time()}",
                style_func=str,
            )

    def _format_total(self) -> str:
        return f" of {self._total:,}" if self._total else ""

    def _format_time(self) -> str:
        spent = time.monotonic() - self._started_at
        text = f"{spent:.0f} s"
        if self._done and self._total:
            left = (self._total - self._done) * spent / self._done
            if left >= 1:
                text += f", {left:.0f} s left"
        return text

    def close(self) -> None:
        count = f"{self._done:,}, " if self._done else ""
        self._stream.write(
            f"{self._label}: {count}{time.monotonic() - self._started_at:.1f} s", style_func=str
        )


class _TerminalFile:
    """The stream of a command as a file: it adds no line breaks of its own."""

    def __init__(self, stream: OutputWrapper):
        self._stream = stream

    def write(self, text: str) -> None:
        self._stream.write(text, style_func=str, ending="")

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return True
