"""How far a long command has come: a bar on a terminal, a plain line now and then anywhere else."""

import time
from collections.abc import Callable
from shutil import get_terminal_size

from django.core.management.base import OutputWrapper
from tqdm import tqdm

EVERY = 10  # seconds between two plain lines


class Progress:
    """Tells of one stage after the other on a command's stream; ``wanted`` is off where nobody wants to be told."""

    def __init__(self, stream: OutputWrapper, *, wanted: bool = True):
        self._stream, self._wanted, self._bar, self._stage = stream, wanted, None, None

    def watch(self, what: str, size: Callable[[], int]) -> Callable[[int], None]:
        """Look on while so many rows are gone through; gives what is to be told of them."""
        self.close()
        if not self._wanted:
            return lambda number: None
        if self._stream.isatty():
            total, width = size(), get_terminal_size().columns
            self._bar = tqdm(
                total=total, desc=what, unit=" rows", file=_Raw(self._stream), leave=total > 0, ncols=width
            )
            return self._bar.update
        self._stage = _Stage(self._stream, what, size())
        return self._stage.seen

    def close(self) -> None:
        """The stage is over, or something else is about to be said."""
        for shown in (self._bar, self._stage):
            if shown is not None:
                shown.close()
        self._bar = self._stage = None


class _Stage:
    """One stage in plain lines: one when it takes long, again and again, and one when it is through."""

    def __init__(self, stream: OutputWrapper, what: str, total: int):
        self._stream, self._what, self._total, self._done = stream, what, total, 0
        self._begun = self._told = time.monotonic()

    def seen(self, number: int) -> None:
        self._done += number
        if time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            self._stream.write(f"{self._what}: {self._done:,}{self._of()}, {self._spent()}", style_func=str)

    def _of(self) -> str:
        return f" of {self._total:,}" if self._total else ""

    def _spent(self) -> str:
        spent = time.monotonic() - self._begun
        left = (self._total - self._done) * spent / self._done if self._done and self._total else 0
        return f"{spent:.0f} s" + (f", {left:.0f} s left" if left >= 1 else "")

    def close(self) -> None:
        told = f"{self._done:,}, " if self._done else ""
        self._stream.write(f"{self._what}: {told}{time.monotonic() - self._begun:.1f} s", style_func=str)


class _Raw:
    """The stream of a command as a file: it adds no line breaks of its own."""

    def __init__(self, stream: OutputWrapper):
        self._stream = stream

    def write(self, text: str) -> None:
        self._stream.write(text, style_func=str, ending="")

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return True
