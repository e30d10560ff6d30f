"""Kill real processes over a real database at random, and look what is left.

    python -m benchmarks.kills [ROUNDS] [SIGNATURES] [SEED]

kills each action of ``tests/kills.py`` so many times (20), and signatures and withdrawals, which
are the publications, 50 times each. Prints what had been done when it was killed, and each fault.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg2

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - models need the settings first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from tests import factories, kills  # noqa: E402
from tests.servers import postgresql  # noqa: E402

ROUNDS, PUBLICATIONS, SEED = 20, 50, 19


def main(rounds: int = ROUNDS, publications: int = PUBLICATIONS, seed: int = SEED) -> None:
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        run_engine(f"sqlite:///{directory}/db.sqlite3", rounds, publications, seed)
    with postgresql() as url:
        run_engine(url, rounds, publications, seed)


def run_engine(url: str, *numbers: int) -> None:
    """In a process of its own, as settings are read once."""
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        own = {
            "DATABASE_URL": url,
            "IMAGES_ROOT": f"{directory}/images",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
            "EMAIL_URL": "memorymail://",
            "PAGE_STORE": "off",
        }
        values = [directory, *map(str, numbers)]
        command = [sys.executable, "-m", "benchmarks.kills", "engine", *values]
        subprocess.run(command, env=os.environ | own, check=True)


def kill_all(directory: Path, rounds: int, publications: int, seed: int) -> None:
    settings.STATIC_ROOT = settings.BASE_DIR / "static"
    call_command("migrate", verbosity=0)
    template = take_template(directory)
    people = ("ann", "ravi", "fiona", "morgan", "olga")
    factories.make_site_history(*map(factories.get_person, people))
    killer = kills.Killer(directory, lambda migrated: make_database(template, migrated), seed)
    shown = 0
    for action in kills.ACTIONS:
        begun = time.monotonic()
        try:
            killer.run(action, publications if action in ("sign", "withdraw") else rounds)
        except Exception as error:
            killer.faults.append(f"{action} could not be tried: {error!r}")
        found = {key[1]: number for key, number in killer.counts.items() if key[0] == action}
        print(*killer.faults, sep="\n", end="\n" if killer.faults else "", flush=True)
        shown, killer.faults = shown + len(killer.faults), []
        seconds = time.monotonic() - begun
        print(connection.vendor, action, found, f"{seconds:.0f} s", flush=True)
    print(connection.vendor, "faults:", shown, flush=True)


def take_template(directory: Path) -> str:
    """The database as ``migrate`` left it, to be copied: a file, or the URL of a server's."""
    connection.close()
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite"):
        return str(shutil.copyfile(url.removeprefix("sqlite:///"), directory / "template"))
    execute(url.replace("/postgres?", "/template1?"), "CREATE DATABASE kept TEMPLATE postgres")
    return url.replace("/postgres?", "/kept?")


@contextmanager
def make_database(template: str, migrated: bool) -> Iterator[str]:
    """The URL of a database that is empty, or as ``migrate`` leaves it; gone afterwards."""
    name = f"target_{uuid.uuid4().hex}"
    if not template.startswith("postgres"):
        place = Path(template).with_name(name)
        if migrated:
            shutil.copyfile(template, place)
        yield f"sqlite:///{place}"
        for path in place.parent.glob(f"{name}*"):
            path.unlink()
        return
    server = template.replace("/kept?", "/postgres?")
    execute(server, f"CREATE DATABASE {name} TEMPLATE {'kept' if migrated else 'template0'}")
    yield server.replace("/postgres?", f"/{name}?")
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def execute(url: str, statement: str) -> None:
    opened = psycopg2.connect(url)
    opened.autocommit = True
    opened.cursor().execute(statement)
    opened.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["engine"]:
        kill_all(Path(sys.argv[2]), *map(int, sys.argv[3:]))
    else:
        main(*map(int, sys.argv[1:]))
