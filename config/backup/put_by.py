"""A backup made while people work: the database of one moment, then its pictures, and the manifest last."""

from pathlib import Path

from config.archive.export import pictures
from config.archive.folder import Folder, remember, settle, written_beside
from config.archive.migrated import refuse_unless_migrated
from config.archive.moment import one_moment
from config.backup import manifest
from config.backup.engines import here
from reviews.verification.batches import Watch


def put_by(place: Path, *, bin: str, watch: Watch) -> dict:
    """Write a backup into a directory beside ``place`` and move it there; gives what its manifest says."""
    refuse_unless_migrated()
    engine = here()
    with written_beside(place) as folder, one_moment():
        watch("database", lambda: 0)
        engine.dump(folder.root / engine.file, bin)
        _list(folder, engine.file)
        missing = pictures(folder, watch)
        folder.put(manifest.NAME, manifest.compose(folder.files, missing=missing))
    return manifest.read(place)


def _list(folder: Folder, name: str) -> None:
    path = folder.root / name
    with path.open("rb+") as file:
        settle(file)
    remember(folder.root)
    folder.files[name] = {"sha256": manifest.digest(path), "size": path.stat().st_size}
