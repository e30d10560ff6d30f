"""An archive as it is read: every byte compared with the manifest, every line with what such a line is."""

import gzip
import hashlib
import json
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.archive import manifest
from config.archive.declaration import File, files, told
from config.archive.folder import MARK, Refused
from config.archive.values import line as canonical

LONGEST = 64 * 1024 * 1024  # bytes of a line: several times the longest page that the site takes
PIECE = 1024 * 1024


class Broken(Refused):
    """A file of an archive is not as it should be: which, at which line, and why."""

    def __init__(self, name: str, number: int, why: str):
        super().__init__(f"{name}{f', line {number}' if number else ''}: {why}.")


class Archive:
    """A directory that claims to be an archive."""

    def __init__(self, root: Path):
        self.root = root
        if not root.is_dir():
            raise Refused(f"{root} is not a directory.")
        if (root / MARK).exists() or not (root / manifest.NAME).exists():
            raise Refused(f"{root} has no {manifest.NAME}, so it is not a whole archive. Export it again.")
        self.said = manifest.read(self._plain(manifest.NAME))
        self.private = self.said["private"]
        self.files = files(private=self.private)
        self._nothing_else()

    def _plain(self, name: str) -> bytes:
        with self._open(name) as raw:
            return raw.read()

    @contextmanager
    def _open(self, name: str):
        """A file of the archive itself: never what a link leads to."""
        try:
            handle = os.open(self.root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            link = (self.root / name).is_symlink()
            raise Broken(name, 0, "it is a link" if link else f"it cannot be read ({error.strerror})") from error
        with os.fdopen(handle, "rb") as raw:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Broken(name, 0, "it is not a plain file")
            yield raw

    def _nothing_else(self) -> None:
        """What the manifest does not list has no business here, be it a link or a file."""
        for path in self.root.rglob("*"):
            name = path.relative_to(self.root).as_posix()
            if path.is_symlink():
                raise Broken(name, 0, "it is a link, and an archive has none")
            if path.is_file() and name != manifest.NAME and name not in self.said["files"]:
                raise Broken(name, 0, "the manifest does not list it")

    def lines(self, file: File) -> Iterator[tuple[int, dict]]:
        """Each line with its number; and once all are read, whether they were the file that the manifest lists."""
        name, expected = file.file_name, _columns(file, self.private)
        said, content, number = self.said["files"][name], hashlib.sha256(), 0
        with self._open(name) as raw:
            counted = _Counted(raw)
            try:
                with gzip.GzipFile(fileobj=counted, mode="rb") as packed:
                    while text := packed.readline(LONGEST + 1):
                        number += 1
                        content.update(text)
                        yield number, _parsed(text, expected, name, number)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise Broken(name, number + 1, f"the file is cut off or damaged there ({error})") from error
            counted.drain()
        found = counted.said() | {"lines": number, "lines_sha256": content.hexdigest()}
        if differs := [key for key, value in found.items() if said.get(key) != value]:
            raise Broken(name, 0, f"its {', '.join(differs)} is not what the manifest says")

    def pictures(self) -> Iterator[str]:
        return (name for name in self.said["files"] if manifest.IMAGE.fullmatch(name))

    def picture(self, name: str) -> bytes:
        """The bytes of a picture, which are those of its name. Raises Broken."""
        data, said = self._plain(name), self.said["files"][name]
        digest = hashlib.sha256(data).hexdigest()
        if digest != said["sha256"] or digest != Path(name).stem:
            raise Broken(name, 0, "it is not the file of its digest")
        return data


def _columns(file: File, private: bool) -> set[str]:
    """What a line of a file tells, no more and no less."""
    number = {file.number} if file.number else set()
    return {column.name for column in told(file, private=private)} | {*file.names, *file.rows} | number


def _parsed(text: bytes, expected: set[str], name: str, number: int) -> dict:
    if len(text) > LONGEST:
        raise Broken(name, number, f"it is longer than {LONGEST:,} bytes")
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Broken(name, number, f"it is not JSON ({error})") from error
    if not isinstance(row, dict):
        raise Broken(name, number, "it is not an object")
    for what, keys in (("has no", expected - row.keys()), ("has, and should not,", row.keys() - expected)):
        if keys:
            raise Broken(name, number, f"it {what} {', '.join(f'“{key:.40}”' for key in sorted(keys))}")
    try:
        same = canonical(row) == text
    except ValueError:
        same = False
    if not same:
        raise Broken(name, number, "it is not in canonical form (RFC 8785), or does not end")
    return row


class _Counted:
    """A file that is read once, from its beginning to its end, with its digest and its size."""

    def __init__(self, raw):
        self._raw, self._sha256, self._size = raw, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size)
        self._sha256.update(data)
        self._size += len(data)
        return data

    def drain(self) -> None:
        while self.read(PIECE):
            pass

    def said(self) -> dict:
        return {"sha256": self._sha256.hexdigest(), "size": self._size}
