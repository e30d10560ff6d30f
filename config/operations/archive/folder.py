"""The directory that an archive is written into: beside its target, and moved there whole."""

import fcntl
import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from articles.whole_files import sync_directory

IN_PROGRESS_MARKER = ".being-written"
# The files of an archive or a backup, and those of SQLite beside its copy.
OWN_FILES = re.compile(
    r"\.being-written|manifest\.json|\w+\.jsonl\.gz|db\.sqlite3(-\w+)?|database\.dump"
    r"|images/[0-9a-f]{64}\.\w+"
)


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

    What killed runs left beside it is deleted first. A run that fails leaves nothing. Raises
    CannotRunOperation.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    clear_unfinished_directories(target.parent)
    _require_free(target)
    draft = target.parent / f".{target.name}.part"
    draft.mkdir(mode=0o700, exist_ok=True)
    with lock_directory(draft):
        if any(draft.iterdir()):
            raise CannotRunOperation(
                f"{draft} is in the way, and no run of this wrote all that is in it. "
                "Move it elsewhere."
            )
        _mark(draft)
        try:
            yield OutputFolder(draft)
            for path in draft.iterdir():
                if path.is_dir():
                    sync_directory(path)
            sync_directory(draft)
            _require_free(target)
            os.rename(draft, target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        # A whole directory that still has the mark is taken for one that is not.
        (target / IN_PROGRESS_MARKER).unlink()
        sync_directory(target)
        sync_directory(target.parent)


def _require_free(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CannotRunOperation(
            f"{target} is there already. Name a directory that is not there yet, or an empty one."
        )


def clear_unfinished_directories(parent: Path) -> list[Path]:
    """Delete the directories that killed runs left unfinished in another one. Gives what went.

    Such a directory has a mark that names it, is locked by nobody, and holds only what a run
    writes. A copy of one, or one in which somebody put a file, stays.
    """
    deleted = []
    for path in list(parent.iterdir()):
        with suppress(OSError, CannotRunOperation):
            if not path.is_symlink() and _is_marked(path):
                with lock_directory(path):
                    if _is_marked(path) and _is_own(path):
                        _delete(path)
                        deleted.append(path)
    return deleted


def _describe(directory: Path) -> bytes:
    """What the mark of a directory says: which directory it was made for."""
    status = directory.stat()
    return f"countersign is writing {status.st_dev}:{status.st_ino}\n".encode()


def _mark(directory: Path) -> None:
    with (directory / IN_PROGRESS_MARKER).open("xb") as file:
        file.write(_describe(directory))
        sync_file(file)


def _is_marked(directory: Path) -> bool:
    marker = directory / IN_PROGRESS_MARKER
    if marker.is_symlink() or not marker.is_file():
        return False
    return marker.read_bytes() == _describe(directory)


def _is_own(directory: Path) -> bool:
    for path in directory.rglob("*"):
        name = path.relative_to(directory).as_posix()
        known = name == "images" if path.is_dir() else OWN_FILES.fullmatch(name)
        if path.is_symlink() or not known:
            return False
    return True


def _delete(directory: Path) -> None:
    """The mark goes last, so that the next run knows what this one did not delete."""
    for path in directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != IN_PROGRESS_MARKER:
            path.unlink()
    (directory / IN_PROGRESS_MARKER).unlink()
    directory.rmdir()


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
