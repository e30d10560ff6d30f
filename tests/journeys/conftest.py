"""A real browser for the journeys, and the few gestures that they repeat.

A journey waits for states, never for a time: ``expect(…)``, ``wait_for()``, ``wait_until(…)``. To
see one as a slow machine does, set ``SLOWER_BROWSER=6``: scripts take six times as long, answers
are late.
"""

import datetime as dt
import os
import time
from collections.abc import Callable
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from reviews.models import ReviewOpening
from tests.factories import PASSWORD, sign_in

# Playwright's own loop runs in this thread, and Django would otherwise refuse to speak to the
# database in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# One bound for all that a journey waits for: no measure of speed, only the end of what hangs.
TIMEOUT = 120_000  # milliseconds
expect.set_options(timeout=TIMEOUT)
# What a signer ticks or chooses: each line of the checklist confirmed, no conflicts, what it means.
SIGNATURE_BOXES = "[type=checkbox], [type=radio]:is([value=confirmed], [value=none])"
SLOWER = float(os.environ.get("SLOWER_BROWSER", "1"))
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pass_reading_time() -> None:
    """Let the time go by that a text takes to read."""
    ReviewOpening.objects.update(at=timezone.now() - dt.timedelta(minutes=9))


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


@pytest.fixture
def demo(transactional_db, monkeypatch, scenes):
    """The demonstration, with a page in every state: loaded once, copied from then on.

    Its days are counted from today, so a copy of yesterday is none.
    """
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    scenes.set("demo", partial(call_command, "load_demo", verbosity=0))


@pytest.fixture
def open_page(chromium, live_server):
    """Somebody opens a browser of their own: ``sit_down()`` gives a page; console complaints fail
    the test, but for those with a word of ``excused``.
    """
    contexts, complaints = [], []
    # An answer that is meant as one is no complaint.
    refusals = ["403", "404", "409", "410", "422"]

    def sit(width: int = 1280, height: int = 900, excused: tuple[str, ...] = (), **options):
        refusals.extend(excused)
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


def log_in(page, username: str, next_path: str = "") -> None:
    """Give a browser the session of somebody who signed in, and open a page. How people sign in is
    tested where ``log_in_by_form`` is used.
    """
    client = Client()
    sign_in(client, User.objects.get(username=username))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "httpOnly": True}
    page.context.add_cookies([cookie | {"domain": "localhost", "path": "/"}])
    if next_path:
        page.goto(next_path)


def log_in_by_form(page, username: str, next_path: str) -> None:
    page.goto(f"/accounts/login/?next={next_path}")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{next_path}*")


AXE = Axe()
# What colours decide is all that axe can find in dark alone.
OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def find_violations(page, *, dark: bool = False) -> list[str]:
    """What axe finds on a page as it is; with ``dark``, in light and in dark."""
    if not dark:
        return _run_axe(page)
    page.emulate_media(color_scheme="light")
    found = _run_axe(page)
    page.emulate_media(color_scheme="dark")
    # Colours that change slowly are measured when they have changed.
    page.evaluate(
        "Promise.allSettled(document.getAnimations().filter("
        "moving => moving instanceof CSSTransition).map(moving => moving.finished))"
    )
    return found + _run_axe(page, "dark", **OF_COLOURS)


def _run_axe(page, scheme: str = "", **options) -> list[str]:
    if not page.evaluate("'axe' in window"):  # put into a page once, however often it runs there
        page.evaluate(AXE.axe_script)
    problems = page.evaluate(
        "async options => (await axe.run(document, options)).violations.map("
        "found => [found.id, found.nodes.slice(0, 3).map(node => node.target)])",
        {"resultTypes": ["violations"], **options},
    )
    return [f"{page.url} {scheme}: {problem} at {targets}" for problem, targets in problems]


def write_rich_text(page, field: str, text: str) -> None:
    """Type into the rich-text editor of a field of the form."""
    page.locator(f".form-row.field-{field} [contenteditable=true]").first.fill(text)
