"""How each engine hands out a copy of itself, and takes one: by its own tool, at one moment, whole or not at all."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from config.archive.folder import Refused, remember, settle

# What the tools of PostgreSQL read from the environment, so that no password stands in a list of processes.
SAID = {
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
class Engine:
    """``file``: what a copy is called. ``dump`` writes one in a moment that is held; ``why_not`` says what stands in
    the way of bringing one back, ``load`` brings it. Tools of PostgreSQL are looked for in ``bin``, or on the path."""

    file: str
    dump: Callable[[Path, str], None]
    why_not: Callable[[], str]
    load: Callable[[Path, str], None]


def here() -> Engine:
    return ENGINES[connection.vendor]


def _dump_sqlite(path: Path, bin: str) -> None:
    """SQLite's own way: a page at a time from under whoever writes, as it was at the beginning."""
    copy = sqlite3.connect(path)
    try:
        connection.connection.backup(copy)
    finally:
        copy.close()


def _place() -> Path:
    return Path(connection.settings_dict["NAME"])


def _why_not_sqlite() -> str:
    place = _place()
    if place.exists() and _tables(place):
        return f"{place} has tables already. Name a file that is not there yet in DATABASE_URL."
    log = place.with_name(f"{place.name}-wal")
    if log.exists():
        return f"{log} is there: somebody uses {place}, or did. Stop the site, and move both files elsewhere."
    return ""


def _tables(place: Path) -> int:
    looked = sqlite3.connect(place)
    try:
        return looked.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.DatabaseError:
        return 1  # something, and no database of ours
    finally:
        looked.close()


def _load_sqlite(path: Path, bin: str) -> None:
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.part")
    with path.open("rb") as source, draft.open("wb") as file:
        shutil.copyfileobj(source, file)
        settle(file)
    os.replace(draft, place)
    remember(place.parent)


def _dump_postgresql(path: Path, bin: str) -> None:
    """``pg_dump``, of the very moment that the transaction around this sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
    _run(bin, "pg_dump", "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-acl", f"--file={path}")


def _why_not_postgresql() -> str:
    tables = connection.introspection.table_names()
    connection.close()
    return f"The database has {len(tables)} tables already. Make an empty one (createdb) for it." if tables else ""


def _load_postgresql(path: Path, bin: str) -> None:
    name = connection.get_connection_params().get("dbname", "")
    how = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl")
    _run(bin, "pg_restore", *how, f"--dbname={name}", str(path))


def _run(bin: str, tool: str, *arguments: str) -> None:
    found = shutil.which(tool, path=bin or None)
    if found is None:
        raise Refused(f"{tool} was not found. It comes with PostgreSQL’s client; say --pg-bin where it is.")
    known = connection.get_connection_params()
    environment = os.environ | {SAID[name]: str(value) for name, value in known.items() if name in SAID}
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise Refused(f"{tool} says: {done.stderr.strip()}")


ENGINES = {
    "sqlite": Engine("db.sqlite3", _dump_sqlite, _why_not_sqlite, _load_sqlite),
    "postgresql": Engine("database.dump", _dump_postgresql, _why_not_postgresql, _load_postgresql),
}
