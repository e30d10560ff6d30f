"""An archive as it is read: bytes are compared with the manifest, lines with their declaration."""

import gzip
import hashlib
import io
import json
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.operations.archive import manifest
from config.operations.archive.declaration import ArchiveFile, list_files, list_keys
from config.operations.archive.folder import IN_PROGRESS_MARKER, CannotRunOperation
from config.operations.archive.values import encode_line
from config.operations.archive.versions import list_row_upcasters

# Bytes of a line: several times the longest page that the site accepts.
MAX_LINE_SIZE = 64 * 1024 * 1024
CHUNK_SIZE = 1024 * 1024


class InvalidArchive(CannotRunOperation):
    """A file of an archive is not as it should be: which, at which line (0: no line), and why."""

    def __init__(self, name: str, number: int, reason: str):
        place = f"{name}, line {number}" if number else name
        super().__init__(f"{place}: {reason}.")


class Archive:
    """A directory that claims to be an archive, of this version of the format or an older one.

    Raises CannotRunOperation where it is none, or none that this build can read.
    """

    def __init__(self, root: Path):
        self.root = root
        if not root.is_dir():
            raise CannotRunOperation(f"{root} is not a directory.")
        if (root / IN_PROGRESS_MARKER).exists() or not (root / manifest.FILE_NAME).exists():
            raise CannotRunOperation(
                f"{root} has no {manifest.FILE_NAME}, so it is not a whole archive. "
                "Export it again."
            )
        self.manifest = manifest.read(self._read_file(manifest.FILE_NAME))
        self.private: bool = self.manifest["private"]
        self.files = list_files(private=self.private, version=self.manifest["version"])
        self._check_no_extra_files()

    def _read_file(self, name: str) -> bytes:
        with self._open(name) as raw:
            return raw.read()

    @contextmanager
    def _open(self, name: str):
        """A file of the archive itself, and never the target of a link."""
        try:
            handle = os.open(self.root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            reason = f"it cannot be read ({error.strerror})"
            if (self.root / name).is_symlink():
                reason = "it is a link"
            raise InvalidArchive(name, 0, reason) from error
        with os.fdopen(handle, "rb") as raw:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise InvalidArchive(name, 0, "it is not a plain file")
            yield raw

    def _check_no_extra_files(self) -> None:
        """Refuse links, and files that the manifest does not list."""
        listed = {manifest.FILE_NAME, *self.manifest["files"]}
        for path in self.root.rglob("*"):
            name = path.relative_to(self.root).as_posix()
            if path.is_symlink():
                raise InvalidArchive(name, 0, "it is a link, and an archive has none")
            if path.is_file() and name not in listed:
                raise InvalidArchive(name, 0, "the manifest does not list it")

    def read_lines(self, file: ArchiveFile) -> Iterator[tuple[int, dict]]:
        """Each line with its number, as this version of the format has it.

        Raises InvalidArchive: at a line that is not one of this file, and at the end where the
        lines that were read are not those of the manifest.
        """
        name = file.file_name
        line_format = _LineFormat(
            name,
            list_keys(file, private=self.private),
            list_row_upcasters(self.manifest["version"], file.name),
        )
        content, number = hashlib.sha256(), 0
        with self._open(name) as raw:
            reader = _DigestReader(raw)
            try:
                with gzip.GzipFile(fileobj=reader, mode="rb") as packed:
                    while text := packed.readline(MAX_LINE_SIZE + 1):
                        number += 1
                        content.update(text)
                        yield number, line_format.parse(text, number)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise InvalidArchive(
                    name, number + 1, f"the file is cut off or damaged there ({error})"
                ) from error
            reader.drain()
        found = reader.describe() | {"lines": number, "lines_sha256": content.hexdigest()}
        self._compare_with_manifest(name, found)

    def _compare_with_manifest(self, name: str, found: dict) -> None:
        entry = self.manifest["files"][name]
        different = [key for key, value in found.items() if entry.get(key) != value]
        if different:
            reason = f"its {', '.join(different)} is not what the manifest says"
            raise InvalidArchive(name, 0, reason)

    def list_image_paths(self) -> list[str]:
        return [name for name in self.manifest["files"] if manifest.IMAGE_PATH.fullmatch(name)]

    def read_image(self, name: str) -> bytes:
        """The bytes of an image, whose digest is its name. Raises InvalidArchive."""
        data = self._read_file(name)
        digest = hashlib.sha256(data).hexdigest()
        if digest != self.manifest["files"][name]["sha256"] or digest != Path(name).stem:
            raise InvalidArchive(name, 0, "it is not the file of its digest")
        return data


@dataclass(frozen=True)
class _LineFormat:
    """What a line of a file is: its keys now, and how an older line becomes one of them."""

    file_name: str
    keys: set[str]
    upcasters: list[Callable[[dict], dict]]

    def parse(self, text: bytes, number: int) -> dict:
        try:
            row = _parse_line(text)
            for upcast in self.upcasters:
                row = upcast(row)
            _check_keys(row, self.keys)
        except ValueError as error:
            raise InvalidArchive(self.file_name, number, str(error)) from error
        return row


def _parse_line(text: bytes) -> dict:
    """The row of a line, in the version that it was written in. Raises ValueError."""
    if len(text) > MAX_LINE_SIZE:
        raise ValueError(f"it is longer than {MAX_LINE_SIZE:,} bytes")
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON ({error})") from error
    if not isinstance(row, dict):
        raise ValueError("it is not an object")
    if not _is_canonical(row, text):
        raise ValueError("it is not in canonical form (RFC 8785), or does not end")
    return row


def _is_canonical(row: dict, text: bytes) -> bool:
    try:
        return encode_line(row) == text
    except ValueError:
        return False


def _check_keys(row: dict, expected: set[str]) -> None:
    """Raises ValueError where a line has other keys than its file declares."""
    if absent := expected - row.keys():
        raise ValueError(f"it has no {_quote(absent)}")
    if unknown := row.keys() - expected:
        raise ValueError(f"it has, and should not, {_quote(unknown)}")


def _quote(keys: set[str]) -> str:
    return ", ".join(f"“{key:.40}”" for key in sorted(keys))


class _DigestReader(io.RawIOBase):
    """A file that is read once from beginning to end, with its digest and its size."""

    def __init__(self, raw):
        self._raw, self._sha256, self._size = raw, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size)
        self._sha256.update(data)
        self._size += len(data)
        return data

    def drain(self) -> None:
        while self.read(CHUNK_SIZE):
            pass

    def describe(self) -> dict:
        return {"sha256": self._sha256.hexdigest(), "size": self._size}
