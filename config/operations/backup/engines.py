"""How each engine dumps and loads a copy of itself.

By its own tool, of one moment, whole or not at all.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from articles.whole_files import clear_unfinished, write_whole_file
from config.operations.archive.folder import CannotRunOperation

# What the tools of PostgreSQL read from the environment, so that no password stands in a list of
# processes.
PG_ENVIRONMENT = {
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
}


@dataclass(frozen=True)
class BackupEngine:
    """``file`` is the name of a copy. ``dump`` writes one of a single moment, ``find_obstacle``
    gives what prevents loading one, ``load`` loads it. PostgreSQL's tools are looked for in
    ``bin``, or on the path.
    """

    file: str
    dump: Callable[[Path, str], None]
    find_obstacle: Callable[[], str]
    load: Callable[[Path, str], None]


def get_engine() -> BackupEngine:
    return ENGINES[connection.vendor]


def _dump_sqlite(path: Path, bin_directory: str) -> None:
    """SQLite's own backup: page by page while others write, as the database was at the
    beginning.
    """
    copy = sqlite3.connect(path)
    try:
        connection.connection.backup(copy)
    except sqlite3.OperationalError as error:
        raise CannotRunOperation(
            f"{path.name} cannot be written ({error}). Is the disk full? Nothing was kept."
        ) from error
    finally:
        copy.close()


def _get_database_path() -> Path:
    return Path(connection.settings_dict["NAME"])


def _find_sqlite_obstacle() -> str:
    place = _get_database_path()
    if place.exists() and _count_tables(place):
        return f"{place} has tables already. Name a file that is not there yet in DATABASE_URL."
    log = place.with_name(f"{place.name}-wal")
    if log.exists():
        return (
            f"{log} is there: somebody uses {place}, or did. Stop the site, and move both files"
            " elsewhere."
        )
    return ""


def _count_tables(path: Path) -> int:
    looked = sqlite3.connect(path)
    try:
        return looked.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.DatabaseError:
        return 1  # something, and no database of ours
    finally:
        looked.close()


def _load_sqlite(path: Path, bin_directory: str) -> None:
    place = _get_database_path()
    place.parent.mkdir(parents=True, exist_ok=True)
    clear_unfinished(place.parent)
    with path.open("rb") as source, write_whole_file(place, replace=True) as file:
        shutil.copyfileobj(source, file)


def _dump_postgresql(path: Path, bin_directory: str) -> None:
    """``pg_dump``, of the snapshot that the surrounding transaction sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
    _run_tool(
        bin_directory,
        "pg_dump",
        "--format=custom",
        f"--snapshot={snapshot}",
        "--no-owner",
        "--no-acl",
        f"--file={path}",
    )


def _find_postgresql_obstacle() -> str:
    tables = connection.introspection.table_names()
    connection.close()
    return (
        f"The database has {len(tables)} tables already. Make an empty one (createdb) for it."
        if tables
        else ""
    )


def _load_postgresql(path: Path, bin_directory: str) -> None:
    name = connection.get_connection_params().get("dbname", "")
    how = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl")
    _run_tool(bin_directory, "pg_restore", *how, f"--dbname={name}", str(path))


def _run_tool(bin_directory: str, tool: str, *arguments: str) -> None:
    found = shutil.which(tool, path=bin_directory or None)
    if found is None:
        raise CannotRunOperation(
            f"{tool} was not found. It comes with PostgreSQL’s client; say --pg-bin where it is."
        )
    known = connection.get_connection_params()
    environment = os.environ | {
        PG_ENVIRONMENT[name]: str(value) for name, value in known.items() if name in PG_ENVIRONMENT
    }
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True)  # noqa: S603
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        raise CannotRunOperation(f"{tool} was stopped ({name}). Nothing was kept.")
    if done.returncode:
        raise CannotRunOperation(f"{tool} says: {done.stderr.strip()}")


ENGINES = {
    "sqlite": BackupEngine("db.sqlite3", _dump_sqlite, _find_sqlite_obstacle, _load_sqlite),
    "postgresql": BackupEngine(
        "database.dump", _dump_postgresql, _find_postgresql_obstacle, _load_postgresql
    ),
}
