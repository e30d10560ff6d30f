"""Opening files: packed or plain by their content, as UTF-8 text, line by line, within stated bounds."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from articles.imports.reading import Unreadable, looks

BLOCK = 64 * 1024
LONGEST_LINE = 10_000_000  # bytes; a hundred times the longest record that was ever seen
MOST = 8_000_000_000  # bytes of an unpacked file
MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Line(NamedTuple):
    """One line without its end. ``trouble`` says, in words, why it cannot be taken as it is."""

    number: int
    text: str
    trouble: str = ""


class Recoded(io.RawIOBase):
    """Bytes of another encoding as UTF-8."""

    def __init__(self, source, encoding: str):
        self._source, self._encoding = source, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready, self._read, self._ended = b"", 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self._ready and not self._ended:
            block = self._source.read(BLOCK)
            self._ended = not block
            try:
                self._ready = self._decoder.decode(block, final=self._ended).encode()
            except UnicodeError as error:
                near = self._read + getattr(error, "start", 0)
                raise Unreadable(f"Near byte {near:,} is no {self._encoding} text. Save the file as UTF-8.") from error
            self._read += len(block)
        given, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


@contextmanager
def unpacked(path: Path, encoding: str = ""):
    """The bytes of a file, as UTF-8 where it is UTF-16 or ``encoding``. Packed or not shows in its content."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror}.") from error
    with file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        source = gzip.GzipFile(fileobj=file) if packed else file
        encoding = encoding or MARKS.get(_peek(source)[:2], "")
        yield io.BufferedReader(Recoded(source, encoding), BLOCK) if encoding else source


def _peek(source) -> bytes:
    try:
        start = source.read(4096)
        source.seek(0)
    except (EOFError, OSError, zlib.error) as error:
        raise Unreadable(f"The file is packed and cannot be unpacked ({error}). Copy it again.") from error
    return start


def head(path: Path) -> bytes:
    with unpacked(path) as source:
        return _guarded(source, 0).removeprefix(codecs.BOM_UTF8)


def expect(path: Path, *wanted: str, called: str) -> None:
    """Raise Unreadable, with what the file is instead, where it does not look like what is wanted."""
    found = looks.like(head(path))
    if found not in wanted:
        raise Unreadable(looks.not_this(found, called))


def _guarded(source, number: int, size: int = 4096, read: str = "read") -> bytes:
    try:
        return getattr(source, read)(size)
    except (EOFError, OSError, zlib.error) as error:
        raise Unreadable(
            f"After line {number:,} the file breaks off or is damaged ({error}). Copy it again, and whole."
        ) from error


def read_on(source, number: int) -> bytes:
    """The rest of a line, or the next block of it."""
    return _guarded(source, number, BLOCK, "readline")


def raw_lines(source) -> Iterator[tuple[int, bytes, bool]]:
    """Each line with its number, cut where it is too long (the third says so). Never holds more than one."""
    number = total = 0
    while line := _guarded(source, number, LONGEST_LINE + 2, "readline"):
        number += 1
        cut = len(line) > LONGEST_LINE and not line.endswith(b"\n")
        total += len(line)
        rest = line[-1:] if cut else b"\n"
        while rest and not rest.endswith(b"\n"):
            rest = read_on(source, number)
            total += len(rest)
        if total > MOST:
            raise Unreadable(f"At line {number:,} the unpacked file is larger than {MOST:,} bytes. Split it.")
        yield number, (line[:0] if cut else line), cut


def lines(source) -> Iterator[Line]:
    """The lines of an unpacked file as text."""
    for number, line, cut in raw_lines(source):
        if cut:
            yield Line(number, "", f"This line is longer than {LONGEST_LINE:,} bytes.")
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        line = line.rstrip(b"\r\n")
        try:
            yield Line(number, line.decode())
        except UnicodeDecodeError as error:
            trouble = f"Byte {error.start + 1:,} of this line is no UTF-8 text. Save the file as UTF-8."
            yield Line(number, line.decode(errors="replace"), trouble)
