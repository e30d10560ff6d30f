"""Where the files of images lie: each written whole or not at all, and never written over."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible


@deconstructible(path="articles.storage.ImageStorage")
class ImageStorage(FileSystemStorage):
    """A directory of files that are named by their contents, so that a name that is taken is the same file."""

    def get_available_name(self, name, max_length=None):
        return name

    def _save(self, name, content):
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
        self._remember(final.parent)
        return name

    def _remember(self, directory: Path) -> None:
        """Have the new name survive a power cut, as its bytes do."""
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
