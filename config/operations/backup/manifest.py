"""The manifest of a backup.

Which files it has, and the head that its ledger must have once it is back.
"""

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from articles.models import PublicationEvent
from config.operations.archive.folder import IN_PROGRESS_MARKER, CannotRunOperation
from config.operations.archive.manifest import IMAGE_PATH
from config.operations.backup.engines import ENGINES
from reviews import verification

FILE_NAME = "manifest.json"
FORMAT, VERSION = "countersign-backup", 1
CHUNK_SIZE = 1024 * 1024


def get_schema() -> dict[str, str]:
    """The last migration of every app: the shape of all tables."""
    return dict(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def compose(files: dict[str, dict], *, missing: list[str]) -> bytes:
    facts = {
        "format": FORMAT,
        "version": VERSION,
        "engine": connection.vendor,
        "build": settings.BUILD,
        "schema": get_schema(),
        **verification.get_heads().to_manifest(),
        "site_revision": PublicationEvent.objects.site_revision(),
        "images_missing": missing,
        "files": files,
    }
    return json.dumps(facts, sort_keys=True, indent=1).encode() + b"\n"


def read(directory: Path) -> dict:
    """What a backup says of itself. Raises CannotRunOperation, with the reason, where it cannot be
    restored here.
    """
    if (directory / IN_PROGRESS_MARKER).exists():
        raise CannotRunOperation(f"{directory} was not finished, so it is not a whole backup.")
    try:
        facts = json.loads((directory / FILE_NAME).read_bytes())
    except (OSError, ValueError) as error:
        raise CannotRunOperation(
            f"{directory} has no {FILE_NAME} that can be read, so it is not a whole backup."
        ) from error
    if not _is_backup(facts):
        raise CannotRunOperation(
            f"{directory / FILE_NAME} is not the manifest of a backup of format {VERSION}."
        )
    if facts.get("engine") != connection.vendor:
        raise CannotRunOperation(
            f"This is a backup of {facts.get('engine')}, and DATABASE_URL names"
            f" {connection.vendor}. To move to the other engine, use export_archive and"
            " import_archive."
        )
    if facts.get("schema") != get_schema():
        raise CannotRunOperation(
            f"This backup is of another schema. Bring it back with build {facts.get('build')}, then"
            " run “manage.py migrate” with this one."
        )
    _check_files(directory, facts.get("files"))
    return facts


def _is_backup(facts) -> bool:
    if not isinstance(facts, dict):
        return False
    return (facts.get("format"), facts.get("version")) == (FORMAT, VERSION)


def _check_files(directory: Path, files) -> None:
    due = ENGINES[connection.vendor].file
    if not isinstance(files, dict) or due not in files:
        raise CannotRunOperation(f"{FILE_NAME}: it does not list {due}.")
    for name, entry in files.items():
        if name != due and not IMAGE_PATH.fullmatch(name):
            raise CannotRunOperation(f"{FILE_NAME}: it lists “{name:.100}”, which no backup has.")
        path = directory / name
        if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
            raise CannotRunOperation(
                f"{name}: it is missing, or it is a link, and a backup has none."
            )
        found = compute_digest(path)
        if (
            not isinstance(entry, dict)
            or found != entry.get("sha256")
            or (name != due and found != path.stem)
        ):
            raise CannotRunOperation(f"{name}: it is not the file that the manifest lists.")


def compute_digest(path: Path) -> str:
    sha256 = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(CHUNK_SIZE):
                sha256.update(piece)
    except OSError as error:
        raise CannotRunOperation(f"{path}: it cannot be read ({error.strerror}).") from error
    return sha256.hexdigest()
