"""Which row is meant by a name in an archive: the key that it has, or will have, in this database."""

from uuid import UUID

from django.contrib.auth.models import Permission
from django.db.models import Model, UUIDField

from articles import images
from articles.models import Image
from config.archive.declaration import KEYS, LINE, File
from config.archive.reading import Archive, Broken
from reviews.verification.batches import Watch


class Keys:
    """By model, the keys of the rows that an archive names. A row gets the number of its line as its key, unless it
    has a number that means something; so rows keep the order in which they were made."""

    def __init__(self):
        self._of: dict[type[Model], dict] = {}

    def add(self, model: type[Model], name, key: int) -> None:
        known = self._of.setdefault(model, {})
        if name in known:
            raise ValueError(f"“{name}” is there twice")
        known[name] = key

    def forget(self) -> None:
        """Everything is in: what comes now needs the room."""
        self._of.clear()

    def all(self, model: type[Model]) -> list[int]:
        return list(self._of.get(model, {}).values())

    def of(self, model: type[Model], said) -> int:
        """Raises ValueError where the archive has no such row."""
        for known in (model, *model._meta.get_parent_list()):
            if known in self._of:
                break
        try:
            return self._of[known][_compact(known, said)]
        except (KeyError, TypeError):
            raise ValueError(f"no {model._meta.verbose_name} “{said}” is in the archive") from None


def _compact(model: type[Model], said):
    """A name as it is held in memory: there may be some hundred thousand."""
    path = KEYS[model]
    if len(path) == 1 and isinstance(model._meta.get_field(path[0]), UUIDField):
        try:
            return UUID(said).bytes
        except (ValueError, AttributeError):
            raise ValueError(f"“{said}” is not a UUID") from None
    return said


def key(file: File, row: dict, number: int) -> int:
    """The key of a row in the database that it is brought into."""
    if KEYS.get(file.model) == ("sequence",):
        return row["sequence"]
    return row[file.number] if file.number else number


def collect(archive: Archive, watch: Watch) -> Keys:
    """Read every file once, from end to end, and learn what there is to be named."""
    keys = Keys()
    for app, codename, known in Permission.objects.values_list("content_type__app_label", "codename", "pk"):
        keys.add(Permission, f"{app}.{codename}", known)
    for file in archive.files:
        seen = watch(f"reading {file.name}", lambda file=file: archive.said["files"][file.file_name].get("lines", 0))
        for number, row in archive.lines(file):
            if file.model in KEYS:
                _learn(keys, file, row, number)
            seen(1)
    _pictures(archive, watch)
    return keys


def _learn(keys: Keys, file: File, row: dict, number: int) -> None:
    path, own = KEYS[file.model], key(file, row, number)
    try:
        if type(own) is not int or not 0 < own < 2**53:
            raise ValueError(f"“{own}” is not a number that a row can have")
        name = number if path is LINE else own if path == ("id",) else _compact(file.model, row[path[0]])
        keys.add(file.model, name, own)
    except (ValueError, TypeError) as error:
        raise Broken(file.file_name, number, str(error)) from error


def _pictures(archive: Archive, watch: Watch) -> None:
    """Each picture is there, or was not there when the archive was made; and no other is."""
    missing = archive.said["images_missing"]
    there, file = set(archive.pictures()), next(file for file in archive.files if file.model is Image)
    seen = watch("reading pictures", lambda: len(there))
    for number, row in archive.lines(file):
        try:
            name = images.file_name(Image(sha256=row["sha256"], media_type=row["media_type"]))
        except (KeyError, TypeError) as error:
            raise Broken(file.file_name, number, "no file can be of this kind") from error
        if f"images/{name}" not in there and name not in missing:
            raise Broken(file.file_name, number, f"the picture images/{name} is not in the manifest")
        there.discard(f"images/{name}")
    if there:
        raise Broken(min(there), 0, "no line of images.jsonl.gz tells of it")
    for name in archive.pictures():
        archive.picture(name)
        seen(1)
