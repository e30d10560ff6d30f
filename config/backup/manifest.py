"""The manifest of a backup: which files it has, and the head that its ledger must have once it is back."""

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from articles.models import Publication
from config.archive.folder import Refused
from config.archive.manifest import IMAGE
from config.backup.engines import ENGINES
from reviews import verification

NAME = "manifest.json"
FORMAT, VERSION = "countersign-backup", 1
PIECE = 1024 * 1024


def schema() -> dict[str, str]:
    """The last migration of every app: the shape of all tables."""
    return dict(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def compose(files: dict[str, dict], *, missing: list[str]) -> bytes:
    sequence, tip = verification.head()
    said = {
        "format": FORMAT,
        "version": VERSION,
        "engine": connection.vendor,
        "build": settings.BUILD,
        "schema": schema(),
        "head": {"sequence": sequence, "hash": tip},
        "site_revision": Publication.objects.site_revision(),
        "images_missing": missing,
        "files": files,
    }
    return json.dumps(said, sort_keys=True, indent=1).encode() + b"\n"


def read(root: Path) -> dict:
    """What a backup says of itself, and is. Raises Refused, with the reason, where it cannot be brought back here."""
    try:
        said = json.loads((root / NAME).read_bytes())
    except (OSError, ValueError) as error:
        raise Refused(f"{root} has no {NAME} that can be read, so it is not a whole backup.") from error
    if not isinstance(said, dict) or (said.get("format"), said.get("version")) != (FORMAT, VERSION):
        raise Refused(f"{root / NAME} is not the manifest of a backup of format {VERSION}.")
    if said.get("engine") != connection.vendor:
        raise Refused(
            f"This is a backup of {said.get('engine')}, and DATABASE_URL names {connection.vendor}. "
            "To move to the other engine, use export_archive and import_archive."
        )
    if said.get("schema") != schema():
        raise Refused(
            f"This backup is of another schema. Bring it back with build {said.get('build')}, then run "
            "“manage.py migrate” with this one."
        )
    _whole(root, said.get("files"))
    return said


def _whole(root: Path, files) -> None:
    due = ENGINES[connection.vendor].file
    if not isinstance(files, dict) or due not in files:
        raise Refused(f"{NAME}: it does not list {due}.")
    for name, entry in files.items():
        if name != due and not IMAGE.fullmatch(name):
            raise Refused(f"{NAME}: it lists “{name:.100}”, which no backup has.")
        path = root / name
        if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
            raise Refused(f"{name}: it is missing, or it is a link, and a backup has none.")
        found = digest(path)
        if not isinstance(entry, dict) or found != entry.get("sha256") or (name != due and found != path.stem):
            raise Refused(f"{name}: it is not the file that the manifest lists.")


def digest(path: Path) -> str:
    sha256 = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                sha256.update(piece)
    except OSError as error:
        raise Refused(f"{path}: it cannot be read ({error.strerror}).") from error
    return sha256.hexdigest()
