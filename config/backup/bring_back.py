"""A backup brought back where nothing is, and proven: its ledger verifies and ends as the manifest says."""

from itertools import islice
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection

from articles.models import Publication
from config.archive.folder import Refused
from config.archive.manifest import IMAGE
from config.backup import manifest
from config.backup.engines import here
from reviews import verification
from reviews.verification.batches import Watch

TOLD = 20  # faults that are printed


def bring_back(root: Path, *, bin: str, watch: Watch) -> dict:
    """Gives what the manifest says. The database comes whole or not at all, and never over another."""
    watch("reading", lambda: 0)
    said, engine = manifest.read(root), here()
    if why_not := engine.why_not():
        head = f"{said['head']['sequence']}:{said['head']['hash']}"
        raise Refused(
            f"{why_not} Nothing was changed. If a restore ended early here, "
            f"“manage.py verify_ledger --head {head}” says whether all of it is there."
        )
    _pictures(root, said, watch)
    watch("database", lambda: 0)
    engine.load(root / engine.file, bin)
    _prove(said, watch)
    return said


def _pictures(root: Path, said: dict, watch: Watch) -> None:
    """Pictures first, so that the database finds them. Files are never written over."""
    names = [name for name in said["files"] if IMAGE.fullmatch(name)]
    seen, storage = watch("pictures", lambda: len(names)), storages["images"]
    for name in names:
        if not storage.exists(Path(name).name):
            storage.save(Path(name).name, ContentFile((root / name).read_bytes()))
        seen(1)


def _prove(said: dict, watch: Watch) -> None:
    sequence, tip = verification.head()
    if {"sequence": sequence, "hash": tip} != said["head"]:
        raise Refused(f"The ledger ends with {sequence}:{tip}, and the backup names another head.")
    if Publication.objects.site_revision() != said["site_revision"]:
        raise Refused("The newest publication is not the one that the backup names.")
    if faults := list(islice(verification.faults(watch), TOLD)):
        raise Refused("\n".join(["What was brought back does not verify:", *faults]))
    connection.close()
