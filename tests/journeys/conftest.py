"""A real browser for the journeys, and the few gestures that they repeat."""

import os

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from playwright.sync_api import sync_playwright

from config import groups
from tests.conftest import PASSWORD

# Playwright's own loop runs in this thread, and Django would otherwise refuse to speak to the database in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
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


@pytest.fixture
def demo(transactional_db, monkeypatch):
    """The demonstration, with a page in every state."""
    if not Group.objects.exists():  # an earlier test emptied the database, its migrated groups included
        groups.grant(Group, Permission)
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    call_command("load_demo", verbosity=0)


@pytest.fixture
def sit_down(chromium, live_server):
    """Somebody opens a browser of their own: ``sit_down()`` gives a page; console complaints fail the test."""
    contexts, complaints = [], []

    def sit(width: int = 1280, height: int = 900, **options):
        context = chromium.new_context(base_url=live_server.url, viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        context.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        return page

    yield sit
    for context in contexts:
        context.close()
    refusals = ("403", "404", "409", "410", "422")  # an answer that is meant as one is no complaint
    assert [text for text in complaints if not any(status in text for status in refusals)] == []


def log_in(page, username: str, next_path: str = "/accounts/start/") -> None:
    page.goto(f"/accounts/login/?next={next_path}")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{next_path}*")


def write(page, field: str, text: str) -> None:
    """Type into the rich-text editor of a field of the form."""
    page.locator(f".form-row.field-{field} [contenteditable=true]").first.fill(text)
