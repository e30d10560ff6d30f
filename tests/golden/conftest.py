"""The kept site as this build has it: each way in is taken once, in a process of its own."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from tests.files import create_empty_database
from tests.golden import runs
from tests.servers import get_database_url


def server() -> str:
    """The URL of the PostgreSQL server that these tests run on; empty on SQLite."""
    if connection.vendor == "sqlite":
        return ""
    name = connection.settings_dict["NAME"]
    return get_database_url(connection).replace(f"/{name}?", "/postgres?")


class Ways:
    """What became of each way. One that failed raises where it is asked for, and only there."""

    def __init__(self, work: Path, runs: dict[str, Future]):
        self.work, self._runs = work, runs

    def __getitem__(self, way: str) -> dict:
        return self._runs[way].result()


@pytest.fixture(scope="session")
def ways(tmp_path_factory, migrated, django_db_blocker) -> Ways:
    work, where = tmp_path_factory.mktemp("golden"), server()
    with (
        django_db_blocker.unblock(),
        create_empty_database(work, migrated=True) as empty,
        ThreadPoolExecutor(2) as both,
    ):
        database = both.submit(runs.forward, work / "database", where)
        archive = both.submit(runs.imported, work / "archive", empty, rows=bool(where))
    return Ways(work, {"database": database, "archive": archive})


@pytest.fixture(params=["database", "archive"])
def site(request, ways) -> dict:
    """What this build makes of the kept site: a database migrated, or an archive imported."""
    return ways[request.param]


@pytest.fixture(params=["database", pytest.param("archive", marks=pytest.mark.sqlite)])
def whole_site(request, ways) -> dict:
    """The same with its pages. On PostgreSQL those of the database: both ways store the same."""
    return ways[request.param]


@pytest.fixture
def database(ways) -> dict:
    """The same of the database alone: what no archive holds, and what the program offers."""
    return ways["database"]


@pytest.fixture
def engine() -> str:
    return connection.vendor


@pytest.fixture(scope="session")
def older_archive(tmp_path_factory, migrated, django_db_blocker) -> dict:
    work = tmp_path_factory.mktemp("older")
    with django_db_blocker.unblock(), create_empty_database(work, migrated=True) as empty:
        return runs.imported(work / "archive", empty, runs.OLDER)


@pytest.fixture(scope="session")
def older_database(tmp_path_factory) -> dict:
    work = tmp_path_factory.mktemp("older") / "database"
    url = runs.unpack_database(work.with_suffix(".sqlite3"), runs.OLDER)
    return runs.observe(work, url=url, kept=runs.OLDER)
