"""An import that is killed leaves all or nothing, or chunks that a second run completes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from articles.models import Article, ExternalId, ImportRun, Revision
from symptoms.models import Cause
from tests.database import disable_triggers

ROOT = Path(__file__).resolve().parents[3]
# Imports a file, and is killed when it is about to send the database so many statements.
KILLED_PROGRAM = """
import os, signal, sys
from django.conf import settings

database, file, chunk, moment = sys.argv[1:]
settings.DATABASES["default"]["NAME"] = database
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from articles.imports import pipeline

sent, writing = 0, False

def kill_at_moment(execute, sql, params, many, context):
    global sent
    sent += writing
    if sent == int(moment):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

apply = pipeline.apply

def apply_and_count(*args, **options):
    global writing
    writing = True
    return apply(*args, **options)

pipeline.apply = apply_and_count
with connection.execute_wrapper(kill_at_moment):
    call_command(
        "import_content",
        file,
        source="test",
        by="morgan",
        apply=True,
        chunk=int(chunk),
        no_progress=True,
    )
"""


@pytest.fixture
def file(transactional_db, tmp_path, morgan) -> Path:
    """Causes, symptoms that name each other and them, and articles."""
    records = [
        {"type": "cause", "id": f"C:{number}", "name": f"Cause {number}"} for number in range(6)
    ]
    records += [
        {
            "type": "symptom",
            "id": f"S:{number}",
            "title": f"Ache {number}",
            "body": "<p>It hurts.</p>",
            "tags": ["pain"],
            "causes": [{"cause": f"C:{(number + step) % 6}"} for step in range(3)],
            "related": [{"symptom": f"S:{(number + 1) % 9}", "system": "skin"}],
        }
        for number in range(9)
    ]
    records += [
        {"type": "article", "id": f"A:{n}", "title": "Care", "body": "<p>Rest.</p>"}
        for n in range(5)
    ]
    records += [{"type": "retired", "id": "S:99", "title": "Old ache", "replaced_by": "S:3"}]
    path = tmp_path / "records.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def run_killed(moment: int, file: Path, chunk: int) -> bool:
    """Whether the import was still writing at that moment."""
    arguments = [connection.settings_dict["NAME"], str(file), str(chunk), str(moment)]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", KILLED_PROGRAM, *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode != 0


def run_import(file: Path) -> None:
    call_command(
        "import_content",
        str(file),
        source="test",
        by="morgan",
        apply=True,
        chunk=2,
        no_progress=True,
    )


def read_state(tmp_path: Path) -> tuple[bytes, list]:
    """An export of the working copies, and which texts were frozen of each page."""
    out = tmp_path / "out.jsonl"
    call_command("export_content", str(out), "--no-progress")
    frozen = Revision.objects.order_by("article__uuid", "number").values_list(
        "article__uuid", "number", "digest"
    )
    return out.read_bytes(), list(frozen)


@pytest.mark.parametrize("moment", [5, 40])
def test_an_import_in_one_transaction_that_is_killed_leaves_nothing(file, moment):
    assert run_killed(moment, file, chunk=0)
    for model in (Article, Cause, ExternalId, Revision):
        assert not model.objects.exists()


@pytest.mark.parametrize("moment", [12, 60, 110])
def test_an_import_in_chunks_that_is_killed_is_taken_up_and_ends_as_if_nothing_had_been(
    file, tmp_path, moment
):
    assert run_killed(moment, file, chunk=2)
    assert not ImportRun.objects.get().finished_at
    run_import(file)
    after_kill = read_state(tmp_path)
    run = ImportRun.objects.get()
    assert run.finished_at
    assert run.counts["symptom new"] == 9
    assert len(after_kill[1]) == 14

    with disable_triggers():
        call_command("flush", interactive=False, verbosity=0)
    User.objects.create_superuser("morgan", first_name="Morgan", last_name="Mill")
    run_import(file)
    assert read_state(tmp_path) == after_kill
