"""Backups on both engines: made while people work, brought back where nothing is, and proven."""

import json
import os
import re
import signal
import subprocess
import sys
from threading import Event, Thread

import pytest
from django.db import connection

from reviews import verification
from tests import archives, lives, stories
from tests.backups import ROOT, done, manage, nothing_yet, places, refused

pytestmark = pytest.mark.usefixtures("transactional_db")
# Restores a backup, and is killed by the system when the database is about to be put in its place.
KILLED = """
import os, signal, subprocess, sys
import django
django.setup()
from django.core.management import call_command

def killed(*values, **named):
    os.kill(os.getpid(), signal.SIGKILL)

os.replace = subprocess.run = killed
call_command("restore", sys.argv[1], no_progress=True)
"""


@pytest.fixture
def lived(ann, ravi, fiona, morgan, olga):
    lives.live_through(ann, ravi, fiona, morgan, olga)


@pytest.fixture
def nowhere(tmp_path):
    with nothing_yet(tmp_path) as url:
        yield {"url": url, "images": tmp_path / "pictures"}


def head() -> str:
    sequence, tip = verification.head()
    return f"{sequence}:{tip}"


def test_a_backup_comes_back_with_its_ledger_and_all_else(lived, nowhere, tmp_path):
    before = archives.export(tmp_path / "before")
    assert head() in done("backup", tmp_path / "backup")
    said = done("restore", tmp_path / "backup", **nowhere)
    assert "The ledger is whole, and it is the one that the backup names." in said
    assert head() in said
    assert "The ledger is whole." in done("verify_ledger", "--head", head(), **nowhere)
    done("export_archive", tmp_path / "after", "--with-private", **nowhere)
    assert archives.files(tmp_path / "after") == before


def test_a_backup_is_of_one_moment_while_people_write_and_sign(lived, ann, ravi, nowhere, tmp_path):
    stop, begun = Event(), Event()

    def work():
        number = 0
        while not stop.is_set():
            number += 1
            page = stories.write_symptom(ann, slug=f"ache-{number}", title=f"Ache {number}")
            stories.sign(page, by=ravi, asked_by=ann)
            begun.set()
        connection.close()

    working = Thread(target=work)
    working.start()
    try:
        assert begun.wait(120)
        kept = done("backup", tmp_path / "backup")
    finally:
        stop.set()
        working.join()
    then = re.search(r"\d+:[0-9a-f]{64}", kept)[0]
    assert int(then.partition(":")[0]) < verification.head()[0]
    assert then in done("restore", tmp_path / "backup", **nowhere)


def test_a_restored_site_goes_on(lived, nowhere, tmp_path):
    done("backup", tmp_path / "backup")
    done("restore", tmp_path / "backup", **nowhere)
    assert "No migrations to apply" in done("migrate", **nowhere)
    script = "from django.contrib.auth.models import User; User.objects.create_user('new'); print('made')"
    assert "made" in done("shell", "-c", script, **nowhere)


def test_a_database_with_tables_is_never_written_over(lived, nowhere, tmp_path):
    before = archives.export(tmp_path / "before")
    done("backup", tmp_path / "backup")
    assert "tables already" in refused("restore", tmp_path / "backup")
    assert archives.export(tmp_path / "after") == before
    done("migrate", **nowhere)
    assert f"verify_ledger --head {head()}" in refused("restore", tmp_path / "backup", **nowhere)


def test_a_restore_that_was_killed_is_done_again(lived, nowhere, tmp_path):
    done("backup", tmp_path / "backup")
    (tmp_path / "killed.py").write_text(KILLED)
    known = {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"}
    died = subprocess.run(
        [sys.executable, tmp_path / "killed.py", tmp_path / "backup"],
        env=os.environ | known | places(**nowhere),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert head() in done("restore", tmp_path / "backup", **nowhere)


def alter(place, **facts) -> None:
    said = json.loads((place / "manifest.json").read_bytes()) | facts
    (place / "manifest.json").write_text(json.dumps(said))


def test_a_backup_that_is_not_whole_is_refused(lived, nowhere, tmp_path):
    place = tmp_path / "backup"
    done("backup", place)
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    copy = next(path for path in place.iterdir() if path.is_file() and path.name != "manifest.json")
    whole, listed = copy.read_bytes(), json.loads((place / "manifest.json").read_bytes())
    alter(place, engine=other)
    assert "use export_archive and import_archive" in refused("restore", place, **nowhere)
    alter(place, **listed | {"schema": {}})
    assert "Bring it back with build" in refused("restore", place, **nowhere)
    alter(place, **listed | {"files": listed["files"] | {"images/../x": {}}})
    assert "which no backup has" in refused("restore", place, **nowhere)
    alter(place, **listed)
    copy.write_bytes(whole[:-100])
    assert f"{copy.name}: it is not the file that the manifest lists" in refused("restore", place, **nowhere)
    copy.write_bytes(whole)
    (place / "manifest.json").unlink()
    assert "it is not a whole backup" in refused("restore", place, **nowhere)
    assert not nowhere["images"].exists()


def test_a_backup_with_another_head_than_its_own_is_told(lived, nowhere, tmp_path):
    done("backup", tmp_path / "backup")
    alter(tmp_path / "backup", head={"sequence": 1, "hash": "0" * 64})
    assert "the backup names another head" in refused("restore", tmp_path / "backup", **nowhere)


def test_a_place_that_is_taken_is_left_alone(lived, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("Mine.")
    assert "is there already" in refused("backup", tmp_path / "taken")
    assert archives.files(tmp_path / "taken") == {"letter.txt": b"Mine."}


@pytest.mark.postgresql
def test_a_missing_tool_is_named(lived, tmp_path):
    ran = manage("backup", tmp_path / "backup", "--pg-bin", tmp_path)
    assert "pg_dump was not found" in ran.stderr
    assert not (tmp_path / "backup").exists()


@pytest.mark.sqlite
def test_a_log_of_a_database_that_is_gone_is_not_taken_up(lived, tmp_path):
    done("backup", tmp_path / "backup")
    (tmp_path / "new.sqlite3-wal").write_bytes(b"of another database")
    said = refused(
        "restore", tmp_path / "backup", url=f"sqlite:///{tmp_path}/new.sqlite3", images=tmp_path / "pictures"
    )
    assert "new.sqlite3-wal is there" in said
