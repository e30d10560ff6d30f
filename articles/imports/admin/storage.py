"""Uploaded files between two requests.

Each belongs to its sender alone and is stored for a day, in a directory that all workers see.
"""

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

from articles.imports.pipeline import compute_file_digest

RETENTION = dt.timedelta(days=1)
MAX_UPLOADS_PER_USER = 5  # the next one takes the place of the oldest
MAX_NAME_BYTES = 200  # file systems take 255
NOTE_NAME = "note.json"


def get_root() -> Path:
    return Path(storages["uploads"].path(""))


class UploadNotFound(LookupError):
    """This person has no such upload, or no longer."""


class CannotStoreUpload(Exception):
    """The server has no room for the file; the text says what to do."""


@dataclass(frozen=True)
class ImportOptions:
    """How somebody wants a file read."""

    format: str
    source: str
    on_conflict: str
    most: int | None = None


@dataclass(frozen=True)
class StoredUpload:
    """One file that somebody sent.

    ``run`` is the key of the import that wrote it; from then on the file is gone.
    """

    owner: int
    ticket: UUID
    name: str
    digest: str
    size: int
    options: ImportOptions
    run: int | None = None

    @property
    def directory(self) -> Path:
        return get_root() / str(self.owner) / str(self.ticket)

    @property
    def path(self) -> Path:
        return self.directory / "file" / self.name

    def check_unchanged(self) -> None:
        """Raise UploadNotFound unless the file is here just as it was sent."""
        try:
            digest = compute_file_digest(self.path)
        except FileNotFoundError:
            raise UploadNotFound from None
        if digest != self.digest:
            raise UploadNotFound

    def save_options(self, options: ImportOptions) -> "StoredUpload":
        """The same file, to be read in another way from now on."""
        return _save(replace(self, options=options))

    def mark_written(self, run: int) -> None:
        """Store which import wrote it, for whoever presses twice, and delete the file."""
        _save(replace(self, run=run))
        self.path.unlink(missing_ok=True)

    def delete(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)

    @contextmanager
    def lock(self) -> Iterator["StoredUpload"]:
        """Yield the upload as it is now, to one request at a time over all workers of a machine.

        Raises UploadNotFound.
        """
        try:
            handle = os.open(self.directory, os.O_RDONLY)
        except FileNotFoundError:
            raise UploadNotFound from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield _load(self.directory)
        finally:
            os.close(handle)


def store(file: UploadedFile, options: ImportOptions, *, by: AbstractUser) -> StoredUpload:
    """Store a file for its sender. Raises CannotStoreUpload."""
    delete_expired()
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    upload = StoredUpload(
        owner=by.pk,
        ticket=uuid4(),
        name=_clean_file_name(file.name or ""),
        digest=digest.hexdigest(),
        size=file.size or 0,
        options=options,
    )
    _delete_oldest(upload.directory.parent)
    try:
        storages["uploads"].save(str(upload.path.relative_to(get_root())), file)
        return _save(upload)
    except OSError as error:
        upload.delete()
        raise CannotStoreUpload(
            f"The server could not keep the file ({error.strerror}). Tell whoever runs it."
        ) from error


def get(ticket: UUID, *, by: AbstractUser) -> StoredUpload:
    """Somebody's own upload. Raises UploadNotFound."""
    return _load(get_root() / str(by.pk) / str(ticket))


def delete_expired() -> int:
    """Delete what nobody touched for a day. Returns how many uploads were deleted."""
    deadline = (timezone.now() - RETENTION).timestamp()
    count = 0
    for directory in list(get_root().glob("*/*")):
        if _get_modified_time(directory) < deadline:
            shutil.rmtree(directory, ignore_errors=True)
            count += 1
    return count


def _delete_oldest(user_directory: Path) -> None:
    """Make room for one more upload of a user."""
    newest_first = sorted(user_directory.glob("*"), key=_get_modified_time, reverse=True)
    for directory in newest_first[MAX_UPLOADS_PER_USER - 1 :]:
        shutil.rmtree(directory, ignore_errors=True)


def _load(directory: Path) -> StoredUpload:
    try:
        values = json.loads((directory / NOTE_NAME).read_text())
    except FileNotFoundError:
        raise UploadNotFound from None
    values["ticket"] = UUID(values["ticket"])
    values["options"] = ImportOptions(**values.pop("wishes"))
    return StoredUpload(**values)


def _save(upload: StoredUpload) -> StoredUpload:
    """Write the note beside the file; others read the whole old or the whole new one."""
    values = asdict(upload)
    values["ticket"] = str(upload.ticket)
    values["wishes"] = values.pop("options")
    temporary = upload.directory / f"{uuid4()}.part"
    temporary.write_text(json.dumps(values))
    temporary.replace(upload.directory / NOTE_NAME)
    return upload


def _clean_file_name(name: str) -> str:
    """A name that every file system takes. Its end stays, as it shows the format."""
    printable = "".join(letter for letter in PurePath(name).name if letter.isprintable())
    cleaned = printable.lstrip(".") or "file"
    encoded = cleaned.encode()
    if len(encoded) <= MAX_NAME_BYTES:
        return cleaned
    return encoded[-MAX_NAME_BYTES:].decode(errors="ignore").lstrip(".")


def _get_modified_time(directory: Path) -> float:
    try:
        return directory.stat().st_mtime
    except FileNotFoundError:  # deleted by another process meanwhile
        return 0.0
