"""Uploaded files between two requests: each its sender's alone, for a day, in a directory that all workers see."""

import datetime as dt
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePath
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractUser
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from import_export.tmp_storages import MediaStorage

from articles.imports.run import file_digest

KEPT_FOR = dt.timedelta(days=1)
MOST_KEPT = 5  # of one person; the next one takes the place of the oldest
LONGEST_NAME = 200  # bytes: file systems take 255


def root() -> Path:
    """UPLOADS_ROOT, where django-import-export's storage puts files too."""
    return Path(storages["import_export"].location)


class Gone(LookupError):
    """There is no such upload of this person (any more)."""


class CannotKeep(Exception):
    """The server has no room for the file; the text says what to do."""


@dataclass(frozen=True)
class Wishes:
    """How somebody wants a file read."""

    format: str
    source: str
    on_conflict: str
    most: int | None = None


@dataclass(frozen=True)
class Upload:
    """One file that somebody sent. ``run`` is the import that wrote it, once it is written: then the file is gone."""

    owner: int
    ticket: UUID
    name: str
    digest: str
    size: int
    wishes: Wishes
    run: int | None = None

    @property
    def home(self) -> Path:
        return root() / str(self.owner) / str(self.ticket)

    @property
    def path(self) -> Path:
        return self.kept.path

    @property
    def kept(self) -> "Kept":
        return Kept(self)

    def check(self) -> None:
        """Raise Gone unless the very file is here that was sent."""
        try:
            same = file_digest(self.path) == self.digest
        except FileNotFoundError:
            same = False
        if not same:
            raise Gone

    def wished(self, wishes: Wishes) -> "Upload":
        """The same file, to be read in another way from now on."""
        return _noted(replace(self, wishes=wishes))

    def written(self, run: int) -> None:
        """Remember which import wrote it, for whoever presses twice, and drop the file."""
        _noted(replace(self, run=run))
        self.kept.remove()

    def forget(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    @contextmanager
    def held(self) -> Iterator["Upload"]:
        """One press at a time, over all workers of a machine; yields the upload as it is then. Raises Gone."""
        try:
            handle = os.open(self.home, os.O_RDONLY)
        except FileNotFoundError:
            raise Gone from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield _read(self.home)
        finally:
            os.close(handle)


class Kept(MediaStorage):
    """django-import-export's storage on a disk, which never holds a whole file in memory."""

    def __init__(self, upload: Upload):
        super().__init__(name=upload.name, MEDIA_FOLDER=f"{upload.owner}/{upload.ticket}/file")

    def save(self, data):
        self._storage.save(self.get_full_path(), data)

    @property
    def path(self) -> Path:
        return Path(self._storage.path(self.get_full_path()))


def keep(file: UploadedFile, wishes: Wishes, *, by: AbstractUser) -> Upload:
    """Store a file for its sender. Raises CannotKeep."""
    sweep()
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    upload = Upload(by.pk, uuid4(), _storable(file.name), digest.hexdigest(), file.size, wishes)
    for old in _newest_first(upload.home.parent)[MOST_KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
    try:
        upload.kept.save(file)
        return _noted(upload)
    except OSError as error:
        upload.forget()
        raise CannotKeep(f"The server could not keep the file ({error.strerror}). Tell whoever runs it.") from error


def find(ticket: UUID, *, by: AbstractUser) -> Upload:
    """Somebody's own upload. Raises Gone."""
    return _read(root() / str(by.pk) / str(ticket))


def sweep() -> int:
    """Delete what nobody touched for a day. Returns how many uploads went."""
    before = (timezone.now() - KEPT_FOR).timestamp()
    old = [home for home in root().glob("*/*") if _touched(home) < before]
    for home in old:
        shutil.rmtree(home, ignore_errors=True)
    return len(old)


def _read(home: Path) -> Upload:
    try:
        said = json.loads((home / "note.json").read_text())
    except FileNotFoundError:
        raise Gone from None
    return Upload(**said | {"ticket": UUID(said["ticket"]), "wishes": Wishes(**said["wishes"])})


def _noted(upload: Upload) -> Upload:
    """The note beside the file is whole, the old or the new one, whoever reads it meanwhile."""
    part = upload.home / f"{uuid4()}.part"
    part.write_text(json.dumps(asdict(upload) | {"ticket": str(upload.ticket)}))
    part.replace(upload.home / "note.json")
    return upload


def _storable(name: str) -> str:
    """A file's name as a file system takes it, its end kept: that tells the format."""
    plain = "".join(letter for letter in PurePath(name).name if letter.isprintable()).lstrip(".") or "file"
    raw = plain.encode()
    return plain if len(raw) <= LONGEST_NAME else raw[-LONGEST_NAME:].decode(errors="ignore").lstrip(".")


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"), key=_touched, reverse=True)


def _touched(home: Path) -> float:
    try:
        return home.stat().st_mtime
    except FileNotFoundError:  # somebody else swept
        return 0.0
