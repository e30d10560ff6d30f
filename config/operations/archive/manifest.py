"""The manifest of an archive: its version, what it holds, and the head of its ledger."""

import json
import re

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from articles.audit import chain
from articles.content.document import IMAGE_EXTENSIONS
from articles.models import PublicationEvent
from config.operations.archive import versions
from config.operations.archive.declaration import FILES, list_files
from config.operations.archive.folder import CannotRunOperation
from reviews import verification

FILE_NAME = "manifest.json"
FORMAT = "countersign-archive"
IMAGE_PATH = re.compile(
    rf"images/[0-9a-f]{{64}}\.(?:{'|'.join(sorted(IMAGE_EXTENSIONS.values()))})"
)
FIELD_TYPES = {
    "build": str,
    "events_head": dict,
    "files": dict,
    "head": dict,
    "images_missing": list,
    "private": bool,
    "site_revision": int,
}


def get_schema() -> dict[str, str]:
    """The last migration of each app with rows in an archive: for information."""
    apps = {file.model._meta.app_label for file in FILES}
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    return {app: name for app, name in graph.leaf_nodes() if app in apps}


def compose(files: dict[str, dict], *, private: bool, missing: list[str]) -> bytes:
    """The bytes of a manifest. It holds no time: two archives of one site are the same."""
    sequence, tip = verification.get_head()
    newest_event, event_hash = chain.get_head()
    manifest = {
        "format": FORMAT,
        "version": versions.VERSION,
        "build": settings.BUILD,
        "schema": get_schema(),
        "private": private,
        "head": {"sequence": sequence, "hash": tip},
        "events_head": {"sequence": newest_event, "hash": event_hash},
        "site_revision": PublicationEvent.objects.site_revision(),
        "images_missing": missing,
        "files": files,
    }
    return json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def read(data: bytes) -> dict:
    """A manifest as this build reads it, whatever version it was written in.

    Its ``version`` is the one that it was written in. Raises CannotRunOperation, with the reason,
    for a manifest that this build cannot use.
    """
    try:
        manifest = json.loads(data)
    except ValueError as error:
        raise CannotRunOperation(f"{FILE_NAME}: it cannot be read: {error}.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise CannotRunOperation(f"{FILE_NAME}: it is not the manifest of an archive.")
    versions.require_known(manifest.get("version"))
    manifest = versions.upcast_manifest(manifest)
    for name, kind in FIELD_TYPES.items():
        if not isinstance(manifest.get(name), kind):
            raise CannotRunOperation(f"{FILE_NAME}: “{name}” is missing or not what it should be.")
    _check_files(manifest)
    return manifest


def _check_files(manifest: dict) -> None:
    files = list_files(private=manifest["private"], version=manifest["version"])
    expected = {file.file_name for file in files}
    for name, entry in manifest["files"].items():
        if name not in expected and not IMAGE_PATH.fullmatch(name):
            raise CannotRunOperation(f"{FILE_NAME}: it lists “{name:.100}”, which no archive has.")
        if not isinstance(entry, dict) or not isinstance(entry.get("sha256"), str):
            raise CannotRunOperation(f"{FILE_NAME}: it does not say what is in {name}.")
    absent = sorted(expected - manifest["files"].keys())
    if absent:
        raise CannotRunOperation(f"{FILE_NAME}: it does not list {', '.join(absent)}.")
