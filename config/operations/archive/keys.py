"""The primary key in this database for each natural key in an archive."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db.models import Model, UUIDField
from tqdm import tqdm

from articles.images import store
from articles.models import Image
from config.operations.archive.declaration import LINE_NUMBER, NATURAL_KEYS, ArchiveFile
from config.operations.archive.reading import Archive, InvalidArchive


class KeyMap:
    """By model, the primary keys of the rows that an archive refers to.

    A row gets the number of its line as its key, unless it has a number that means something; so
    rows keep the order in which they were made.
    """

    def __init__(self) -> None:
        self._keys: dict[type[Model], dict] = {}

    def add(self, model: type[Model], name, key: int) -> None:
        known = self._keys.setdefault(model, {})
        if name in known:
            raise ValueError(f"“{name}” is there twice")
        known[name] = key

    def clear(self) -> None:
        """Free the memory once every row is stored."""
        self._keys.clear()

    def all(self, model: type[Model]) -> list[int]:
        return list(self._keys.get(model, {}).values())

    def list_names(self, model: type[Model]) -> dict[int, Any]:
        """The natural key of each row of a model, as it is held in memory, by its primary key."""
        return {key: name for name, key in self._keys.get(model, {}).items()}

    def of(self, model: type[Model], name) -> int:
        """Raises ValueError where the archive has no such row."""
        known = model
        for candidate in (model, *model._meta.get_parent_list()):
            if candidate in self._keys:
                known = candidate
                break
        try:
            return self._keys[known][_compress_name(known, name)]
        except (KeyError, TypeError):
            raise ValueError(f"no {model._meta.verbose_name} “{name}” is in the archive") from None


def _compress_name(model: type[Model], name):
    """A natural key as it is held in memory, where there may be some hundred thousand."""
    path = NATURAL_KEYS[model]
    if len(path) != 1 or not isinstance(model._meta.get_field(path[0]), UUIDField):
        return name
    try:
        return UUID(name).bytes
    except (ValueError, AttributeError):
        raise ValueError(f"“{name}” is not a UUID") from None


def get_key(file: ArchiveFile, row: dict, number: int) -> int:
    """The primary key of a row in the database that it is imported into."""
    if NATURAL_KEYS.get(file.model) == ("sequence",):
        return row["sequence"]
    return row[file.number] if file.number else number


def collect_keys(archive: Archive, no_progress: bool | None) -> KeyMap:
    """Read every file once, from end to end, and collect what other rows may refer to."""
    keys = KeyMap()
    for app, codename, key in Permission.objects.values_list(
        "content_type__app_label", "codename", "pk"
    ):
        keys.add(Permission, f"{app}.{codename}", key)
    for file in archive.files:
        lines = archive.manifest["files"][file.file_name].get("lines", 0)
        read = archive.read_lines(file)
        with tqdm(read, f"reading {file.name}", lines, disable=no_progress) as rows:
            for number, row in rows:
                if file.model in NATURAL_KEYS:
                    _add_row(keys, file, row, number)
    _check_images(archive, no_progress)
    return keys


def _add_row(keys: KeyMap, file: ArchiveFile, row: dict, number: int) -> None:
    key = get_key(file, row, number)
    try:
        if type(key) is not int or not 0 < key < 2**53:
            raise ValueError(f"“{key}” is not a number that a row can have")
        keys.add(file.model, _get_natural_key(file, row, key), key)
    except (ValueError, TypeError) as error:
        raise InvalidArchive(file.file_name, number, str(error)) from error


def _get_natural_key(file: ArchiveFile, row: dict, key: int):
    path = NATURAL_KEYS[file.model]
    if path is LINE_NUMBER or path == ("id",):
        return key
    return _compress_name(file.model, row[path[0]])


def _check_images(archive: Archive, no_progress: bool | None) -> None:
    """Each image is there, or was not there when the archive was made; and no other is."""
    missing = archive.manifest["images_missing"]
    unclaimed = set(archive.list_image_paths())
    file = next(file for file in archive.files if file.model is Image)
    for number, row in archive.read_lines(file):
        try:
            name = store.get_file_name(Image(sha256=row["sha256"], media_type=row["media_type"]))
        except (KeyError, TypeError) as error:
            raise InvalidArchive(file.file_name, number, "no file can be of this kind") from error
        path = f"images/{name}"
        if path not in unclaimed and name not in missing:
            raise InvalidArchive(
                file.file_name, number, f"the picture {path} is not in the manifest"
            )
        unclaimed.discard(path)
    if unclaimed:
        raise InvalidArchive(min(unclaimed), 0, "no line of images.jsonl.gz tells of it")
    for path in tqdm(archive.list_image_paths(), "reading pictures", disable=no_progress):
        archive.read_image(path)
