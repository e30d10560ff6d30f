"""Runs of ``observe.py``, each in its own process, over a database made from the fixture."""

import json
import lzma
import os
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / "tests" / "fixtures" / "golden"
EXPECTED = KEPT / "expected"
# What a process gets, whatever the machine or a .env says otherwise.
ENVIRONMENT = {
    # Sessions and second factors of the fixture were made with this key.
    "SECRET_KEY": "golden-secret-key-that-opens-nothing",
    "BUILD": "golden",
    "SITE_URL": "https://golden.example",
    "SITE_NAME": "Countersign",
    "ALLOWED_HOSTS": "localhost",
    "EMAIL_URL": "memorymail://",
    "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "TIME_ZONE": "UTC",
    "DEBUG": "False",
    "HTTPS": "False",
    "COUNTERSIGN_DEMO": "False",
    "CACHE_URL": "",
    "EVIDENCE_KEY": "",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "PYTHONPATH": str(ROOT),
}


OLDER = "build_596e206/"  # the demonstration, written by build 596e206


def unpack_database(out: Path, kept: str = "") -> str:
    """The kept SQLite database; gives its URL."""
    out.write_bytes(lzma.decompress((KEPT / f"{kept}database.sqlite3.xz").read_bytes()))
    return f"sqlite:///{out}"


def unpack_archive(out: Path, kept: str = "") -> Path:
    with tarfile.open(KEPT / f"{kept}archive.tar") as tar:
        tar.extractall(out, filter="data")
    return out


def run(*arguments, url: str, images: Path) -> subprocess.CompletedProcess:
    """Run Python on a database."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | ENVIRONMENT | {"DATABASE_URL": url, "IMAGES_ROOT": str(images)},
        capture_output=True,
        text=True,
        timeout=600,
    )


def observe(
    work: Path, *, url: str, archive: Path | None = None, kept: str = "", rows: bool = False
) -> dict:
    """Migrate a database, import an archive if one is given; gives what this build makes of it.

    Of what an older build kept only the tables, the texts and the ledger; with ``rows`` what is
    stored, and no page.
    """
    work.mkdir(exist_ok=True)
    unpack_pictures(work, kept)
    options = [*(["--archive", archive] if archive else []), *(["--history"] if kept else [])]
    options += ["--rows"] if rows else []
    ran = run("-m", "tests.golden.observe", work, *options, url=url, images=work / "images")
    if ran.returncode:
        raise AssertionError(ran.stdout + ran.stderr)
    return json.loads((work / "observed.json").read_bytes())


def unpack_pictures(work: Path, kept: str) -> None:
    """The pictures of the site, which the archive holds: a database has their names alone."""
    with tarfile.open(KEPT / f"{kept}archive.tar") as tar:
        pictures = [member for member in tar if member.name.startswith("images/")]
        tar.extractall(work, members=pictures, filter="data")


def expected(name: str) -> dict:
    return json.loads((EXPECTED / f"{name}.json").read_bytes())


@contextmanager
def new_database(place: Path, server: str) -> Iterator[str]:
    """The URL of an empty database: on a PostgreSQL server, or SQLite where none is given."""
    if not server:
        yield f"sqlite:///{place}"
        return
    name = f"golden_{uuid.uuid4().hex}"
    command(server, f"CREATE DATABASE {name}")
    try:
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        command(server, f"DROP DATABASE {name} WITH (FORCE)")


def command(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    connection.cursor().execute(statement)
    connection.close()


def forward(work: Path, server: str) -> dict:
    """The kept database, migrated. ``server``: the URL of PostgreSQL; empty for SQLite."""
    place = work.with_suffix(".sqlite3")
    if not server:
        return observe(work, url=unpack_database(place))
    with new_database(place, server) as url:
        command(url, lzma.decompress((KEPT / "database.postgresql.sql.xz").read_bytes()).decode())
        return observe(work, url=url)


def imported(work: Path, url: str, kept: str = "", *, rows: bool = False) -> dict:
    """The kept archive, imported into a database that has tables and no pages."""
    archive = unpack_archive(work.with_suffix(".archive"), kept)
    return observe(work, url=url, archive=archive, kept=kept, rows=rows)
