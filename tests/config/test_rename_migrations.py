"""Models get other names, however the migrations are run, and everybody keeps their rights.

Each test migrates the database that build 978f4c9 wrote (``tests/fixtures/golden``). Where several
begin with the same migrations, these are run once and their database is copied.
"""

import json
import lzma
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, connections

from config.operations.archive.versions import MODEL_VERBS, MODELS_RENAMED_IN_VERSION_2
from tests import snapshots
from tests.golden import names, observe, runs
from tests.golden.conftest import server
from tests.servers import get_database_url

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


class OlderSite:
    """The database of build 978f4c9, in the place of the one of these tests."""

    def __init__(self, scenes: snapshots.Scenes):
        self._scenes = scenes
        scenes.set("older", open_older_database)

    def query(self, statement: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def execute(self, *statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def migrate(self, *arguments: str) -> None:
        ContentType.objects.clear_cache()  # as in a process of its own
        call_command("migrate", *arguments, interactive=False, verbosity=0)

    def migrate_first(self, app: str) -> None:
        """Run the migrations of one app, and of those that it stands on, as the first."""
        self._scenes.set(f"older_{app}", partial(self.migrate, app))

    def migrate_and_fail(self) -> str:
        """Run ``migrate`` in a process of its own, which must fail; gives what it said."""
        url, images = get_database_url(connection), Path(storages["images"].location)
        ran = runs.run("manage.py", "migrate", "--no-input", url=url, images=images)
        assert ran.returncode, ran.stdout
        return ran.stderr

    def migrate_and_verify(self) -> dict:
        """Run ``migrate`` to its end, and verify texts, ledger and triggers as ``verify_ledger``
        does; gives tables and ledger.
        """
        ContentType.objects.clear_cache()
        with time_machine.travel(observe.NOW):
            observe.prepare(None)
            return json.loads(json.dumps(observe.history()))

    def list_rights(self) -> list[tuple]:
        """Who holds which right, without those over models that later builds added."""
        rights = self.query(HOLDERS_SQL)
        return sorted(right for right in rights if not names.is_added_permission(*right[1:]))

    def list_permissions(self) -> list[tuple]:
        return sorted(self.query(PERMISSIONS_SQL))


def open_older_database() -> None:
    name = connection.settings_dict["NAME"]
    runs.unpack_pictures(Path(storages["images"].location).parent, "")
    connections.close_all()
    if connection.vendor == "sqlite":
        snapshots.remove_files(Path(name))
        runs.unpack_database(Path(name))
        return
    runs.command(server(), f"DROP DATABASE {name} WITH (FORCE)")
    runs.command(server(), f"CREATE DATABASE {name}")
    dump = lzma.decompress((runs.KEPT / "database.postgresql.sql.xz").read_bytes())
    runs.command(get_database_url(connection), dump.decode())


@pytest.fixture
def site(transactional_db, scenes, settings, tmp_path) -> OlderSite:
    images = settings.STORAGES["images"] | {"OPTIONS": {"location": tmp_path / "images"}}
    settings.STORAGES = settings.STORAGES | {"images": images}
    return OlderSite(scenes)


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
    site.migrate_first("articles")
    both = {(app, codename) for app, codename, _ in site.list_permissions()}
    assert {("articles", "view_publication"), ("articles", "view_publicationevent")} <= both


def stop_after_each(site: OlderSite) -> None:
    site.migrate_first("articles")
    for app in ("symptoms", "reviews", "config"):
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


# The longest of each sort: with a stop after each app, and with a crash.
STOPS: list[Callable[[OlderSite], None]] = [stop_after_each, crash_in_the_last_after_a_stop]


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
    triggers = observed["schema"]["triggers"]
    kept = {name: triggers[name] for name in triggers.keys() - names.ADDED_FUNCTIONS}
    assert kept == expected["triggers"]
