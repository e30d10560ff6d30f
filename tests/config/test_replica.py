"""Public pages read from a streaming replica, and what is shown where that is late, or gone."""

import time
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from articles.db.reading import REPLICA, use_replica
from articles.models import Article, ReaderReport
from articles.page_store import following
from articles.page_store import replica as replicas
from articles.page_store.following import follower
from articles.page_store.replica import replica
from articles.public.footer import footer_links
from articles.public.page_cache import page_cache
from config.public import outages
from reviews.signing.actions import withdraw_page
from tests import factories, servers
from tests.database import run_concurrently

pytestmark = pytest.mark.postgresql
PAGE = "/symptoms/facial-spasms/"
CONTENT = ["/", PAGE, f"{PAGE}history/", "/symptoms/", "/topics/", "/feeds/reviewed.atom"]
FOLLOWING = "SELECT number, subject FROM articles_changedsubject"  # once in 0.9 seconds
UNKEPT = ["/search/?q=spasms", "/search/suggestions/?q=fac", "/finder/?s=facial-spasms"]


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    with (
        django_db_blocker.unblock(),
        servers.run_replica(servers.get_database_url(connection)) as started,
    ):
        yield started


@pytest.fixture
def site(transactional_db, ann, ravi, page_store):
    page = factories.make_symptom(ann)
    for each in (page, factories.make_article(ann)):
        factories.sign_page(each, by=ravi, asked_by=ann)
    return page


class ReplicaServer:
    """The replica of the tests, and how late it is."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.url = server.get_uri(database=connection.settings_dict["NAME"])

    def run(self, statement: str) -> Any:
        asked = psycopg2.connect(self.url)
        try:
            asked.autocommit = True
            with asked.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0]
        finally:
            asked.close()

    def catch_up(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_insert_lsn()")
            end = cursor.fetchone()[0]
        self.wait_for(f"SELECT pg_last_wal_replay_lsn() >= '{end}'")

    def wait_for(self, condition: str) -> None:
        for _ in range(600):
            try:
                if self.run(condition):
                    return
            except psycopg2.OperationalError:
                pass  # its database is being made
            time.sleep(0.05)
        pytest.fail(f"The replica did not get there: {condition}")

    @contextmanager
    def stay_behind(self):
        self.run("SELECT pg_wal_replay_pause()::text || '.'")
        self.wait_for("SELECT pg_get_wal_replay_pause_state() = 'paused'")
        try:
            yield
        finally:
            self.run("SELECT pg_wal_replay_resume()::text || '.'")


@pytest.fixture
def late(site, server, settings, monkeypatch, django_db_blocker):
    """The replica, as this process would have it by REPLICA_URL."""
    # Django's tests allow no database that their class does not name.
    monkeypatch.setattr(
        BaseDatabaseWrapper, "ensure_connection", django_db_blocker._real_ensure_connection
    )
    # A machine that is busy is no fault of ours.
    for module, name in ((replicas, "SHORT"), (following, "SHORT"), (outages, "READ")):
        monkeypatch.setattr(module, f"{name}_SECONDS", 30.0)
    running = ReplicaServer(server)
    running.catch_up()
    host = server.get_uri().partition("host=")[2]
    default = connections.settings["default"]
    options = default["OPTIONS"] | {"host": host, "connect_timeout": 2}
    connections.settings[REPLICA] = default | {"OPTIONS": options, "HOST": ""}
    settings.REPLICA_URL = running.url
    settings.DATABASE_ROUTERS = ["articles.db.reading.ReplicaRouter"]
    replica.clear()
    yield running
    connections[REPLICA].close()
    del connections[REPLICA]
    del connections.settings[REPLICA]
    replica.clear()


def wait_until_up() -> None:
    """A thread tries the replica: nobody waits for it."""
    for _ in range(200):
        if replica.has_reached(0):
            return
        time.sleep(0.05)
    pytest.fail("The replica was not found.")


@contextmanager
def count_statements():
    """The statements over each connection, without those of a transaction."""
    counts: dict[str, list[str]] = {"default": [], REPLICA: []}

    def note(alias):
        def execute(run, sql, params, many, context):
            if FOLLOWING not in sql:
                counts[alias].append(sql)
            return run(sql, params, many, context)

        return execute

    with (
        connections["default"].execute_wrapper(note("default")),
        connections[REPLICA].execute_wrapper(note(REPLICA)),
    ):
        yield counts


def forget() -> None:
    """Nothing is in the memory of the process, and nothing in the store."""
    page_cache.clear()
    footer_links.clear()
    follower.follow()
    footer_links.get()


@pytest.mark.parametrize("address", [*CONTENT, *UNKEPT])
def test_whatever_a_page_says_is_read_from_the_replica(late, client, settings, address):
    settings.PAGE_STORE = False
    wait_until_up()
    expected = client.get(address).content
    forget()
    with count_statements() as counts:
        answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content == expected
    assert counts[REPLICA]
    assert not counts["default"], counts["default"]


def test_a_stored_page_is_written_to_the_primary_and_read_from_the_replica(late, client):
    wait_until_up()
    forget()
    with count_statements() as counts:
        client.get(PAGE)
    assert any("INSERT INTO" in sql for sql in counts["default"])
    late.catch_up()
    page_cache.memory.clear()
    with count_statements() as counts:
        assert client.get(PAGE).status_code == 200
    assert [sql for sql in counts[REPLICA] if "articles_storedpage" in sql] == counts[REPLICA][-1:]
    assert not counts["default"]


def test_a_withdrawn_page_is_gone_however_late_the_replica_is(late, client, site, morgan, settings):
    wait_until_up()
    assert client.get(PAGE).status_code == 200
    with late.stay_behind():
        withdraw_page(site, by=morgan, reason="safety")
        follower.clear()  # what a second does
        assert client.get(PAGE).status_code == 410
        for address in UNKEPT:
            shown = client.get(address).content
            settings.REPLICA_URL = ""
            assert client.get(address).content == shown, address
            settings.REPLICA_URL = late.url
        # The replica still has it, and would show it.
        with use_replica():
            assert Article.objects.public().filter(pk=site.pk).exists()
    late.catch_up()
    time.sleep(replicas.BEHIND_SECONDS)
    forget()
    with count_statements() as counts:
        assert client.get(PAGE).status_code == 410
    assert counts[REPLICA]


def test_a_replica_that_stays_behind_is_told_in_the_log(
    late, client, site, morgan, caplog, monkeypatch
):
    monkeypatch.setattr(replicas, "LATE_SECONDS", 0.3)
    wait_until_up()
    with late.stay_behind():
        withdraw_page(site, by=morgan, reason="safety")
        follower.clear()
        for _ in range(5):
            client.get("/search/?q=spasms")
            time.sleep(0.2)
    assert [line for line in caplog.messages if "late" in line] == [
        "The replica is late. The primary is read."
    ]


def test_a_replica_that_is_stopped_costs_no_visitor_a_page(late, client, caplog, monkeypatch):
    monkeypatch.setattr(replicas, "PAUSE_SECONDS", 0.2)
    wait_until_up()
    assert client.get("/search/?q=spasms").status_code == 200
    late.server.stop()
    try:
        forget()
        for address in [*CONTENT, *UNKEPT]:
            answer = client.get(address)
            assert answer.status_code == 200, address
        assert not replica.is_up
    finally:
        late.server.start()
    for _ in range(100):
        client.get("/search/?q=spasms")
        if replica.is_up:
            break
        time.sleep(0.1)
    lines = [line for line in caplog.messages if "replica" in line]
    assert len(lines) == 2
    assert lines[0].startswith("The replica cannot be read (")
    assert lines[1] == "The replica is read again."


def test_a_replica_that_hangs_is_given_up(late, client, monkeypatch):
    wait_until_up()
    monkeypatch.setattr(replicas, "SHORT_SECONDS", 1.5)
    client.get("/search/?q=spasms")  # a connection that will hang
    with servers.freeze(late.server):
        begun = time.monotonic()
        assert client.get("/search/?q=spasms").status_code == 200
        assert time.monotonic() - begun < 29  # it would be for ever
        assert not replica.is_up
        with count_statements() as counts:
            assert client.get("/finder/").status_code == 200
        assert not counts[REPLICA]


def test_a_statement_that_fails_there_alone_is_read_from_the_primary(late, client, monkeypatch):
    """As one that meets what the replica is replaying, or a view that writes."""
    wait_until_up()
    with late.stay_behind(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE only_here AS SELECT 1 AS number")

        def read() -> int:
            with connections[router.db_for_read(Article)].cursor() as reading:
                reading.execute("SELECT number FROM only_here")
                return reading.fetchone()[0]

        try:
            assert replica.read(follower.follow(), read) == 1
            assert not replica.is_up
        finally:
            cursor.execute("DROP TABLE only_here")


def test_another_database_is_no_replica(late, client, caplog, settings):
    with servers.postgresql() as other:
        options = connections.settings[REPLICA]["OPTIONS"] | {"host": other.partition("host=")[2]}
        connections.settings[REPLICA] |= {"OPTIONS": options, "NAME": "postgres"}
        servers.copy_database(servers.get_database_url(connection), other)
        for _ in range(40):
            assert client.get("/search/?q=spasms").status_code == 200
            if caplog.messages:
                break
            time.sleep(0.1)
    assert not replica.is_up
    assert "no copy of this database" in "".join(caplog.messages)


def test_what_the_staff_read_and_whatever_is_written_is_of_the_primary(late, ann_client, ann):
    wait_until_up()
    with count_statements() as counts:
        assert ann_client.get("/admin/symptoms/symptom/").status_code == 200
        assert ann_client.get("/accounts/sessions/").status_code == 200
        sent = {"kind": "problem", "path": PAGE, "text": "The second step is missing."}
        assert Client().post("/feedback/", sent).status_code < 500
        assert Client().get("/feedback/?path=" + PAGE).status_code < 500
    assert not counts[REPLICA]
    with use_replica():
        assert router.db_for_write(User) == "default"
        assert router.db_for_read(ReaderReport) == REPLICA
        User(username="written").save()
        read = Article.objects.get(slug="facial-spasms")
        assert read._state.db == REPLICA
        Article.objects.filter(pk=read.pk).update(slug=read.slug)


def test_threads_share_what_is_known_and_each_asks_over_its_own_connection(late):
    wait_until_up()

    def ask() -> bool:
        try:
            return replica.has_reached(follower.follow() or 0)
        finally:
            connections[REPLICA].close()

    assert run_concurrently(*[ask] * 4) == [True] * 4
