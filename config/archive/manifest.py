"""The manifest of an archive: what it holds, of which ledger, made by which build over which schema."""

import json
import re

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from articles.content import IMAGE_TYPES
from articles.models import Publication
from config.archive.declaration import FILES, files
from config.archive.folder import Refused
from reviews import verification

NAME = "manifest.json"
FORMAT, VERSION = "countersign-archive", 1
IMAGE = re.compile(rf"images/[0-9a-f]{{64}}\.(?:{'|'.join(sorted(IMAGE_TYPES.values()))})")
SAID = {
    "build": str,
    "files": dict,
    "head": dict,
    "images_missing": list,
    "private": bool,
    "schema": dict,
    "site_revision": int,
}


def schema() -> dict[str, str]:
    """The last migration of each app whose rows are in an archive: the shape of its lines."""
    apps = {file.model._meta.app_label for file in FILES}
    leaves = MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes()
    return {app: name for app, name in leaves if app in apps}


def compose(listed: dict[str, dict], *, private: bool, missing: list[str]) -> bytes:
    """What stands in the manifest. It says nothing of when: two archives of one site are one and the same."""
    sequence, tip = verification.head()
    said = {
        "format": FORMAT,
        "version": VERSION,
        "build": settings.BUILD,
        "schema": schema(),
        "private": private,
        "head": {"sequence": sequence, "hash": tip},
        "site_revision": Publication.objects.site_revision(),
        "images_missing": missing,
        "files": listed,
    }
    return json.dumps(said, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def read(text: bytes) -> dict:
    """What a manifest says. Raises Refused, with the reason, where this build cannot make use of it."""
    try:
        said = json.loads(text)
    except ValueError as error:
        raise Refused(f"{NAME}: it cannot be read: {error}.") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise Refused(f"{NAME}: it is not the manifest of an archive.")
    if said.get("version") != VERSION:
        raise Refused(f"{NAME}: the archive is of format {said.get('version')}, and this build reads {VERSION}.")
    for name, kind in SAID.items():
        if not isinstance(said.get(name), kind):
            raise Refused(f"{NAME}: “{name}” is missing or not what it should be.")
    _of_this_schema(said)
    _of_known_files(said)
    return said


def _of_this_schema(said: dict) -> None:
    ours = schema()
    other = [
        f"{app} is {said['schema'].get(app, 'not there')} there and {ours.get(app, 'not there')} here"
        for app in sorted(ours.keys() | said["schema"].keys())
        if said["schema"].get(app) != ours.get(app)
    ]
    if other:
        raise Refused(
            f"{NAME}: the archive is of another schema: {'; '.join(other)}. It was made by build {said['build']}. "
            "Bring it in with that build, then bring the database up to date with “manage.py migrate”."
        )


def _of_known_files(said: dict) -> None:
    due = {file.file_name for file in files(private=said["private"])}
    for name, entry in said["files"].items():
        if name not in due and not IMAGE.fullmatch(name):
            raise Refused(f"{NAME}: it lists “{name:.100}”, which no archive has.")
        if not isinstance(entry, dict) or not isinstance(entry.get("sha256"), str):
            raise Refused(f"{NAME}: it does not say what is in {name}.")
    if absent := sorted(due - said["files"].keys()):
        raise Refused(f"{NAME}: it does not list {', '.join(absent)}.")
