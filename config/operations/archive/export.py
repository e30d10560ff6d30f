"""One archive, written from one moment of the database."""

import hashlib
from pathlib import Path

from tqdm import tqdm

from articles.db.collector import collect_rarely
from articles.event_log import Event, log
from articles.images import store
from articles.models import Image, ReaderReport
from config.operations.archive import columns, manifest
from config.operations.archive.declaration import list_files
from config.operations.archive.folder import OutputFolder, write_atomically
from config.operations.archive.schema_check import require_migrated
from config.operations.archive.snapshot import read_snapshot
from config.operations.archive.values import encode_line


def export_archive(directory: Path, *, private: bool, no_progress: bool | None) -> "ArchiveSummary":
    """Write everything, the manifest last, beside ``directory``, and move it there."""
    require_migrated()
    with write_atomically(directory) as folder, read_snapshot(), collect_rarely():
        for file in list_files(private=private):
            total = file.model._base_manager.count()
            rows = columns.read_rows(file, private=private)
            with folder.open_lines(file.file_name) as out:
                for row in tqdm(rows, file.name, total, disable=no_progress):
                    out.write(encode_line(row))
        missing = copy_images(folder, no_progress)
        manifest_bytes = manifest.compose(folder.files, private=private, missing=missing)
        written = ArchiveSummary(
            folder, manifest_bytes, missing, ReaderReport.objects.open().count()
        )
        folder.put(manifest.FILE_NAME, manifest_bytes)
    log(Event.EXPORT, kind="archive with private" if private else "archive")
    return written


class ArchiveSummary:
    """What was exported, for the person who asked for it."""

    def __init__(
        self, folder: OutputFolder, manifest_bytes: bytes, missing: list[str], reports: int
    ):
        self.counts: dict[str, int] = {}
        for name, entry in folder.files.items():
            if "lines" in entry:
                self.counts[name] = entry["lines"]
        self.image_count = len(folder.files) - len(self.counts)
        self.size = sum(entry["size"] for entry in folder.files.values())
        self.digest = hashlib.sha256(manifest_bytes).hexdigest()
        self.missing_images, self.open_reports = missing, reports


def copy_images(folder: OutputFolder, no_progress: bool | None) -> list[str]:
    """Copy each image as visitors get it; gives the names of those that are missing or damaged."""
    missing = []
    images = Image.objects.order_by("pk").only("sha256", "media_type")
    rows = images.iterator(columns.BATCH_SIZE)
    for image in tqdm(rows, "pictures", images.count(), disable=no_progress):
        try:
            folder.put(f"images/{store.get_file_name(image)}", store.read_image(image))
        except store.UnreadableImage:
            missing.append(store.get_file_name(image))
    return missing
