"""The database goes while somebody types and saves: the words stay, and are saved once it is back.

Ann and Ravi use a real browser and a real server; the database is stopped and started.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.staticfiles import finders
from django.db import connection
from playwright.sync_api import expect

from articles.models import Article
from reviews.signing.actions import request_review
from tests import factories, servers
from tests.factories import PASSWORD
from tests.journeys.conftest import SIGNATURE_BOXES

WORDS = "An eyelid twitches, and it stops by itself."
COUNT_SIGNATURES = "SELECT COUNT(*) FROM reviews_signature WHERE outcome = 'approved'"
STAYS = "Everything you typed is still here"


@dataclass(frozen=True)
class Stoppable:
    running: servers.Server
    url: str
    stop: Callable[[], None]
    start: Callable[[], None]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.running.port}"


@contextmanager
def serve_stoppable(tmp_path: Path) -> Iterator["Stoppable"]:
    """A server with a database of its own, which stops and starts."""
    if connection.vendor == "postgresql":
        with servers.postgresql_server() as database:
            servers.copy_database(servers.get_database_url(connection), database.get_uri())
            with servers.run_gunicorn(database.get_uri(), workers=1) as running:
                yield Stoppable(running, database.get_uri(), database.stop, database.start)
        return
    file, away = tmp_path / "db.sqlite3", tmp_path / "away.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])

    def stop() -> None:
        shutil.move(file, away)
        for rest in tmp_path.glob("db.sqlite3-*"):
            rest.unlink()
        file.mkdir()  # nothing opens it

    def start() -> None:
        file.rmdir()
        shutil.move(away, file)

    url = f"sqlite:///{file}"
    with servers.run_gunicorn(url, workers=1) as running:
        yield Stoppable(running, url, stop, start)


def run_sql(url: str, statement: str) -> list[tuple]:
    """What a statement gives, in the database of the server."""
    path = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path) if path != url else psycopg2.connect(url)) as other:
        cursor = other.cursor()
        cursor.execute(statement)
        found = cursor.fetchall() if cursor.description else []
        other.commit()
    return found


def give_file(route) -> None:
    """Scripts and styles straight from the checkout: that server has none collected."""
    name = urlsplit(route.request.url).path.removeprefix("/static/")
    route.fulfill(path=finders.find(name))


def sign_in(page, base: str, name: str) -> None:
    page.context.route("**/static/**", give_file)
    page.goto(f"{base}/accounts/login/?next=/about/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{base}/about/")


@pytest.fixture
def spasms(transactional_db, ann, ravi):
    for person in (ann, ravi):  # as the server checks passwords, not as tests do
        person.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt")
        person.save()
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


@pytest.mark.both_engines
def test_what_ann_typed_survives_a_database_that_goes_while_she_saves(spasms, open_page, tmp_path):
    page = open_page(excused=("503", "Failed to load resource", "204"))
    with serve_stoppable(tmp_path) as site:
        base = site.base
        sign_in(page, base, "ann")
        page.goto(f"{base}/admin/symptoms/symptom/{spasms.pk}/change/")
        page.locator("form[data-ready]").wait_for()
        page.locator("#id_summary").fill(WORDS)
        site.stop()
        page.get_by_role("button", name="Save", exact=True).click()
        alert = page.locator("#not-saved")
        expect(alert).to_contain_text(STAYS)
        expect(page.locator("#id_summary")).to_have_value(WORDS)
        alert.get_by_role("button", name="Try again").click()
        expect(alert).to_contain_text("cannot reach its database")
        expect(page.locator("#id_summary")).to_have_value(WORDS)
        site.start()
        alert.get_by_role("button", name="Try again").click()
        expect(page.locator("#not-saved")).to_have_count(0)
        expect(page.locator(".messagelist")).to_contain_text("Revision 2")
        page.goto(f"{base}/admin/symptoms/symptom/{spasms.pk}/change/")
        expect(page.locator("#id_summary")).to_have_value(WORDS)


@pytest.mark.both_engines
def test_without_script_the_page_says_what_to_do_and_reloading_it_saves(
    spasms, open_page, tmp_path
):
    page = open_page(excused=("503",), java_script_enabled=False)
    with serve_stoppable(tmp_path) as site:
        base = site.base
        sign_in(page, base, "ann")
        page.goto(f"{base}/admin/symptoms/symptom/{spasms.pk}/change/")
        page.locator("#id_summary").fill(WORDS)
        site.stop()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
        assert WORDS not in page.content()
        site.start()
        page.reload()
        expect(page.locator(".messagelist")).to_contain_text("Revision 2")
        page.goto(f"{base}/admin/symptoms/symptom/{spasms.pk}/change/")
        expect(page.locator("#id_summary")).to_have_value(WORDS)


@pytest.mark.both_engines
def test_a_signature_that_meets_no_database_is_neither_lost_nor_doubled(
    spasms, ann, ravi, open_page, tmp_path
):
    factories.edit_page(spasms, by=ann, summary=WORDS)
    review = request_review(spasms, by=ann, trigger="change", note="A change.")
    page = open_page(excused=("503", "Failed to load resource", "204"))
    with serve_stoppable(tmp_path) as site:
        base = site.base
        sign_in(page, base, "ravi")
        page.goto(f"{base}/desk/reviews/{review.uuid}/")
        page.get_by_role("button", name="Sign and publish").wait_for()
        for box in page.locator("#sign form").first.locator(SIGNATURE_BOXES).all():
            box.check()
        run_sql(site.url, "UPDATE reviews_reviewopening SET at = '2020-01-01 00:00:00+00'")
        password = page.get_by_label("Your password")
        password.fill(PASSWORD)
        site.stop()
        page.get_by_role("button", name="Sign and publish").click()
        alert = page.locator("#not-saved")
        expect(alert).to_contain_text(STAYS)
        expect(password).to_have_value(PASSWORD)
        site.start()
        alert.get_by_role("button", name="Try again").click()
        page.get_by_text("It is public now").wait_for()
        # Sent once more, as somebody does who does not believe it.
        assert run_sql(site.url, COUNT_SIGNATURES) == [(2,)]
        page.go_back()
        page.reload()
        assert run_sql(site.url, COUNT_SIGNATURES) == [(2,)]


@pytest.mark.both_engines
def test_a_server_that_is_gone_leaves_the_words_on_the_screen(spasms, open_page, tmp_path):
    page = open_page(excused=("503", "Failed to load resource", "ERR_"))
    with serve_stoppable(tmp_path) as site:
        base = site.base
        sign_in(page, base, "ann")
        page.goto(f"{base}/admin/symptoms/symptom/{spasms.pk}/change/")
        page.locator("form[data-ready]").wait_for()
        page.wait_for_timeout(3100)  # milliseconds; then typing asks again
    page.locator("#id_summary").fill(WORDS)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#not-saved")).to_contain_text("the server does not answer")
    expect(page.locator("#id_summary")).to_have_value(WORDS)
    assert Article.objects.get(pk=spasms.pk).summary != WORDS
