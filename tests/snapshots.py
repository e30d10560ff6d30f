"""The database of the tests: migrated once, and copied from then on.

A migrated database is kept as a template, under a digest of everything that can make another one of
it. Each worker starts with a copy, and a test that commits gives the database back as it was
(``Snapshot.restore``) in place of emptying it. Files of SQLite are kept from run to run in pytest's
cache, a template of PostgreSQL as long as its server lives.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

ROOT = Path(__file__).resolve().parent.parent
APPS = ("articles", "config", "reviews", "symptoms")
PREFIX = "countersign_migrated_"
_taken: set[str] = set()  # databases of PostgreSQL that go with the one of these tests
_templates: list[
    str
] = []  # the migrated file or database that the one of these tests was copied of


def compute_key() -> str:
    """Differs when a migration, a model, a trigger or a package differs, or any other line of ours
    or of the lock: a template that is out of date would hide what a migration does. MIGRATED_KEY
    is for programs that know better (tests/mutations.py).
    """
    if known := os.environ.get("MIGRATED_KEY"):
        return known
    files = [ROOT / "requirements-dev.txt"]
    for app in APPS:
        files += sorted((ROOT / app).rglob("*.py"))
    key = hashlib.sha256(f"{platform.python_version()} {sqlite3.sqlite_version}".encode())
    for file in files:
        key.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return key.hexdigest()[:24]


class Snapshot:
    """The whole database as it was at one moment."""

    def restore(self) -> None:
        """Make the database what it was, whoever is connected to it, and forget what Django knows
        of its rows.
        """
        raise NotImplementedError


class SqliteSnapshot(Snapshot):
    def __init__(self, source: sqlite3.Connection):
        self._copy = sqlite3.connect(":memory:", check_same_thread=False)
        source.backup(self._copy)

    def restore(self) -> None:
        connections.close_all()
        connection.ensure_connection()
        self._copy.backup(connection.connection)
        ContentType.objects.clear_cache()


class PostgresqlSnapshot(Snapshot):
    def __init__(self, database: str):
        self._database = database

    def restore(self) -> None:
        _copy_on_server(self._database, connection.settings_dict["NAME"])
        ContentType.objects.clear_cache()


def take(name: str) -> Snapshot:
    """The database as it is now; ``name`` tells this moment from others of a run."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return SqliteSnapshot(connection.connection)
    here = connection.settings_dict["NAME"]
    copy = f"{here}_{name}"
    _copy_on_server(here, copy)
    _taken.add(copy)
    return PostgresqlSnapshot(copy)


class Scenes:
    """What takes long to build, kept from its first use to the end of the run: rows and pictures.

    Days are counted from today, so what was built yesterday is built again.
    """

    def __init__(self):
        self._kept: dict[tuple, tuple[Snapshot, dict[str, bytes]]] = {}

    def set(self, name: str, build: Callable[[], object]) -> None:
        """Put what ``build`` makes in the place of all that the database has."""
        key = name, timezone.localdate()
        images = Path(storages["images"].location)
        if key not in self._kept:
            build()
            files = {path.name: path.read_bytes() for path in images.glob("*") if path.is_file()}
            self._kept[key] = take(name), files
            return
        snapshot, files = self._kept[key]
        snapshot.restore()
        images.mkdir(exist_ok=True)
        for file, data in files.items():
            (images / file).write_bytes(data)


def create_database(cache: Path) -> Snapshot:
    """Make the database of these tests, or of this worker, as ``migrate`` leaves it. Django's
    connection leads there from now on.
    """
    name = connection.creation._get_test_db_name()
    if connection.vendor == "sqlite":
        template = _get_migrated_file(cache)
        _templates.append(str(template))
        remove_files(Path(name))
        shutil.copyfile(template, name)
        connect_to(name)
        connection.ensure_connection()
        return SqliteSnapshot(connection.connection)
    template = _get_migrated_database()
    _templates.append(template)
    _copy_on_server(template, name)
    connect_to(name)
    return PostgresqlSnapshot(template)


def get_template() -> str:
    """What ``migrate`` made: a file of SQLite, or the name of a database of PostgreSQL."""
    return _templates[-1]


def drop_database() -> None:
    """Remove the database of this worker, with what was taken of it."""
    name = connection.settings_dict["NAME"]
    connections.close_all()
    if connection.vendor == "sqlite":
        remove_files(Path(name))
        return
    with connection.creation._nodb_cursor() as cursor:
        for database in (name, *_taken):
            cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def connect_to(name: str) -> None:
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = str(name)


def remove_files(database: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)


def _migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    call_command("createcachetable")
    connections.close_all()


def get_kept_file(cache: Path) -> Path:
    """Where the migrated database of SQLite is kept, or will be."""
    return cache / f"{compute_key()}.sqlite3"


def _get_migrated_file(cache: Path) -> Path:
    """The kept file; older ones are removed. Other workers wait for the one that makes it."""
    kept = get_kept_file(cache)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for older in cache.glob("*.sqlite3*"):
                remove_files(older)
            unfinished = cache / "unfinished"
            remove_files(unfinished)
            connect_to(unfinished)
            _migrate()
            unfinished.rename(kept)
    return kept


def _get_migrated_database() -> str:
    """The name of the kept database; older ones are dropped. Other workers wait."""
    kept = PREFIX + compute_key()
    unfinished = f"{PREFIX}unfinished"
    with _locked_server() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        found = {name for (name,) in cursor.fetchall()}
        if kept not in found:
            for older in found:
                cursor.execute(f"DROP DATABASE {older} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {unfinished}")
            connect_to(unfinished)
            _migrate()
            cursor.execute(f"ALTER DATABASE {unfinished} RENAME TO {kept}")
    return kept


@contextmanager
def _locked_server() -> Iterator:
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [PREFIX])
        yield cursor


def _copy_on_server(source: str, target: str) -> None:
    """Copy a database of PostgreSQL whole: rows, sequences, triggers and functions."""
    connections.close_all()
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {target} TEMPLATE {source}")
