"""Reading files line by line as UTF-8 text, packed or not, within limits."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from articles.imports.formats import UnreadableFile, sniffing

BLOCK_SIZE = 64 * 1024
MAX_LINE_LENGTH = 10_000_000  # bytes; a hundred times the longest record known
MAX_UNPACKED_SIZE = 8_000_000_000  # bytes of an unpacked file
BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
WRONG_ENCODING = (
    "{} of this line is not {} text; save the file as UTF-8 (or Excel) and upload it again."
)


class TextLine(NamedTuple):
    """One line without its end; ``trouble`` says why it cannot be used, if so."""

    number: int
    text: str
    trouble: str = ""


class RecodedStream(io.RawIOBase):
    """A stream of bytes in another encoding, as UTF-8."""

    def __init__(self, source, encoding: str):
        self._source = source
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._buffer = b""
        self._line = 1
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self._buffer and not self._ended:
            block = self._source.read(BLOCK_SIZE)
            self._ended = not block
            self._buffer = self._decode(block).encode()
            self._line += self._buffer.count(b"\n")
        block = self._buffer[: len(buffer)]
        self._buffer = self._buffer[len(buffer) :]
        buffer[: len(block)] = block
        return len(block)

    def _decode(self, block: bytes) -> str:
        try:
            return self._decoder.decode(block, final=self._ended)
        except UnicodeDecodeError as error:
            good = error.object[: error.start].decode(self._encoding)
            line = self._line + good.count("\n")
            label = "UTF-8 or Windows-1252" if self._encoding == "cp1252" else "UTF-16"
            message = WRONG_ENCODING.format("A letter", label)
            raise UnreadableFile(f"Line {line:,}: {message}") from error


@contextmanager
def open_unpacked(path: Path, encoding: str = ""):
    """The unpacked bytes of a file, recoded to UTF-8 if it is UTF-16 or ``encoding`` is given.

    Whether it is packed is decided by its content.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be opened: {error.strerror}.") from error
    with file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        source = gzip.GzipFile(fileobj=file) if packed else file
        mark = _read_start(source)[:2]
        if mark in BYTE_ORDER_MARKS:
            encoding = BYTE_ORDER_MARKS[mark]
            source.read(2)
        if encoding:
            source = io.BufferedReader(RecodedStream(source, encoding), BLOCK_SIZE)
        yield source


def _read_start(source) -> bytes:
    try:
        start = source.read(4096)
        source.seek(0)
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableFile(
            f"The file is packed and cannot be unpacked ({error}). Copy it again."
        ) from error
    return start


def read_head(path: Path) -> bytes:
    with open_unpacked(path) as source:
        return _read_or_fail(source, 0).removeprefix(codecs.BOM_UTF8)


def detect_type(path: Path) -> str:
    """The type of a file by its content, as ``sniffing`` names it."""
    return sniffing.detect_type(read_head(path))


def check_type(path: Path, accepted: str, *, label: str) -> None:
    """Raise UnreadableFile, with what the file is instead, unless it is of this type."""
    found = detect_type(path)
    if found != accepted:
        raise UnreadableFile(sniffing.describe_mismatch(found, label))


def _read_or_fail(source, number: int, size: int = 4096, method: str = "read") -> bytes:
    try:
        return getattr(source, method)(size)
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableFile(
            f"After line {number:,} the file breaks off or is damaged ({error}). "
            "Copy it again, and whole."
        ) from error


def read_rest_of_line(source, number: int) -> bytes:
    """The rest of a line, or the next block of it."""
    return _read_or_fail(source, number, BLOCK_SIZE, "readline")


def read_raw_lines(source, max_size: int | None = None) -> Iterator[tuple[int, bytes, bool]]:
    """Each line with its number, and whether it is too long; such a line is empty.

    At most one line is in memory. Raises UnreadableFile beyond ``max_size`` bytes.
    """
    max_size = max_size or MAX_UNPACKED_SIZE
    number = 0
    total_size = 0
    while line := _read_or_fail(source, number, MAX_LINE_LENGTH + 2, "readline"):
        number += 1
        total_size += len(line)
        is_too_long = len(line) > MAX_LINE_LENGTH and not line.endswith(b"\n")
        if is_too_long:
            total_size += _skip_rest_of_line(source, number)
            line = line[:0]
        if total_size > max_size:
            raise UnreadableFile(
                f"At line {number:,} the unpacked file is larger than {max_size:,} bytes. Split it."
            )
        yield number, line, is_too_long


def _skip_rest_of_line(source, number: int) -> int:
    """Read to the end of a line; returns how many bytes that were."""
    size = 0
    while True:
        block = read_rest_of_line(source, number)
        size += len(block)
        if not block or block.endswith(b"\n"):
            return size


def read_lines(source, max_size: int | None = None) -> Iterator[TextLine]:
    """The lines of an unpacked file as text. In one with ``trouble``, � stands for bad bytes."""
    for number, line, is_too_long in read_raw_lines(source, max_size):
        if is_too_long:
            yield TextLine(number, "", f"This line is longer than {MAX_LINE_LENGTH:,} bytes.")
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        line = line.rstrip(b"\r\n")
        try:
            yield TextLine(number, line.decode())
        except UnicodeDecodeError as error:
            trouble = WRONG_ENCODING.format(f"Byte {error.start + 1:,}", "UTF-8")
            yield TextLine(number, line.decode(errors="replace"), trouble)
