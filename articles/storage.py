"""Storage for the files of images: each is written whole or not at all, and never overwritten."""

from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from articles.whole_files import write_whole_file


@deconstructible(path="articles.storage.ImageStorage")
class ImageStorage(FileSystemStorage):
    """A directory of files named by their contents: a name that is taken is the same file."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        final = Path(self.path(name))
        final.parent.mkdir(parents=True, exist_ok=True)
        permissions = settings.FILE_UPLOAD_PERMISSIONS
        with (
            suppress(FileExistsError),  # another process was first, with the same bytes
            write_whole_file(final, permissions=permissions) as file,
        ):
            for chunk in content.chunks():
                file.write(chunk)
        return name
