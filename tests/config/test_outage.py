"""A server whose database goes and comes back, second by second (ADR 74)."""

import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from articles.models import Article
from reviews.signing.actions import withdraw_page
from tests import factories, servers
from tests.database import run_concurrently

PAGE = "/symptoms/facial-spasms/"
NEVER_ASKED = "/articles/keeping-a-diary/"
DANGER = "/search/?q=he+is+having+a+stroke"
MARK = "could not be checked for changes since"
OUTAGE_SECONDS = 4


@pytest.fixture
def site(transactional_db, ann, ravi):
    for page in (
        factories.make_symptom(ann),
        factories.make_article(ann),
        factories.make_emergency(ann),
    ):
        factories.sign_page(page, by=ravi, asked_by=ann)


def serve(database: str):
    seconds = str(OUTAGE_SECONDS)
    return servers.run_gunicorn(database, workers=1, threads=2, PUBLIC_OUTAGE_SECONDS=seconds)


def check_page(running: servers.Server) -> None:
    """A page as it is while the database answers."""
    status, headers, text = running.ask(PAGE)
    assert status == 200
    assert headers["ETag"]
    assert MARK not in text


def check_outage(running: servers.Server) -> None:
    """What each address answers from the first second on, until no page is shown any more."""
    shown, log = 0, []
    for _ in range(OUTAGE_SECONDS + 2):
        time.sleep(1)  # within one, nothing needs to be noticed
        status, headers, text = running.ask(PAGE)
        log.append(status)
        assert headers["ETag"] is None
        assert headers["Last-Modified"] is None
        assert headers["Cache-Control"] == "no-store"
        if status == 200:
            assert MARK in text
            shown += 1
        else:
            assert headers["Retry-After"]
            assert 'href="tel:911"' in text
            assert "What to do: stroke" in text
        check_others(running)
    assert shown, log
    assert log == [200] * shown + [503] * (len(log) - shown)
    assert log[-1] == 503


def check_others(running: servers.Server) -> None:
    danger = running.ask(DANGER)
    assert danger[0] == 200
    assert "Note the time" in danger[2]
    assert "tel:988" in running.ask("/search/?q=i+want+to+die")[2]
    for address in (NEVER_ASKED, "/search/?q=headache", "/finder/"):
        status, _, text = running.ask(address)
        assert (status, 'href="tel:911"' in text) == (503, True)
        assert "Traceback" not in text
    assert running.get("/robots.txt") == 200
    assert running.get("/nowhere/") == 404
    assert running.get("/healthz") == 503


def wait_for_page(running: servers.Server) -> None:
    """One request a second finds out that the database is back."""
    for _ in range(100):
        status, _, text = running.ask(PAGE)
        if status == 200 and MARK not in text:
            return
        time.sleep(0.1)
    pytest.fail("The site did not come back.")


@pytest.mark.postgresql
def test_a_postgresql_that_stops_and_starts(site):
    with servers.postgresql_server() as database:
        servers.copy_database(servers.get_database_url(connection), database.get_uri())
        with serve(database.get_uri()) as running:
            check_page(running)
            database.stop()
            check_outage(running)
            database.start()
            wait_for_page(running)
            assert running.get(NEVER_ASKED) == 200
            # Restarted between two requests: the next one finds dead connections, and is answered.
            for address in (PAGE, "/search/?q=spasms", "/topics/", "/finder/"):
                database.stop()
                database.start()
                status, _, text = running.ask(address)
                assert (status, MARK in text) == (200, False), address


@pytest.mark.sqlite
def test_a_file_that_is_moved_away_and_back(site, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(tmp_path / "db.sqlite3")])
    file, away = tmp_path / "db.sqlite3", tmp_path / "away.sqlite3"
    with serve(f"sqlite:///{file}") as running:
        check_page(running)
        shutil.move(file, away)
        check_outage(running)
        for rest in tmp_path.glob("db.sqlite3*"):
            Path(rest).unlink()
        shutil.move(away, file)
        wait_for_page(running)
        assert running.get(NEVER_ASKED) == 200


# A database that answers neither yes nor no. Each answer that would never come fails the test by
# the time that its client waits.

SLOW_SECONDS = 8  # a try may take three
THREADS = 3


def serve_long(database: str):
    seconds = str(SLOW_SECONDS)
    return servers.run_gunicorn(database, workers=1, threads=THREADS, PUBLIC_OUTAGE_SECONDS=seconds)


def check_hanging(running: servers.Server, hang: AbstractContextManager) -> None:
    """Every thread is asked for what no memory has, as the database begins to hang."""
    check_page(running)
    with hang:
        cold = [lambda: running.ask(NEVER_ASKED), lambda: running.ask("/search/?q=headache")]
        cold += [lambda: running.ask("/finder/"), lambda: running.ask("/topics/")]
        staff = [lambda: running.ask("/accounts/login/")] * THREADS
        answers = run_concurrently(*cold, *staff, lambda: running.ask(PAGE))
        assert [status for status, _, _ in answers[:4]] == [503] * 4
        assert answers[-1][0] in (200, 503)
        statuses = [answers[-1][0]]
        while statuses[-1] != 503:
            time.sleep(0.5)
            statuses.append(running.get(PAGE))
        assert statuses == [200] * (len(statuses) - 1) + [503]
        check_others(running)
        assert running.get("/accounts/login/") == 503
    wait_for_page(running)
    assert running.get(NEVER_ASKED) == 200


@contextmanager
def drop_packets(proxy: servers.Proxy) -> Iterator[None]:
    proxy.drop_packets()
    yield
    proxy.restore()


@pytest.mark.postgresql
def test_a_postgresql_that_hangs_holds_no_thread(site):
    with servers.postgresql_server() as database:
        servers.copy_database(servers.get_database_url(connection), database.get_uri())
        with serve_long(database.get_uri()) as running:
            check_hanging(running, servers.freeze(database))


@pytest.mark.postgresql
def test_a_network_that_drops_packets_holds_no_thread(site):
    uri = servers.get_database_url(connection)
    with servers.postgresql_server() as database:
        servers.copy_database(uri, database.get_uri())
        with servers.run_proxy(database.get_uri()) as proxy, serve_long(proxy.url) as running:
            check_hanging(running, drop_packets(proxy))


@pytest.mark.sqlite
def test_a_file_that_another_process_has_locked_holds_no_thread(site, tmp_path):
    file = tmp_path / "db.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    with serve_long(f"sqlite:///{file}") as running:
        check_hanging(running, servers.lock_file(file))


@pytest.mark.postgresql
def test_a_worker_that_is_cut_off_shows_a_withdrawn_page_marked_and_then_not_at_all(site, morgan):
    """The other one, which is not cut off, says within a second that it is gone."""
    uri = servers.get_database_url(connection)
    with (
        servers.run_proxy(uri) as proxy,
        serve(proxy.url) as cut_off,
        serve(uri) as connected,
    ):
        for running in (cut_off, connected):
            check_page(running)
        proxy.refuse()
        withdraw_page(Article.objects.get(slug="facial-spasms"), reason="safety", by=morgan)
        time.sleep(1)
        assert connected.get(PAGE) == 410
        statuses = []
        while not statuses or statuses[-1] != 503:
            status, _, text = cut_off.ask(PAGE)
            assert (status, MARK in text) in ((200, True), (503, False))
            statuses.append(status)
            time.sleep(0.5)
        proxy.restore()
        for _ in range(100):
            if cut_off.get(PAGE) == 410:
                break
            time.sleep(0.1)
        assert cut_off.get(PAGE) == 410
