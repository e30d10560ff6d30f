"""Formats of import files: each has a reader that yields the records of a file.

A reader streams, keeps only a bounded part of the file in memory, and never uses the database.
Its records are in the shape of our own JSON lines (docs/import-formats.md) and not yet checked.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


class UnreadableFile(Exception):
    """The file cannot be read as a whole; the text says where it fails, and what to do."""


class UnknownFormat(LookupError):
    """No reader has this name."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record, in the shape of our JSON lines, not checked yet.

    ``headings`` are the columns of a table by the fields that they are read into.
    """

    line: int
    values: dict
    headings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that is left out, and why, in words for an editor.

    ``type`` is the type of record where it is known: ids are unique among those of some types.
    """

    line: int
    key: str
    field: str
    reason: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class ReaderNote:
    """Something that was dropped, or decided by a documented rule."""

    line: int
    key: str
    reason: str


RecordReader = Callable[[Path], Iterator[RawRecord | RejectedRecord | ReaderNote]]


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """A format that can be chosen; called with a path, it reads the file."""

    name: str
    reader: RecordReader
    label: str
    suffixes: tuple[str, ...]

    def __call__(self, path: Path) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
        return self.reader(path)


_formats: dict[str, ImportFormat] = {}


def register(name: str, reader: RecordReader, *, label: str, suffixes: tuple[str, ...]) -> None:
    _formats[name] = ImportFormat(name, reader, label, suffixes)


def get(name: str) -> ImportFormat:
    """The format of a name. Raises UnknownFormat, whose text lists all formats."""
    try:
        return _formats[name]
    except KeyError:
        raise UnknownFormat(
            f"There is no format “{name}”. Choose one of: {', '.join(_formats)}."
        ) from None


def get_all() -> list[ImportFormat]:
    return list(_formats.values())


def detect(file_name: str) -> ImportFormat:
    """The format for the end of a file name. Raises UnknownFormat if none or several fit."""
    lower_name = file_name.lower()
    found = [candidate for candidate in get_all() if lower_name.endswith(candidate.suffixes)]
    if len(found) != 1:
        names = ", ".join(candidate.name for candidate in found or get_all())
        raise UnknownFormat(
            f"The name of “{file_name}” does not tell its format. Choose one of: {names}."
        )
    return found[0]
