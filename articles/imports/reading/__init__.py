"""Formats of files from elsewhere: each reader says, record by record, what stands in a file of its format.

A reader streams, holds a bounded part of the file, and never touches the database. What it finds is in the shape of
our own JSON lines (docs/import-formats.md) and not yet checked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


class Unreadable(Exception):
    """The whole file cannot be read; the text says where, and what to do."""


class UnknownFormat(LookupError):
    """No reader has this name."""


@dataclass(frozen=True, slots=True)
class Found:
    """One record, in the shape of our JSON lines, not checked yet."""

    line: int
    values: dict


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that is left out, and why, in words for an editor."""

    line: int
    key: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that was dropped, or decided by a stated rule."""

    line: int
    key: str
    reason: str


Reader = Callable[[Path], Iterator[Found | Refused | Noted]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be chosen; called with a path, it reads the file."""

    name: str
    reader: Reader
    label: str
    suffixes: tuple[str, ...]

    def __call__(self, path: Path) -> Iterator[Found | Refused | Noted]:
        return self.reader(path)


_formats: dict[str, Format] = {}


def register(name: str, reader: Reader, *, label: str, suffixes: tuple[str, ...]) -> None:
    _formats[name] = Format(name, reader, label, suffixes)


def get(name: str) -> Format:
    """The format of a name. Raises UnknownFormat, with those that there are."""
    try:
        return _formats[name]
    except KeyError:
        raise UnknownFormat(f"There is no format “{name}”. Choose one of: {', '.join(_formats)}.") from None


def every() -> list[Format]:
    return list(_formats.values())


def told_by(file_name: str) -> Format:
    """The format that the end of a file's name tells. Raises UnknownFormat where it tells none, or several."""
    found = [each for each in every() if file_name.lower().endswith(each.suffixes)]
    if len(found) != 1:
        names = ", ".join(each.name for each in found or every())
        raise UnknownFormat(f"The name of “{file_name}” does not tell its format. Choose one of: {names}.")
    return found[0]
