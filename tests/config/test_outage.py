"""A server whose database goes and comes back, second by second (ADR 74)."""

import shutil
import time
from pathlib import Path

import pytest
from django.db import connection

from tests import factories, servers

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
