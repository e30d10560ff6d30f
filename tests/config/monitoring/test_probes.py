"""Whether a process lives, and whether it is ready (ADR 92)."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from articles.page_store.outage import watch
from config.monitoring import readiness as module
from config.monitoring.readiness import readiness
from tests import servers

pytestmark = pytest.mark.both_engines


@pytest.fixture(autouse=True)
def forgotten(db):
    readiness.clear()
    yield
    readiness.clear()


@pytest.fixture
def clock(monkeypatch):
    now = [time.monotonic()]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


@contextmanager
def refuse(*words: str, message: str = "secret-host does not answer"):
    """No statement with one of these words is done; without a word, none."""

    def answer(execute, sql, params, many, context):
        if not words or any(word in sql for word in words):
            raise OperationalError(message)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(answer):
        yield


def ask(client) -> tuple[int, str]:
    page = client.get("/healthz/ready")
    assert "no-store" in page["Cache-Control"]
    assert "Set-Cookie" not in page
    return page.status_code, page.text


def test_a_process_lives_without_asking_the_database(client, django_assert_num_queries):
    with refuse(), django_assert_num_queries(0):
        watch.note_failure("in a test")
        page = client.get("/healthz/live")
    assert (page.status_code, page.text) == (200, "ok")
    assert "no-store" in page["Cache-Control"]
    assert client.post("/healthz/live").status_code == 405


def test_a_site_that_works_is_ready(client):
    assert ask(client) == (200, "ok")
    assert client.post("/healthz/ready").status_code == 405


def test_a_database_that_does_not_answer_is_not_ready_and_names_no_host(client):
    with refuse():
        assert ask(client) == (503, "no database")


def test_a_database_that_takes_no_writes_is_not_ready(client, clock):
    with refuse("INSERT"):
        assert ask(client) == (503, "no writes")
        clock[0] += module.KEPT_SECONDS
    assert ask(client) == (200, "ok")


@pytest.mark.django_db(transaction=True)
def test_a_replica_is_not_ready(client):
    """A PostgreSQL that only reads, and a file of SQLite that nobody may write."""
    is_postgresql = connection.vendor == "postgresql"
    statement = f"{'SET default_transaction_read_only' if is_postgresql else 'PRAGMA query_only'} ="
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} on")
        try:
            assert ask(client) == (503, "no writes")
        finally:
            connection.ensure_connection()
            with connection.cursor() as other:
                other.execute(f"{statement} off")


def test_a_migration_that_was_not_applied_is_not_ready_and_is_compared_until_it_is(client, clock):
    row = MigrationRecorder(connection).migration_qs.filter(app="articles").latest("id")
    name = f"{row.app}.{row.name}"
    row.delete()
    assert module.list_pending_migrations() == [name]
    assert ask(client) == (503, "migrations pending")
    MigrationRecorder(connection).record_applied(*name.split("."))
    assert ask(client) == (503, "migrations pending")  # as two seconds ago
    clock[0] += module.KEPT_SECONDS
    assert ask(client) == (200, "ok")
    clock[0] += module.KEPT_SECONDS
    with refuse("django_migrations"):
        assert ask(client) == (200, "ok")


def test_a_disk_with_too_little_room_is_not_ready_and_names_no_path(client, settings):
    settings.DISK_FREE_MB = 10**7
    assert ask(client) == (503, "disk full")


def test_a_storm_of_probes_is_one_look(client, clock, django_assert_num_queries):
    ask(client)
    with django_assert_num_queries(0):
        for _ in range(100):
            assert ask(client) == (200, "ok")
    clock[0] += module.KEPT_SECONDS - 0.1
    with refuse():
        assert ask(client) == (200, "ok")
        clock[0] += 0.1
        assert ask(client) == (503, "no database")


def test_nobody_waits_for_a_look_that_hangs_if_there_is_an_answer(client, clock):
    ask(client)
    clock[0] += module.KEPT_SECONDS
    with readiness._lock, ThreadPoolExecutor(1) as pool:
        assert pool.submit(readiness.get).result(timeout=5) == "ok"


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_file_that_an_import_holds_is_ready_for_a_minute(client, clock, monkeypatch):
    ask(client)
    with refuse("INSERT", message="database is locked"):
        clock[0] += module.BUSY_SECONDS - 1
        assert ask(client) == (200, "ok")
        clock[0] += module.KEPT_SECONDS
        assert ask(client) == (503, "no writes")


def test_probes_are_answered_over_http_also_where_pages_are_not(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    for address in ("/healthz/live", "/healthz/ready"):
        assert client.get(address).status_code == 200
    assert client.get("/healthz").status_code == 301
    assert client.get("/healthzother/").status_code == 301


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_server_without_its_database_lives_and_is_not_ready():
    with servers.postgresql_server() as database:
        servers.copy_database(servers.get_database_url(connection), database.get_uri())
        with servers.run_gunicorn(database.get_uri(), workers=1, threads=2) as running:
            assert running.get("/healthz/ready") == 200
            database.stop()
            time.sleep(module.KEPT_SECONDS)
            status, _, text = running.ask("/healthz/ready")
            assert (status, text) == (503, "no database")
            assert running.get("/healthz/live") == 200
            database.start()
            time.sleep(module.KEPT_SECONDS)
            assert running.get("/healthz/ready") == 200
