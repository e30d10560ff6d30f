"""Storage for the files of images in a bucket of S3, or of what speaks like it (ADR 93)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage

# A store that does not answer fails a request in seconds, as a disk that is gone does.
CLIENT = Config(
    connect_timeout=3,
    read_timeout=5,
    retries={"max_attempts": 2, "mode": "standard"},
    # Not every server that speaks as S3 does knows the newer checksums; ours are in the names.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


@deconstructible(path="articles.s3_storage.S3ImageStorage")
class S3ImageStorage(S3Storage):
    """Files named by their contents: a name that is taken is the same file, and stays.

    What the store refuses, and a store that does not answer, is an OSError as of a disk.
    """

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {"client_config": CLIENT, "file_overwrite": True}

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def exists(self, name: str) -> bool:
        with _translate_errors():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _translate_errors():
            super().delete(name)

    def _open(self, name: str, mode: str = "rb") -> File:
        with _translate_errors():
            return super()._open(name, mode)

    def _save(self, name: str, content: File) -> str:
        if self.exists(name):
            return name
        with _translate_errors():
            return str(super()._save(name, content))


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(f"the store of images fails ({type(error).__name__})") from error
