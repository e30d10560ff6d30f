"""The directory that an archive is written into: beside its place, and moved there whole."""

import fcntl
import gzip
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = ".being-written"


class Refused(Exception):
    """What was asked for cannot be done; its text says why, to the person who asked."""


class Folder:
    """A directory that is being filled. ``files`` says of each file that is whole what a manifest says of it."""

    def __init__(self, root: Path):
        self.root = root
        self.files: dict[str, dict] = {}

    def put(self, name: str, data: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
            settle(file)
        self.files[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}

    @contextmanager
    def lines(self, name: str) -> Iterator["Lines"]:
        """A file of lines, compressed so that the same lines are the same bytes."""
        with (self.root / name).open("xb") as raw:
            counted = Counted(raw)
            with gzip.GzipFile("", "wb", 6, counted, mtime=0) as packed:
                lines = Lines(packed)
                yield lines
            settle(raw)
        self.files[name] = counted.said() | {"lines": lines.number, "lines_sha256": lines.content.hexdigest()}


class Counted:
    """Passes bytes on to a file, and knows their digest and how many they were."""

    def __init__(self, file):
        self._file, self._sha256, self.size = file, hashlib.sha256(), 0

    def write(self, data) -> int:
        self._sha256.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def said(self) -> dict:
        return {"sha256": self._sha256.hexdigest(), "size": self.size}


class Lines:
    def __init__(self, packed):
        self._packed, self.content, self.number = packed, hashlib.sha256(), 0

    def write(self, line: bytes) -> None:
        self._packed.write(line)
        self.content.update(line)
        self.number += 1


@contextmanager
def written_beside(place: Path) -> Iterator[Folder]:
    """A directory that stands at ``place`` once the block is through, and not before.

    What a run that was killed left beside it is cleared away by the next.
    """
    place = place.resolve()
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise Refused(f"{place} is there already. Name a directory that is not there yet, or an empty one.")
    draft = place.parent / f".{place.name}.part"
    draft.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(draft):
        _clear(draft)
        (draft / MARK).touch()
        yield Folder(draft)
        (draft / MARK).unlink()
        for directory in (*(path for path in draft.iterdir() if path.is_dir()), draft):
            remember(directory)
        os.rename(draft, place)
        remember(place.parent)


def _clear(draft: Path) -> None:
    left = list(draft.iterdir())
    if left and not (draft / MARK).exists() and not (draft / "manifest.json").exists():
        raise Refused(f"{draft} is in the way, and no run of this wrote it. Move it elsewhere.")
    (draft / MARK).touch()  # so that a run that is killed while it clears can be told too
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARK:
            path.unlink()


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Nobody else works in a directory meanwhile. The lock is the directory's own and moves with it."""
    if directory.is_symlink():
        raise Refused(f"{directory} is a link. Move it elsewhere.")
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not _held(handle, directory):
            raise Refused(f"Another run is at work in {directory}.")
        yield
    finally:
        os.close(handle)


def _held(handle: int, directory: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.stat(directory).st_ino == os.fstat(handle).st_ino  # or another run has just moved it to its place
    except (BlockingIOError, FileNotFoundError):
        return False


def settle(file) -> None:
    """Have a file survive a power cut."""
    file.flush()
    os.fsync(file.fileno())


def remember(directory: Path) -> None:
    """Have the names in a directory survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
