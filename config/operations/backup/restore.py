"""A backup brought back where nothing is, and proven.

Its ledger verifies and ends as the manifest says.
"""

from itertools import islice
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from tqdm import tqdm

from articles.models import PublicationEvent
from config.operations.archive.folder import CannotRunOperation
from config.operations.archive.manifest import IMAGE_PATH
from config.operations.backup import manifest
from config.operations.backup.engines import get_engine
from reviews import verification
from reviews.verification.heads import Heads

MAX_FAULTS = 20  # faults that are printed


def restore_backup(directory: Path, *, bin_directory: str, no_progress: bool | None) -> dict:
    """Restore a backup and give its manifest.

    The database is restored whole or not at all, and never over another one.
    """
    with tqdm(desc="reading", bar_format="{desc} {elapsed}", disable=no_progress):
        facts = manifest.read(directory)
    engine = get_engine()
    obstacle = engine.find_obstacle()
    if obstacle:
        head = Heads.from_manifest(facts)
        raise CannotRunOperation(
            f"{obstacle} Nothing was changed. If a restore ended early here, "
            f"“manage.py verify_ledger --head {head}” says whether all of it is there."
        )
    _restore_images(directory, facts, no_progress)
    with tqdm(desc="database", bar_format="{desc} {elapsed}", disable=no_progress):
        engine.load(directory / engine.file, bin_directory)
    _verify(facts, no_progress)
    return facts


def _restore_images(directory: Path, facts: dict, no_progress: bool | None) -> None:
    """Pictures first, so that the database finds them. Files are never written over."""
    names = [name for name in facts["files"] if IMAGE_PATH.fullmatch(name)]
    storage = storages["images"]
    for name in tqdm(names, "pictures", disable=no_progress):
        if not storage.exists(Path(name).name):
            storage.save(Path(name).name, ContentFile((directory / name).read_bytes()))


def _verify(facts: dict, no_progress: bool | None) -> None:
    heads = verification.get_heads()
    if heads != Heads.from_manifest(facts):
        raise CannotRunOperation(f"The chains end with {heads}, and the backup names another head.")
    if PublicationEvent.objects.site_revision() != facts["site_revision"]:
        raise CannotRunOperation("The newest publication is not the one that the backup names.")
    faults = list(islice(verification.find_faults(no_progress=no_progress), MAX_FAULTS))
    if faults:
        raise CannotRunOperation("\n".join(["What was brought back does not verify:", *faults]))
    connection.close()
