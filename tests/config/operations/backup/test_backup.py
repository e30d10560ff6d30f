"""Backups on both engines: made while people work, brought back where nothing is, and proven."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection

from reviews import verification
from tests import factories, files
from tests.files import (
    ROOT,
    build_environment,
    create_empty_database,
    run_expecting_failure,
    run_manage_command,
    run_successfully,
)

pytestmark = pytest.mark.usefixtures("transactional_db")
# Restores a backup, and is killed by the system when the database is about to be put in its place.
KILLED_PROGRAM = """
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
def empty_target(tmp_path):
    with create_empty_database(tmp_path) as url:
        yield {"url": url, "images": tmp_path / "pictures"}


@pytest.fixture
def migrated_target(tmp_path):
    with create_empty_database(tmp_path, migrated=True) as url:
        yield {"url": url, "images": tmp_path / "pictures"}


@pytest.fixture(scope="module")
def kept_backup(tmp_path_factory) -> Path:
    """Where the backup of the story is kept from the first test to the last."""
    return tmp_path_factory.mktemp("kept") / "backup"


@pytest.fixture
def backup(lived, kept_backup, tmp_path) -> Path:
    """A backup of the site as it is; a copy, which may be spoiled."""
    if not kept_backup.exists():
        run_successfully("backup", kept_backup)
    return shutil.copytree(kept_backup, tmp_path / "backup")


def read_head() -> str:
    sequence, tip = verification.get_head()
    return f"{sequence}:{tip}"


def test_a_backup_comes_back_with_its_ledger_and_all_else_and_goes_on(
    lived, empty_target, tmp_path
):
    before = files.export_archive(tmp_path / "before")
    assert read_head() in run_successfully("backup", tmp_path / "backup")
    output = run_successfully("restore", tmp_path / "backup", **empty_target)
    assert "The ledger is whole, and it is the one that the backup names." in output
    assert read_head() in output
    assert "The ledger is whole." in run_successfully(
        "verify_ledger", "--head", read_head(), **empty_target
    )
    run_successfully("export_archive", tmp_path / "after", "--with-private", **empty_target)
    assert files.read_files(tmp_path / "after") == before
    assert "No migrations to apply" in run_successfully("migrate", **empty_target)
    script = (
        "from django.contrib.auth.models import User; User.objects.create_user('new');"
        " print('made')"
    )
    assert "made" in run_successfully("shell", "-c", script, **empty_target)


def test_a_backup_is_of_one_moment_while_people_write_and_sign(
    lived, ann, ravi, empty_target, tmp_path
):
    stop, begun = Event(), Event()

    def work():
        number = 0
        while not stop.is_set():
            number += 1
            page = factories.make_symptom(ann, slug=f"ache-{number}", title=f"Ache {number}")
            factories.sign_page(page, by=ravi, asked_by=ann)
            begun.set()
        connection.close()

    working = Thread(target=work)
    working.start()
    try:
        assert begun.wait(120)
        kept = run_successfully("backup", tmp_path / "backup")
    finally:
        stop.set()
        working.join()
    then = re.search(r"\d+:[0-9a-f]{64}", kept)[0]
    assert int(then.partition(":")[0]) < verification.get_head()[0]
    assert then in run_successfully("restore", tmp_path / "backup", **empty_target)


def test_a_database_with_tables_is_never_written_over(backup, migrated_target, tmp_path):
    before = files.export_archive(tmp_path / "before")
    assert "tables already" in run_expecting_failure("restore", backup)
    assert files.export_archive(tmp_path / "after") == before
    assert f"verify_ledger --head {read_head()}" in run_expecting_failure(
        "restore", backup, **migrated_target
    )


def test_a_restore_that_was_killed_is_done_again(backup, empty_target, tmp_path):
    (tmp_path / "killed.py").write_text(KILLED_PROGRAM)
    known = {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"}
    died = subprocess.run(
        [sys.executable, tmp_path / "killed.py", backup],
        env=os.environ | known | build_environment(**empty_target),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert read_head() in run_successfully("restore", backup, **empty_target)


def corrupt_file(place, **facts) -> None:
    output = json.loads((place / "manifest.json").read_bytes()) | facts
    (place / "manifest.json").write_text(json.dumps(output))


@pytest.mark.sqlite  # files are read before any database
def test_a_backup_that_is_not_whole_is_refused(backup, empty_target):
    place = backup
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    copy = next(path for path in place.iterdir() if path.is_file() and path.name != "manifest.json")
    whole, listed = copy.read_bytes(), json.loads((place / "manifest.json").read_bytes())
    corrupt_file(place, engine=other)
    assert "use export_archive and import_archive" in run_expecting_failure(
        "restore", place, **empty_target
    )
    corrupt_file(place, **listed | {"schema": {}})
    assert "Bring it back with build" in run_expecting_failure("restore", place, **empty_target)
    corrupt_file(place, **listed | {"files": listed["files"] | {"images/../x": {}}})
    assert "which no backup has" in run_expecting_failure("restore", place, **empty_target)
    corrupt_file(place, **listed)
    copy.write_bytes(whole[:-100])
    assert f"{copy.name}: it is not the file that the manifest lists" in run_expecting_failure(
        "restore", place, **empty_target
    )
    copy.write_bytes(whole)
    (place / "manifest.json").unlink()
    assert "it is not a whole backup" in run_expecting_failure("restore", place, **empty_target)
    assert not empty_target["images"].exists()


def test_a_backup_with_another_head_than_its_own_is_told(backup, empty_target):
    corrupt_file(backup, head={"sequence": 1, "hash": "0" * 64})
    assert "the backup names another head" in run_expecting_failure(
        "restore", backup, **empty_target
    )


@pytest.mark.sqlite
def test_a_place_that_is_taken_is_left_alone(lived, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("Mine.")
    assert "is there already" in run_expecting_failure("backup", tmp_path / "taken")
    assert files.read_files(tmp_path / "taken") == {"letter.txt": b"Mine."}


@pytest.mark.postgresql
def test_a_missing_tool_is_named(lived, tmp_path):
    ran = run_manage_command("backup", tmp_path / "backup", "--pg-bin", tmp_path)
    assert "pg_dump was not found" in ran.stderr
    assert not (tmp_path / "backup").exists()


@pytest.mark.sqlite
def test_a_log_of_a_database_that_is_gone_is_not_taken_up(backup, tmp_path):
    (tmp_path / "new.sqlite3-wal").write_bytes(b"of another database")
    output = run_expecting_failure(
        "restore",
        backup,
        url=f"sqlite:///{tmp_path}/new.sqlite3",
        images=tmp_path / "pictures",
    )
    assert "new.sqlite3-wal is there" in output
