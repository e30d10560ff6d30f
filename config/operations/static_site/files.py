"""The directory of a static site.

Each file whole or absent, the manifest last, and no file of anybody else touched.
"""

import fcntl
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from django.conf import settings

MANIFEST = "manifest.json"
FORMAT = "countersign-site"
# What is being written, and the list of new files since the last manifest.
WORK_DIRECTORY = ".export"


class CannotExportSite(Exception):
    """The directory is not ours to write in, or another run writes in it now."""


class ExportDirectory:
    """The files of a static site, written one at a time; ``dry_run`` counts and writes nothing."""

    def __init__(self, directory: str, *, dry_run: bool = False):
        self.root, self.dry_run = Path(directory).resolve(), dry_run
        self._work_directory = self.root / WORK_DIRECTORY
        self._new_files_list = self._work_directory / "new"
        self.files: dict[str, dict] = {}
        self._outcomes: dict[str, str] = {}
        self._own_files: dict[str, dict | None] = {}

    def __enter__(self) -> "ExportDirectory":
        if self.root.exists() and not self.root.is_dir():
            raise CannotExportSite(f"{self.root} is not a directory.")
        if not self.dry_run:
            self.root.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.root, os.O_RDONLY) if self.root.exists() else None
        try:
            self._prepare()
        except BaseException:
            self._unlock()
            raise
        return self

    def _prepare(self) -> None:
        if self._lock is not None:
            self._lock_directory(self._lock)
        self._own_files = self._read_own_files()
        if not self.dry_run:
            self._work_directory.mkdir(exist_ok=True)
            (self._work_directory / "part").unlink(missing_ok=True)

    def _lock_directory(self, number: int) -> None:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise CannotExportSite(f"Another run is writing to {self.root}.") from taken
        ours = (self.root / MANIFEST).exists() or _is_work_directory(self._work_directory)
        if not ours and any(self.root.iterdir()):
            raise CannotExportSite(
                f"{self.root} holds something else. Name an empty directory, or one that has a"
                " copy."
            )

    def __exit__(self, *raised) -> None:
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)

    def _read_own_files(self) -> dict[str, dict | None]:
        """The files that are ours: those of the last manifest, and those of a run that did not
        finish.
        """
        known: dict[str, dict | None] = {}
        with suppress(FileNotFoundError):
            *whole, _ = self._new_files_list.read_text().split(
                "\n"
            )  # of a line that was cut nobody knows what it named
            known |= dict.fromkeys(whole)
        with suppress(FileNotFoundError):
            known |= _read_manifest(self.root / MANIFEST)
        return {name: entry for name, entry in known.items() if _is_inside(name)}

    def start_over(self) -> None:
        """Everything will be written again: only that counts."""
        self.files = {}

    def put(self, name: str, data: bytes) -> None:
        before = _read_or_none(self.root / name)
        if before != data and not self.dry_run:
            self._write(name, data)
        if before == data:
            self._outcomes.setdefault(name, "unchanged")
        elif self._outcomes.get(name) != "new":
            self._outcomes[name] = "new" if before is None else "changed"
        self.files[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}

    def keep_existing(self, name: str) -> None:
        """Leave a file as it is, if there is one: its new content could not be made."""
        if name in self._own_files and (data := _read_or_none(self.root / name)) is not None:
            self.put(name, data)

    def finish(self, **facts) -> Counter:
        """Delete what is gone, then write the manifest. Gives how many files were new, changed,
        unchanged and deleted.
        """
        gone = [
            name
            for name in self._own_files
            if name not in self.files and (self.root / name).is_file()
        ]
        if not self.dry_run:
            for name in gone:
                self._delete(name)
            self._write_manifest(facts)
            self._new_files_list.unlink(missing_ok=True)
            with suppress(OSError):
                self._work_directory.rmdir()
        counts = Counter(outcome for name, outcome in self._outcomes.items() if name in self.files)
        return counts + Counter(deleted=len(gone))

    def _write(self, name: str, data: bytes) -> None:
        if name not in self._own_files:
            with self._new_files_list.open("a") as news:
                news.write(f"{name}\n")
            self._own_files[name] = None
        final, part = self.root / name, self._work_directory / "part"
        part.write_bytes(data)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, final)

    def _delete(self, name: str) -> None:
        (self.root / name).unlink()
        with suppress(OSError):  # the first directory that holds anything else stays
            for parent in (self.root / name).relative_to(self.root).parents[:-1]:
                (self.root / parent).rmdir()

    def _write_manifest(self, facts: dict) -> None:
        """Write the manifest. It has no time in it: two runs over one site write the same one."""
        manifest = {
            "format": FORMAT,
            "version": 1,
            "site": settings.SITE_NAME,
            "build": settings.BUILD,
            **facts,
        }
        text = json.dumps(
            manifest | {"files": self.files}, sort_keys=True, indent=1, ensure_ascii=False
        ).encode()
        if _read_or_none(self.root / MANIFEST) != text:
            part = self._work_directory / "part"
            with part.open("wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self.root / MANIFEST)


def _read_manifest(manifest: Path) -> dict[str, dict]:
    try:
        facts = json.loads(manifest.read_bytes())
        if facts["format"] == FORMAT:
            return dict(facts["files"])
    except (ValueError, KeyError, TypeError):
        pass
    raise CannotExportSite(
        f"{manifest} is not the list of a copy. Name an empty directory, or one that has a copy."
    )


def _is_work_directory(directory: Path) -> bool:
    """Whether a run that was killed left this: it has a list of new files, or nothing yet."""
    if directory.is_symlink() or not directory.is_dir():
        return False
    names = {path.name for path in directory.iterdir()}
    return not names or ("new" in names and names <= {"new", "part"})


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _read_or_none(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def join_lines(texts: Iterable[str]) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode()
