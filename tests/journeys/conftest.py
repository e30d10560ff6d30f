"""A real browser for the journeys, and the few gestures that they repeat.

A journey waits for states, never for a time: ``expect(…)``, ``wait_for()``, ``wait_until(…)``. To
see one as a slow machine does, set ``SLOWER_BROWSER=6``: scripts take six times as long, answers
are late.
"""

import datetime as dt
import os
import sqlite3
import time
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from tests.conftest import PASSWORD
from tests.people import create_groups

# Playwright's own loop runs in this thread, and Django would otherwise refuse to speak to the
# database in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# One bound for all that a journey waits for: no measure of speed, only the end of what hangs.
TIMEOUT = 120_000  # milliseconds
expect.set_options(timeout=TIMEOUT)
SLOWER = float(os.environ.get("SLOWER_BROWSER", "1"))
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_copies() -> Iterator[dict[dt.date, sqlite3.Connection]]:
    """Copies of the database with the demonstration in it, one for each day on which it was
    loaded.
    """
    copies: dict[dt.date, sqlite3.Connection] = {}
    yield copies
    for copy in copies.values():
        copy.close()


@pytest.fixture
def demo(transactional_db, monkeypatch, demo_copies):
    """The demonstration, with a page in every state: loaded once, copied from then on.

    Its days are counted from today, so a copy of yesterday is none.
    """
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    connection.ensure_connection()
    if copy := demo_copies.get(timezone.localdate()):
        copy.backup(connection.connection)
        ContentType.objects.clear_cache()
        return
    if not Group.objects.exists():
        create_groups()
    call_command("load_demo", verbosity=0)
    if connection.vendor == "sqlite":
        copy = demo_copies[timezone.localdate()] = sqlite3.connect(
            ":memory:", check_same_thread=False
        )
        connection.connection.backup(copy)


@pytest.fixture
def open_page(chromium, live_server):
    """Somebody opens a browser of their own: ``sit_down()`` gives a page; console complaints fail
    the test.
    """
    contexts, complaints = [], []

    def sit(width: int = 1280, height: int = 900, **options):
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        context.set_default_timeout(TIMEOUT)
        if SLOWER > 1:
            context.on("page", _slow_down)
        page = context.new_page()
        context.on(
            "console", lambda message: message.type == "error" and complaints.append(message.text)
        )
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        return page

    yield sit
    for context in contexts:
        context.close()
    refusals = ("403", "404", "409", "410", "422")  # an answer that is meant as one is no complaint
    assert [text for text in complaints if not any(status in text for status in refusals)] == []


def _slow_down(page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    late = {
        "offline": False,
        "latency": 50 * SLOWER,
        "downloadThroughput": -1,
        "uploadThroughput": -1,
    }
    session.send("Network.emulateNetworkConditions", late)


def wait_until(page, holds: Callable[[], object], what: str) -> None:
    """Wait for a state that no locator can name."""
    end = time.monotonic() + TIMEOUT / 1000
    while not holds():
        assert time.monotonic() < end, f"never came: {what}"
        page.wait_for_timeout(50)


def read_until(page, path: str, words: str) -> None:
    """Open a page again until it says these words: what is new is shown within a second, not at
    once.
    """

    def says() -> bool:
        page.goto(path)
        return words in page.locator("main").inner_text()

    wait_until(page, says, f"“{words}” at {path}")


def open_form(page, path: str) -> None:
    """Open the form of a page, and begin when it can be written in."""
    page.goto(path)
    wait_for_form(page)


def wait_for_form(page) -> None:
    """The editors stand and every row has its name: before that a key would be lost."""
    page.locator("form.page[data-ready]").wait_for()


def wait_for_htmx(page) -> None:
    """What was asked for has come and stands in the page."""
    busy = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
    expect(page.locator(busy)).to_have_count(0)


def log_in(page, username: str, next_path: str = "/accounts/start/") -> None:
    page.goto(f"/accounts/login/?next={next_path}")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{next_path}*")


def write_rich_text(page, field: str, text: str) -> None:
    """Type into the rich-text editor of a field of the form."""
    page.locator(f".form-row.field-{field} [contenteditable=true]").first.fill(text)
