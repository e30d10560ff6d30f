"""Archives under kills, races and people at work.

Whole or not there, and the same when it is done again.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.management import CommandError
from django.db import connection

from articles.models import Article
from config.operations.archive.folder import (
    IN_PROGRESS_MARKER,
    CannotRunOperation,
    clear_unfinished_directories,
    lock_directory,
    write_atomically,
)
from config.operations.archive.snapshot import read_snapshot
from tests import factories, files
from tests.database import run_concurrently

pytestmark = pytest.mark.usefixtures("transactional_db")
ROOT = Path(__file__).resolve().parents[4]
# Runs a command, and is killed by the system when it does something for the so-manieth time: a call
# of the system, or a statement that begins so.
KILLED_PROGRAM = """
import os, signal, sys
from django.conf import settings

database, images, command, place, moment, number = sys.argv[1:]
settings.DATABASES["default"]["NAME"] = database
settings.STORAGES["images"]["OPTIONS"]["location"] = images
import django
django.setup()
from django.core.management import call_command
from django.db import connection

left = int(number)

def count(*happened):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

def watched(call):
    def do(*values, **named):
        count()
        return call(*values, **named)
    return do

def statement(execute, sql, params, many, context):
    if sql.replace('"', "").startswith(moment):
        count()
    return execute(sql, params, many, context)

if hasattr(os, moment):
    setattr(os, moment, watched(getattr(os, moment)))
with connection.execute_wrapper(statement):
    options = {"with_private": True} if command == "export_archive" else {}
    call_command(command, place, no_progress=True, **options)
"""


def run_killed(tmp_path: Path, command: str, place: Path, moment: str, number: int) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED_PROGRAM)
    values = [
        connection.settings_dict["NAME"],
        storages["images"].location,
        command,
        place,
        moment,
        str(number),
    ]
    died = subprocess.run(
        [sys.executable, script, *values],
        env=os.environ | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr


def test_an_export_that_is_killed_leaves_no_archive(lived, tmp_path):
    before, place = files.export_archive(tmp_path / "before"), tmp_path / "archive"
    for moment, number in (("fsync", 2), ("fsync", 12), ("fsync", 21), ("rename", 1)):
        run_killed(tmp_path, "export_archive", place, moment, number)
        assert not place.exists()
        assert (tmp_path / ".archive.part").exists()
    assert files.export_archive(place) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "before", "killed.py"]


def test_what_an_export_left_half_written_is_not_taken_for_an_archive(lived, tmp_path):
    run_killed(tmp_path, "export_archive", tmp_path / "archive", "fsync", 21)
    half = tmp_path / ".archive.part"
    assert (half / IN_PROGRESS_MARKER).exists()
    with pytest.raises(CommandError, match="it is not a whole archive"):
        files.import_archive(half, dry_run=True)


def test_an_archive_that_was_moved_but_not_finished_is_no_archive(lived, tmp_path):
    place = tmp_path / "archive"
    run_killed(tmp_path, "export_archive", place, "unlink", 1)
    assert (place / "manifest.json").exists()
    with pytest.raises(CommandError, match="it is not a whole archive"):
        files.import_archive(place, dry_run=True)
    assert IN_PROGRESS_MARKER not in files.export_archive(place)


def test_what_a_run_to_another_place_left_is_deleted_by_the_next_one(lived, tmp_path):
    """As the nightly backup does, each under the name of its day."""
    run_killed(tmp_path, "export_archive", tmp_path / "monday", "fsync", 12)
    files.export_archive(tmp_path / "tuesday")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["killed.py", "tuesday"]


def test_what_only_looks_like_a_left_over_stays(lived, tmp_path):
    run_killed(tmp_path, "export_archive", tmp_path / "monday", "fsync", 12)
    left = tmp_path / ".monday.part"
    shutil.copytree(left, tmp_path / "copied")
    shutil.copytree(left, tmp_path / ".copied.part")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / IN_PROGRESS_MARKER).touch()
    (tmp_path / "linked").symlink_to(left, target_is_directory=True)
    (left / "letter.txt").write_text("Mine.")
    kept = {path.name: files.read_files(path) for path in tmp_path.iterdir() if path.is_dir()}
    files.export_archive(tmp_path / "tuesday")
    for name, contents in kept.items():
        assert files.read_files(tmp_path / name) == contents
    (left / "letter.txt").unlink()
    with lock_directory(left):
        assert clear_unfinished_directories(tmp_path) == []
    assert clear_unfinished_directories(tmp_path) == [left]
    assert not left.exists()
    assert (tmp_path / "copied").exists()


def write_where_somebody_writes(place: Path) -> None:
    with write_atomically(place):
        place.mkdir()
        (place / "letter.txt").write_text("Mine.")


def test_an_export_that_fails_leaves_nothing(lived, tmp_path):
    with pytest.raises(CannotRunOperation, match="there already"):
        write_where_somebody_writes(tmp_path / "archive")
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_an_import_that_is_killed_leaves_an_empty_database(lived, tmp_path):
    before = files.export_archive(tmp_path / "before")
    files.empty_database()
    moments = {"UPDATE articles_article": 1, "UPDATE articles_revision": 1}
    if connection.vendor == "sqlite":  # PostgreSQL takes rows by COPY, which no wrapper sees
        rows = ("articles_article", "reviews_signature", "articles_searchentry")
        moments |= {f"INSERT INTO {table} ": 1 for table in rows}
    for moment, number in moments.items():
        run_killed(tmp_path, "import_archive", tmp_path / "before", moment, number)
        assert not User.objects.exists()
    files.import_archive(tmp_path / "before")
    assert files.export_archive(tmp_path / "after") == before


def test_an_import_that_stops_half_way_leaves_no_picture(lived, tmp_path, settings):
    files.export_archive(tmp_path / "archive")
    files.empty_database()
    folder = tmp_path / "pictures"
    folder.mkdir()
    elsewhere = {"BACKEND": "articles.storage.ImageStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = settings.STORAGES | {"images": elsewhere}
    manifest = files.read_manifest(tmp_path / "archive")
    files.write_manifest(tmp_path / "archive", manifest | {"site_revision": 1})
    with pytest.raises(CommandError, match="site revision"):
        files.import_archive(tmp_path / "archive")
    assert list(folder.iterdir()) == []


def test_an_archive_is_of_one_moment_and_nobody_waits_for_it(lived, ann, ravi, tmp_path):
    quiet = files.export_archive(tmp_path / "quiet")

    def work():
        factories.sign_page(
            factories.make_symptom(ann, slug="late", title="Late"), by=ravi, asked_by=ann
        )

    with read_snapshot():
        before = Article.objects.count()
        assert run_concurrently(work) == [None]
        assert Article.objects.count() == before
    assert Article.objects.count() == before + 1
    assert files.export_archive(tmp_path / "later") != quiet


def test_a_place_that_is_taken_is_left_alone(lived, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("Mine.")
    with pytest.raises(CommandError, match="is there already"):
        files.export_archive(tmp_path / "taken")
    assert files.read_files(tmp_path / "taken") == {"letter.txt": b"Mine."}


def test_what_somebody_else_put_beside_it_is_left_alone(lived, tmp_path):
    beside = tmp_path / ".archive.part"
    beside.mkdir()
    (beside / "letter.txt").write_text("Mine.")
    with pytest.raises(CommandError, match="is in the way, and no run of this wrote all that"):
        files.export_archive(tmp_path / "archive")
    assert files.read_files(beside) == {"letter.txt": b"Mine."}


def test_two_runs_to_one_place_do_not_meet(lived, tmp_path):
    place = tmp_path / "archive"
    outcomes = run_concurrently(*(lambda: files.export_archive(place) for _ in range(2)))
    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(
        "Another run is at work" in str(error) or "is there already" in str(error)
        for error in errors
    )
    assert len(errors) == 1
    files.empty_database()
    files.import_archive(place)


def test_two_imports_at_once_bring_one_site(lived, tmp_path):
    before = files.export_archive(tmp_path / "before")
    files.empty_database()
    outcomes = run_concurrently(
        *(lambda: files.import_archive(tmp_path / "before") for _ in range(2))
    )
    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert ["is not empty" in str(error) for error in errors] == [True], outcomes
    assert files.export_archive(tmp_path / "after") == before
