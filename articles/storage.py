"""Storage for the files of images: each is written whole or not at all, and never overwritten."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible


@deconstructible(path="articles.storage.ImageStorage")
class ImageStorage(FileSystemStorage):
    """A directory of files named by their contents: a name that is taken is the same file."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        final = Path(self.path(name))
        final.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".", suffix=".part", dir=final.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), settings.FILE_UPLOAD_PERMISSIONS)
            with suppress(FileExistsError):  # another process was first, with the same bytes
                os.link(draft, final)
        finally:
            os.unlink(draft)
        self._sync_directory(final.parent)
        return name

    def _sync_directory(self, directory: Path) -> None:
        """Make the new name survive a power cut, as the file's bytes do."""
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
