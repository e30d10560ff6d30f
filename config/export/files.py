"""The directory of a copy: each file whole or not there, their list last, and nothing of anybody else touched."""

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
WORKSHOP = ".export"  # what is being written, and what was written new since the last list of all files


class Refused(Exception):
    """The directory is not ours to write in, or somebody writes in it now."""


class Copy:
    """The files of a copy as they are put, one at a time; ``dry`` counts and writes nothing."""

    def __init__(self, directory: str, *, dry: bool = False):
        self.root, self.dry = Path(directory).resolve(), dry
        self._workshop = self.root / WORKSHOP
        self._news = self._workshop / "new"
        self.files: dict[str, dict] = {}
        self._outcomes: dict[str, str] = {}
        self._known: dict[str, dict | None] = {}

    def __enter__(self) -> "Copy":
        if self.root.exists() and not self.root.is_dir():
            raise Refused(f"{self.root} is not a directory.")
        if not self.dry:
            self.root.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.root, os.O_RDONLY) if self.root.exists() else None
        try:
            self._begin()
        except BaseException:
            self._unlock()
            raise
        return self

    def _begin(self) -> None:
        if self._lock is not None:
            self._take()
        self._known = self._read_known()
        if not self.dry:
            self._workshop.mkdir(exist_ok=True)
            (self._workshop / "part").unlink(missing_ok=True)

    def _take(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise Refused(f"Another run is writing to {self.root}.") from taken
        ours = (self.root / MANIFEST).exists() or self._workshop.exists()
        if not ours and any(self.root.iterdir()):
            raise Refused(f"{self.root} holds something else. Name an empty directory, or one that has a copy.")

    def __exit__(self, *raised) -> None:
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)

    def _read_known(self) -> dict[str, dict | None]:
        """The files that are ours: those listed last, and what a run that did not end wrote new since."""
        known: dict[str, dict | None] = {}
        with suppress(FileNotFoundError):
            *whole, _ = self._news.read_text().split("\n")  # of a line that was cut nobody knows what it named
            known |= dict.fromkeys(whole)
        with suppress(FileNotFoundError):
            known |= _listed(self.root / MANIFEST)
        return {name: entry for name, entry in known.items() if _stays_inside(name)}

    def start_over(self) -> None:
        """Everything is going to be put again: only that counts."""
        self.files = {}

    def put(self, name: str, data: bytes) -> None:
        before = _read(self.root / name)
        if before != data and not self.dry:
            self._write(name, data)
        if before == data:
            self._outcomes.setdefault(name, "unchanged")
        elif self._outcomes.get(name) != "new":
            self._outcomes[name] = "new" if before is None else "changed"
        self.files[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}

    def keep(self, name: str) -> None:
        """Leave a file as it is, if it is there: what should stand in it could not be made."""
        if name in self._known and (data := _read(self.root / name)) is not None:
            self.put(name, data)

    def finish(self, **facts) -> Counter:
        """Delete what is gone, then list everything; gives how many files were new, changed, unchanged and deleted."""
        gone = [name for name in self._known if name not in self.files and (self.root / name).is_file()]
        if not self.dry:
            for name in gone:
                self._delete(name)
            self._list(facts)
            self._news.unlink(missing_ok=True)
            with suppress(OSError):
                self._workshop.rmdir()
        counts = Counter(outcome for name, outcome in self._outcomes.items() if name in self.files)
        return counts + Counter(deleted=len(gone))

    def _write(self, name: str, data: bytes) -> None:
        if name not in self._known:
            with self._news.open("a") as news:
                news.write(f"{name}\n")
            self._known[name] = None
        final, part = self.root / name, self._workshop / "part"
        part.write_bytes(data)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, final)

    def _delete(self, name: str) -> None:
        (self.root / name).unlink()
        with suppress(OSError):  # the first directory that holds anything else stays
            for parent in (self.root / name).relative_to(self.root).parents[:-1]:
                (self.root / parent).rmdir()

    def _list(self, facts: dict) -> None:
        """Write the manifest. It says nothing of when: two runs over one site make one and the same."""
        said = {"format": FORMAT, "version": 1, "site": settings.SITE_NAME, "build": settings.BUILD, **facts}
        text = json.dumps(said | {"files": self.files}, sort_keys=True, indent=1, ensure_ascii=False).encode()
        if _read(self.root / MANIFEST) != text:
            part = self._workshop / "part"
            with part.open("wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self.root / MANIFEST)


def _listed(manifest: Path) -> dict[str, dict]:
    try:
        said = json.loads(manifest.read_bytes())
        if said["format"] == FORMAT:
            return dict(said["files"])
    except (ValueError, KeyError, TypeError):
        pass
    raise Refused(f"{manifest} is not the list of a copy. Name an empty directory, or one that has a copy.")


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def lines(texts: Iterable[str]) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode()
