"""Files that are whole or not there, whatever stops the process that writes them.

A file has no name until it is whole (``O_TMPFILE``), so a killed process leaves nothing. Where a
file system has no such files, and where another file is replaced, there is one under a name of its
own for a while, locked by its writer: ``clear_unfinished`` deletes those whose writer is gone.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

UNFINISHED_NAME = re.compile(r"\..+\.[0-9a-f]{32}\.unfinished")
PRIVATE = 0o600


@contextmanager
def write_whole_file(
    path: Path, *, permissions: int = PRIVATE, replace: bool = False
) -> Iterator[BinaryIO]:
    """A file that stands at ``path`` once the block has ended, and survives a power cut then.

    A device or a pipe there is written to as it stands. Raises FileExistsError where a file is
    there and is not to be replaced, and OSError.
    """
    if replace and path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    handle, draft = _open_draft(path)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fchmod(handle, permissions)
            os.fsync(handle)
            if replace:
                draft = draft or _link(handle, _build_draft_path(path))
                os.replace(draft, path)
                draft = None
            elif draft:
                os.link(draft, path)
            else:
                _link(handle, path)
    finally:
        if draft:
            os.unlink(draft)
    sync_directory(path.parent)


def clear_unfinished(directory: Path) -> list[Path]:
    """Delete what killed processes left unfinished in a directory. Gives what was deleted."""
    deleted = []
    for path in list(directory.iterdir()):
        is_alike = UNFINISHED_NAME.fullmatch(path.name) and path.is_file()
        if is_alike and not path.is_symlink() and _delete_unless_locked(path):
            deleted.append(path)
    return deleted


def sync_directory(directory: Path) -> None:
    """Have the entries of a directory survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open_draft(path: Path) -> tuple[int, Path | None]:
    """A file without a name, or, where there are none, one with a name of its own."""
    flags = os.O_WRONLY | os.O_CLOEXEC
    with suppress(OSError):
        handle = os.open(path.parent, flags | os.O_TMPFILE, PRIVATE)
        if Path(f"/proc/self/fd/{handle}").exists():
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle, None
        os.close(handle)
    draft = _build_draft_path(path)
    handle = os.open(draft, flags | os.O_CREAT | os.O_EXCL, PRIVATE)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle, draft


def _build_draft_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid4().hex}.unfinished")


def _link(handle: int, path: Path) -> Path:
    """Give a file without a name one. With a directory's handle Python asks for the file itself and
    not for its entry in /proc.
    """
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=directory, follow_symlinks=True)
    finally:
        os.close(directory)
    return path


def _delete_unless_locked(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False  # gone meanwhile, or somebody else's
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
