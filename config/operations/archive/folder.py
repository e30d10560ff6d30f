"""The directory that an archive is written into: beside its target, and moved there whole."""

import fcntl
import gzip
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IN_PROGRESS_MARKER = ".being-written"


class CannotRunOperation(Exception):
    """An operation cannot be done; the text says why, to the person who asked for it."""


class OutputFolder:
    """A directory that is being filled.

    ``files``: of each file that is whole, what the manifest says of it.
    """

    def __init__(self, root: Path):
        self.root = root
        self.files: dict[str, dict] = {}

    def put(self, name: str, data: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
            sync_file(file)
        self.files[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}

    @contextmanager
    def open_lines(self, name: str) -> Iterator["LineWriter"]:
        """A file of lines, compressed so that the same lines are the same bytes."""
        with (self.root / name).open("xb") as raw:
            counted = DigestWriter(raw)
            with gzip.GzipFile("", "wb", 6, counted, mtime=0) as packed:
                lines = LineWriter(packed)
                yield lines
            sync_file(raw)
        self.files[name] = counted.describe() | {
            "lines": lines.count,
            "lines_sha256": lines.digest.hexdigest(),
        }


class DigestWriter:
    """Passes bytes on to a file, and knows their digest and how many they were."""

    def __init__(self, file):
        self._file, self._sha256, self.size = file, hashlib.sha256(), 0

    def write(self, data) -> int:
        self._sha256.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def describe(self) -> dict:
        return {"sha256": self._sha256.hexdigest(), "size": self.size}


class LineWriter:
    def __init__(self, file):
        self._file, self.digest, self.count = file, hashlib.sha256(), 0

    def write(self, line: bytes) -> None:
        self._file.write(line)
        self.digest.update(line)
        self.count += 1


@contextmanager
def write_atomically(target: Path) -> Iterator[OutputFolder]:
    """A directory that is at ``target`` once the block has ended, and not before.

    What a run that was killed left beside it is deleted by the next. Raises CannotRunOperation.
    """
    target = target.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CannotRunOperation(
            f"{target} is there already. Name a directory that is not there yet, or an empty one."
        )
    draft = target.parent / f".{target.name}.part"
    draft.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock_directory(draft):
        _clear_draft(draft)
        (draft / IN_PROGRESS_MARKER).touch()
        yield OutputFolder(draft)
        (draft / IN_PROGRESS_MARKER).unlink()
        for path in draft.iterdir():
            if path.is_dir():
                sync_directory(path)
        sync_directory(draft)
        os.rename(draft, target)
        sync_directory(target.parent)


def _clear_draft(draft: Path) -> None:
    left = list(draft.iterdir())
    marks = (draft / IN_PROGRESS_MARKER, draft / "manifest.json")
    if left and not any(mark.exists() for mark in marks):
        raise CannotRunOperation(
            f"{draft} is in the way, and no run of this wrote it. Move it elsewhere."
        )
    # So that the next run knows the directory if this one is killed while it clears it.
    (draft / IN_PROGRESS_MARKER).touch()
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != IN_PROGRESS_MARKER:
            path.unlink()


@contextmanager
def lock_directory(directory: Path) -> Iterator[None]:
    """Have no other run work in a directory. The lock is the directory's own and moves with it."""
    if directory.is_symlink():
        raise CannotRunOperation(f"{directory} is a link. Move it elsewhere.")
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not _acquire_lock(handle, directory):
            raise CannotRunOperation(f"Another run is at work in {directory}.")
        yield
    finally:
        os.close(handle)


def _acquire_lock(handle: int, directory: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Otherwise another run has just moved the directory to its place.
        return os.stat(directory).st_ino == os.fstat(handle).st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def sync_file(file) -> None:
    """Have a file survive a power cut."""
    file.flush()
    os.fsync(file.fileno())


def sync_directory(directory: Path) -> None:
    """Have the entries of a directory survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
