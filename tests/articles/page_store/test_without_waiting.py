"""Races of the page store: nothing waits, nothing stale is stored, no kill leaves half a row."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from articles.models import StoredPage, StoredPageSubject
from articles.page_store import changes
from articles.page_store.following import follower
from articles.page_store.locking import STORING, begin_at_once
from articles.page_store.reporting import forget_reports
from tests import servers
from tests.articles.page_store.rendering import CountedView, start_worker
from tests.database import run_concurrently, sql

pytestmark = pytest.mark.usefixtures("transactional_db", "page_store")
ROOT = Path(__file__).resolve().parents[3]
SECONDS = 60  # until a test is given up


@pytest.fixture
def view():
    return CountedView()


class Announcer(threading.Thread):
    """Another worker that announces subjects, and ends its transaction when it is released."""

    def __init__(self, *subjects: str) -> None:
        super().__init__()
        self.subjects = subjects
        self.announced, self.released = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            with transaction.atomic():
                changes.announce(self.subjects)
                self.announced.set()
                self.released.wait(SECONDS)
        finally:
            connection.close()


@contextmanager
def open_transaction(*subjects: str):
    """For the block, another connection is in a transaction that announced subjects."""
    announcer = Announcer(*subjects)
    announcer.start()
    assert announcer.announced.wait(SECONDS)
    yield announcer
    announcer.released.set()
    announcer.join(SECONDS)
    assert not announcer.is_alive()


def test_a_page_is_answered_while_a_writer_holds_the_lock_and_stored_afterwards(view):
    with open_transaction("another") as writer:
        for number in range(3):
            assert view.visit(f"/{number}/").content
        assert writer.is_alive()
        assert not writer.released.is_set()
        assert not StoredPage.objects.exists()
    start_worker()
    view.visit("/3/")
    assert StoredPage.objects.count() == 1


@pytest.mark.postgresql  # who is stopped with the lock of SQLite keeps it
def test_a_worker_that_stops_in_the_middle_of_storing_keeps_nobody_from_publishing(view):
    begun, announced = threading.Event(), threading.Event()

    def stop_while_storing():
        try:
            with begin_at_once(STORING):
                begun.set()
                assert announced.wait(SECONDS)
        except DatabaseError:  # the server has ended it
            return True

    def withdraw():
        assert begun.wait(SECONDS)
        changes.announce(["/one/"])
        announced.set()

    assert run_concurrently(stop_while_storing, withdraw) == [True, None]


# Announces a change, and is killed by the system before its transaction ends.
KILLED_WRITER = """
import os, signal
import django
django.setup()
from django.db import transaction
from articles.page_store import changes

with transaction.atomic():
    changes.announce(["/one/"])
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_that_is_killed_in_the_middle_of_an_event_changes_nothing(view):
    view.visit("/one/")
    assert run_program(KILLED_WRITER) == -signal.SIGKILL
    assert StoredPage.objects.count() == 1
    assert changes.get_newest() == (0, 0)
    start_worker()
    view.visit("/one/")
    assert len(view.rendered) == 1
    changes.announce(["/one/"])  # its locks are gone with it
    start_worker()
    view.visit("/one/")
    assert len(view.rendered) == 2


@pytest.mark.postgresql  # a transaction of SQLite has the only lock that there is
def test_a_lock_that_is_not_free_leaves_the_callers_transaction_as_it_was(view):
    with open_transaction("another"), transaction.atomic():
        view.visit()
        assert not StoredPage.objects.exists()  # the transaction goes on
    with transaction.atomic():
        view.visit("/two/")
    assert StoredPage.objects.count() == 1


def test_a_page_that_is_withdrawn_between_its_query_and_its_write_is_in_no_store_or_memory(view):
    def withdraw():
        with open_transaction("/one/"):
            pass

    view.during = withdraw
    assert view.visit().content
    view.during = lambda: None
    assert not StoredPage.objects.exists()
    follow_at_the_next_request()
    view.visit()
    assert view.rendered == ["/one/", "/one/"]
    assert StoredPage.objects.count() == 1


def follow_at_the_next_request() -> None:
    """Let 0.9 seconds have passed for this process, with its memory as it is."""
    follower._read_at = float("-inf")


def test_two_workers_write_one_row_and_it_is_whole(view):
    barrier = threading.Barrier(2)
    view.during = lambda: barrier.wait(SECONDS)
    answers = run_concurrently(view.visit, view.visit)
    assert answers[0].content == answers[1].content
    view.during = lambda: None
    assert StoredPage.objects.count() in (0, 1)  # SQLite may refuse both while one begins
    view.visit("/two/")
    for page in StoredPage.objects.all():
        assert len(page.subjects) == 8 * StoredPageSubject.objects.filter(page=page).count()
    start_worker()
    view.visit("/two/")
    assert view.rendered.count("/two/") == 1


# Stores a page, and is killed by the system between the row of the next one and its subjects.
KILLED_PROGRAM = """
import os, signal
import django
django.setup()
from django.conf import settings
settings.PAGE_STORE = True
settings.ALLOWED_HOSTS = ["*"]
from django.db import connection
from tests.articles.page_store.rendering import CountedView

def kill(execute, statement, values, many, context):
    if statement.startswith("INSERT INTO articles_storedpagesubject"):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(statement, values, many, context)

view = CountedView()
view.visit("/whole/")
with connection.execute_wrapper(kill):
    view.visit("/half/")
"""


def run_program(program: str) -> int:
    """Run a program in a process of its own; gives its exit status."""
    env = {
        "DATABASE_URL": servers.get_database_url(connection),
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=600,
        cwd=ROOT,
    )
    print(done.stderr)
    return done.returncode


def test_a_worker_that_is_killed_while_it_stores_leaves_a_row_that_is_whole_or_none(view):
    assert run_program(KILLED_PROGRAM) == -signal.SIGKILL
    page = StoredPage.objects.get()
    assert page.address.endswith("/whole/")
    assert StoredPageSubject.objects.count() * 8 == len(page.subjects)
    view.visit("/half/")
    assert StoredPage.objects.count() == 2


def test_without_its_tables_pages_go_on_and_the_log_says_so_once(view, caplog):
    forget_reports()
    sql("ALTER TABLE articles_storedpage RENAME TO storedpage_lost")
    try:
        for number in range(3):
            assert view.visit(f"/{number}/").content
        start_worker()
        assert view.visit("/0/").content
    finally:
        sql("ALTER TABLE storedpage_lost RENAME TO articles_storedpage")
    messages = [record.message for record in caplog.records if "page store" in record.message]
    assert len(messages) == 2  # it is neither read nor written
    view.visit("/4/")
    assert StoredPage.objects.count() == 1
