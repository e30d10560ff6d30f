"""A database of every build that was in use comes forward to this one, with every word it had.

Each of ``STATES`` is a small site that the build of that name wrote with its own code, on SQLite
and on PostgreSQL; docs/operators-guide.md, "Upgrade, and back". A part of them runs in the suite;
``UPGRADES=all`` runs them all.
"""

import os
import sqlite3
import subprocess
import tarfile
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from tests.files import (
    ROOT,
    TOOLS,
    create_empty_database,
    run_manage_command,
    run_successfully,
)

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("transactional_db")]
KEPT = ROOT / "tests" / "fixtures" / "upgrades"
STATES = (
    *("ad102cd2", "77495778", "e032312d", "596e2060", "978f4c9d"),
    *("c0afe5ff", "d62a7e61", "576a0b7b", "7e699950", "07045ecf"),
)
IN_THE_SUITE = ("ad102cd2", "c0afe5ff", "07045ecf")
CHOSEN = STATES if os.environ.get("UPGRADES") == "all" else IN_THE_SUITE
TEXTS_SQL = "SELECT number, document, digest FROM articles_revision ORDER BY digest, number"
PUBLIC_SQL = (
    "SELECT r.digest FROM articles_article a JOIN articles_publication p ON p.id = a.live_id "
    "JOIN articles_revision r ON r.id = p.revision_id ORDER BY r.digest"
)
SCRIPT = (
    "from django.test import Client; from articles.models import Article; "
    "from articles.content import kinds; "
    "pages = Article.objects.public(); "
    "paths = [kinds.get_path(page.kind, page.slug) for page in pages]; "
    "print({Client().get(path, headers={'host': 'localhost'}).status_code for path in paths})"
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """The databases of all states on this engine, and their pictures."""
    place = tmp_path_factory.mktemp("upgrades")
    with tarfile.open(KEPT / f"{connection.vendor}.tar.xz") as tar:
        tar.extractall(place, filter="data")
    with tarfile.open(KEPT / "sqlite.tar.xz") as tar:
        pictures = [member for member in tar if member.name.startswith("images/")]
        tar.extractall(place, members=pictures, filter="data")
    return place


def load(kept: Path, state: str, url: str) -> None:
    if connection.vendor == "sqlite":
        Path(url.removeprefix("sqlite:///")).write_bytes((kept / f"{state}.sqlite3").read_bytes())
        return
    command = [TOOLS / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--file"]
    command += [kept / f"{state}.sql", url]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def read(url: str, statement: str) -> list[tuple]:
    """What a database says, read with SQL alone."""
    if connection.vendor == "sqlite":
        opened = sqlite3.connect(url.removeprefix("sqlite:///"))
    else:
        opened = psycopg2.connect(url)
    cursor = opened.cursor()
    cursor.execute(statement)
    rows = cursor.fetchall()
    opened.close()
    return rows


@pytest.mark.parametrize("state", CHOSEN)
def test_a_site_of_an_earlier_build_comes_forward_with_every_word_and_its_ledger(
    state, kept, tmp_path, monkeypatch
):
    storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
    monkeypatch.setenv("STATICFILES_STORAGE", storage)
    with create_empty_database(tmp_path) as url:
        load(kept, state, url)
        before = read(url, TEXTS_SQL), read(url, PUBLIC_SQL)
        assert len(before[0]) > len(before[1]) >= 3
        how = {"url": url, "images": kept / "images"}
        run_successfully("migrate", **how)
        assert (read(url, TEXTS_SQL), read(url, PUBLIC_SQL)) == before
        assert "The ledger is whole" in run_successfully("verify_ledger", **how)
        assert run_successfully("shell", "-c", SCRIPT, **how).splitlines()[-1] == "{200}"
        assert "No migrations to apply" in run_manage_command("migrate", **how).stdout
