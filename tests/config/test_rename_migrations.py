"""Models get other names, however the migrations are run, and everybody keeps their rights.

Each test migrates the database that this build wrote (``tests/fixtures/golden``), by ``manage.py``.
"""

import json
import lzma
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from config.operations.archive.versions import MODEL_VERBS, MODELS_RENAMED_IN_VERSION_2
from tests.golden import names, runs
from tests.golden.conftest import server

pytestmark = pytest.mark.django_db
HOLDERS_SQL = """
SELECT 'group ' || g.name, c.app_label, p.codename FROM auth_group g
JOIN auth_group_permissions held ON held.group_id = g.id
JOIN auth_permission p ON p.id = held.permission_id
JOIN django_content_type c ON c.id = p.content_type_id
UNION ALL
SELECT 'user ' || u.username, c.app_label, p.codename FROM auth_user u
JOIN auth_user_user_permissions held ON held.user_id = u.id
JOIN auth_permission p ON p.id = held.permission_id
JOIN django_content_type c ON c.id = p.content_type_id
"""
PERMISSIONS_SQL = """
SELECT c.app_label, p.codename, c.model FROM auth_permission p
JOIN django_content_type c ON c.id = p.content_type_id
"""
LOGGED_SQL = """
SELECT c.app_label, c.model, COUNT(*) FROM django_admin_log l
JOIN django_content_type c ON c.id = l.content_type_id GROUP BY c.app_label, c.model
"""
REFUSE_SQL = {
    "sqlite": [
        "CREATE TRIGGER crash BEFORE UPDATE ON auth_permission"
        " WHEN NEW.codename = 'view_ledgerentry'"
        " BEGIN SELECT RAISE(ABORT, 'the power went'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.codename = 'view_ledgerentry' THEN RAISE EXCEPTION 'the power went'; END IF;"
        " RETURN NEW; END $$",
        "CREATE TRIGGER crash BEFORE UPDATE ON auth_permission"
        " FOR EACH ROW EXECUTE FUNCTION crash()",
    ],
}
MEND_SQL = {
    "sqlite": ["DROP TRIGGER crash"],
    "postgresql": ["DROP TRIGGER crash ON auth_permission", "DROP FUNCTION crash"],
}


@dataclass(frozen=True)
class OlderSite:
    """A database of build 978f4c9."""

    url: str
    work: Path

    def query(self, statement: str) -> list[tuple]:
        with closing(self._connect()) as database, closing(database.cursor()) as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def execute(self, *statements: str) -> None:
        with closing(self._connect()) as database, closing(database.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)
            database.commit()

    def _connect(self):
        if self.url.startswith("sqlite"):
            return sqlite3.connect(self.url.removeprefix("sqlite:///"))
        return psycopg2.connect(self.url)

    def migrate(self, *arguments: str) -> str:
        """Run ``migrate``, which must succeed."""
        ran = self._run("migrate", "--no-input", *arguments)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def migrate_and_fail(self) -> str:
        """Run ``migrate``, which must fail; gives what it said."""
        ran = self._run("migrate", "--no-input")
        assert ran.returncode, ran.stdout
        return ran.stderr

    def _run(self, *arguments: str):
        return runs.run("manage.py", *arguments, url=self.url, images=self.work / "images")

    def migrate_and_verify(self) -> dict:
        """Run ``migrate`` to its end, and verify texts, ledger and triggers as ``verify_ledger``
        does; gives tables and ledger.
        """
        ran = runs.run(
            "-m",
            "tests.golden.observe",
            self.work,
            "--history",
            url=self.url,
            images=self.work / "images",
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads((self.work / "observed.json").read_bytes())

    def list_rights(self) -> list[tuple]:
        return sorted(self.query(HOLDERS_SQL))

    def list_permissions(self) -> list[tuple]:
        return sorted(self.query(PERMISSIONS_SQL))


@contextmanager
def open_older_site(work: Path) -> Iterator[OlderSite]:
    work.mkdir()
    runs.unpack_pictures(work, "")
    place = work / "database.sqlite3"
    if not server():
        yield OlderSite(runs.unpack_database(place), work)
        return
    with runs.new_database(place, server()) as url:
        dump = lzma.decompress((runs.KEPT / "database.postgresql.sql.xz").read_bytes())
        runs.command(url, dump.decode())
        yield OlderSite(url, work)


@pytest.fixture
def site(tmp_path) -> Iterator[OlderSite]:
    with open_older_site(tmp_path / "site") as older:
        yield older


def rename(rows: list[tuple]) -> list[tuple]:
    """Rights by holder, under the names that their models have now."""
    renamed = []
    for holder, app, codename in rows:
        verb, _, model = codename.partition("_")
        new = MODELS_RENAMED_IN_VERSION_2.get(f"{app}.{model}", model)
        renamed.append((holder, app, f"{verb}_{new}" if verb in MODEL_VERBS else codename))
    return sorted(renamed)


def list_old_names(site: OlderSite) -> list[tuple]:
    """Permissions and content types that still have an old name."""
    old = []
    for app, codename, model in site.list_permissions():
        _, _, of = codename.partition("_")
        if {f"{app}.{of}", f"{app}.{model}"} & MODELS_RENAMED_IN_VERSION_2.keys():
            old.append((app, codename, model))
    return old


def stop_after_articles(site: OlderSite) -> None:
    """Its ``post_migrate`` makes new permissions beside the old ones."""
    site.migrate("articles")
    both = {(app, codename) for app, codename, _ in site.list_permissions()}
    assert {("articles", "view_publication"), ("articles", "view_publicationevent")} <= both


def stop_after_reviews(site: OlderSite) -> None:
    site.migrate("reviews")
    both = {(app, codename) for app, codename, _ in site.list_permissions()}
    assert {("reviews", "view_signature"), ("reviews", "view_ledgerentry")} <= both


def stop_after_each(site: OlderSite) -> None:
    for app in ("articles", "symptoms", "reviews", "config"):
        site.migrate(app)


def crash_in_the_last(site: OlderSite) -> None:
    """The last migration stops at its 14th permission, and nothing of it is kept."""
    before = site.list_rights()
    site.execute(*REFUSE_SQL[connection.vendor])
    assert "the power went" in site.migrate_and_fail()
    assert site.list_rights() == before
    site.execute(*MEND_SQL[connection.vendor])


def crash_in_the_last_after_a_stop(site: OlderSite) -> None:
    stop_after_articles(site)
    crash_in_the_last(site)


def give_rights_between(site: OlderSite) -> None:
    """Somebody is given a new right while the old one still stands beside it, and holds both."""
    stop_after_reviews(site)
    site.execute(
        "INSERT INTO auth_group_permissions (group_id, permission_id)"
        " SELECT g.id, p.id FROM auth_group g, auth_permission p"
        " WHERE g.name = 'Auditors' AND p.codename = 'view_ledgerentry'"
    )


STOPS: list[Callable[[OlderSite], None]] = [
    stop_after_articles,
    stop_after_reviews,
    stop_after_each,
    crash_in_the_last,
    crash_in_the_last_after_a_stop,
    give_rights_between,
]


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
def test_migrations_that_stop_are_run_to_their_end_and_everybody_has_their_rights(site, stop):
    rights, logged = site.list_rights(), sorted(site.query(LOGGED_SQL))
    stop(site)
    observed = site.migrate_and_verify()
    assert site.list_rights() == rename(rights)
    assert list_old_names(site) == []
    now = [(app, names.old_model(app, model), rows) for app, model, rows in site.query(LOGGED_SQL)]
    assert sorted(now) == logged
    assert observed["ledger"] == runs.expected("ledger")
    expected = runs.expected(f"schema.{connection.vendor}")
    assert observed["schema"]["triggers"] == expected["triggers"]


def test_the_renaming_can_be_undone_and_done_again(site):
    rights = site.list_rights()
    site.migrate()
    site.migrate("reviews", "0010")
    site.migrate("symptoms", "0007")
    site.migrate("articles", "0011")
    assert site.list_rights() == rights
    observed = site.migrate_and_verify()
    assert site.list_rights() == rename(rights)
    assert list_old_names(site) == []
    assert observed["ledger"] == runs.expected("ledger")
    expected = runs.expected(f"schema.{connection.vendor}")
    assert observed["schema"]["triggers"] == expected["triggers"]
    if connection.vendor == "sqlite":
        assert observed["schema"]["tables"] == expected["tables"]
