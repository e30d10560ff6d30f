"""A backup made while people work.

The database of one moment, then its pictures, and the manifest last.
"""

from pathlib import Path

from tqdm import tqdm

from articles.whole_files import sync_directory
from config.operations.archive.export import copy_images
from config.operations.archive.folder import (
    OutputFolder,
    sync_file,
    write_atomically,
)
from config.operations.archive.schema_check import require_migrated
from config.operations.archive.snapshot import read_snapshot
from config.operations.backup import manifest
from config.operations.backup.engines import get_engine


def create_backup(directory: Path, *, bin_directory: str, no_progress: bool | None) -> dict:
    """Write a backup into a directory beside ``place`` and move it there; gives what its manifest
    says.
    """
    require_migrated()
    engine = get_engine()
    with write_atomically(directory) as folder, read_snapshot():
        with tqdm(desc="database", bar_format="{desc} {elapsed}", disable=no_progress):
            engine.dump(folder.root / engine.file, bin_directory)
        _add_file(folder, engine.file)
        missing = copy_images(folder, no_progress)
        folder.put(manifest.FILE_NAME, manifest.compose(folder.files, missing=missing))
    return manifest.read(directory)


def _add_file(folder: OutputFolder, name: str) -> None:
    path = folder.root / name
    with path.open("rb+") as file:
        sync_file(file)
    sync_directory(folder.root)
    folder.files[name] = {"sha256": manifest.compute_digest(path), "size": path.stat().st_size}
