"""One archive, written from one moment of the database."""

import hashlib
from pathlib import Path

from articles import images
from articles.models import Image, ReaderReport
from config.archive import columns, manifest
from config.archive.declaration import files
from config.archive.folder import Folder, written_beside
from config.archive.migrated import refuse_unless_migrated
from config.archive.moment import one_moment
from config.archive.values import line
from reviews.verification.batches import Watch


def export(place: Path, *, private: bool, watch: Watch) -> "Written":
    """Write everything into a directory beside ``place``, the manifest last, and move it there."""
    refuse_unless_migrated()
    with written_beside(place) as folder, one_moment():
        for file in files(private=private):
            seen = watch(file.name, file.model._base_manager.count)
            with folder.lines(file.file_name) as out:
                for row in columns.rows(file, private=private):
                    out.write(line(row))
                    seen(1)
        missing = pictures(folder, watch)
        said = manifest.compose(folder.files, private=private, missing=missing)
        written = Written(folder, said, missing, ReaderReport.objects.open().count())
        folder.put(manifest.NAME, said)
    return written


class Written:
    """What became of an export, for the person who asked for it."""

    def __init__(self, folder: Folder, said: bytes, missing: list[str], reports: int):
        self.counts = {name: entry["lines"] for name, entry in folder.files.items() if "lines" in entry}
        self.pictures = len(folder.files) - len(self.counts)
        self.size = sum(entry["size"] for entry in folder.files.values())
        self.digest = hashlib.sha256(said).hexdigest()
        self.missing, self.reports = missing, reports


def pictures(folder: Folder, watch: Watch) -> list[str]:
    """Copy each picture, read as it is read for visitors; gives the names of those that are not there or not whole."""
    missing = []
    seen = watch("pictures", Image.objects.count)
    for image in Image.objects.order_by("pk").only("sha256", "media_type").iterator(columns.BATCH):
        try:
            folder.put(f"images/{images.file_name(image)}", images.read(image))
        except images.Unreadable:
            missing.append(images.file_name(image))
        seen(1)
    return missing
