"""The front page, the health check, the start after signing in, and the error pages."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from articles.care.phone_numbers import asks_to_call, extract_words
from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug
from config.context_processors import publisher
from reviews.signing.actions import withdraw_page
from tests import factories, html
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def sign_pages(count, ann, ravi) -> list:
    written = [
        factories.make_symptom(ann, slug=f"ache-{n}", title=f"Ache {n}") for n in range(count)
    ]
    written += [
        factories.make_article(ann, slug=f"diary-{n}", title=f"Diary {n}") for n in range(count)
    ]
    for page in written:
        factories.sign_page(page, by=ravi, asked_by=ann)
    return written


def test_an_empty_site_says_that_nobody_signed_anything_yet(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "Nobody has signed one so far." in page.text
    assert html.find_empty_sections(page.text) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_front_page_shows_what_was_signed_in_a_fixed_number_of_queries(
    count, ann, ravi, client, django_assert_num_queries
):
    sign_pages(count, ann, ravi)
    page_cache.clear()
    with django_assert_num_queries(8):
        page = client.get("/")
    linked = set(html.get_links(page.text))
    assert {f"/symptoms/ache-{n}/" for n in range(count)} | {
        f"/articles/diary-{n}/" for n in range(count)
    } <= linked
    assert "Bones, Joints and Muscles" in page.text
    assert html.find_empty_sections(page.text) == []
    with django_assert_num_queries(0):
        assert client.get("/").content == page.content


def test_the_front_page_shows_neither_drafts_nor_draft_words(ann, ravi, morgan, client):
    kept, gone = sign_pages(1, ann, ravi)
    factories.edit_page(kept, by=ann, title="A draft title", summary="A draft summary")
    factories.make_article(ann, slug="draft", title="A draft article")
    withdraw_page(gone, reason="wrong", by=morgan)
    text = client.get("/").text
    assert "Ache 0" in text
    assert not [word for word in ("draft", "Diary") if word in text]


def list_latest_reviews(client) -> list[str]:
    text = client.get("/").text
    latest = text[text.index("Latest reviews") : text.index("<h2>Articles</h2>")]
    return re.findall(r'<a href="([^"]+)"', latest)


def test_of_the_reviews_of_one_day_the_later_comes_first(ann, ravi, client):
    with time_machine.travel("2026-03-02", tick=False):
        for slug in ("ache", "tics"):
            page = factories.make_symptom(ann, slug=slug, title=slug.title())
            factories.sign_page(page, by=ravi, asked_by=ann)
        factories.sign_page(factories.make_article(ann, slug="a"), by=ravi, asked_by=ann)
    assert list_latest_reviews(client)[-2:] == ["/symptoms/tics/", "/symptoms/ache/"]


def test_latest_reviews_come_in_the_order_of_the_dates_that_they_show(ann, ravi, client):
    """A change that was signed later moves no page up: the list dates reviews of whole pages."""
    ache, tics = (
        factories.make_symptom(ann, slug=slug, title=slug.title()) for slug in ("ache", "tics")
    )
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    for page, days in ((ache, 9), (tics, 5)):
        with time_machine.travel(timezone.now() - dt.timedelta(days=days)):
            factories.sign_page(page, by=ravi, asked_by=ann)
    changed = factories.edit_page(ache, by=ann, summary="Better.")
    factories.sign_page(changed, by=ravi, asked_by=ann, trigger="change")
    listed = ["/articles/keeping-a-diary/", "/symptoms/tics/", "/symptoms/ache/"]
    assert list_latest_reviews(client) == listed


def test_a_page_that_only_moved_keeps_its_place_and_shows_its_new_address(
    ann, ravi, morgan, client
):
    from_here = factories.make_minimal_symptom(ann)
    factories.sign_page(from_here, by=ravi, asked_by=ann)
    change_slug(from_here, slug="gaping", by=morgan)
    linked = html.get_links(client.get("/").text)
    assert "/symptoms/gaping/" in linked
    assert "/symptoms/yawning/" not in linked


def test_the_front_page_is_for_everybody_alike_and_for_reading_only(ann, client):
    client.force_login(ann)
    page = client.get("/")
    assert "Set-Cookie" not in page
    assert "cookie" not in page.get("Vary", "").lower()
    assert client.get("/", headers={"if-none-match": page["ETag"]}).status_code == 304
    assert client.post("/").status_code == 405


def test_the_pulse_is_ok_while_the_database_answers(client):
    page = client.get("/healthz")
    assert (page.status_code, page.text) == (200, "ok")
    assert "no-store" in page["Cache-Control"]
    assert "Set-Cookie" not in page
    assert client.post("/healthz").status_code == 405


def test_the_pulse_fails_when_the_database_does_not_answer(client, monkeypatch):
    def broken():
        raise DatabaseError("gone")

    monkeypatch.setattr(connection, "ensure_connection", broken)
    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize(
    ("name", "start"), [("ann", "/admin/"), ("morgan", "/admin/"), ("ravi", "/desk/")]
)
def test_people_start_where_their_work_is(name, start, request, client):
    client.force_login(request.getfixturevalue(name))
    assert client.get("/accounts/start/")["Location"] == start


def test_charlie_is_asked_to_sign_in_before_the_start(client):
    answer = client.get("/accounts/start/")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/accounts/start/"


def test_signing_in_leads_to_the_start(ann, client):
    form = {"login": "ann", "password": PASSWORD}
    answer = client.post("/accounts/login/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/start/")


def test_nobody_signs_up(client):
    answer = client.get("/accounts/signup/")
    assert "password1" not in answer.text


def test_an_unknown_address_says_so_and_where_to_get_help(client):
    page = client.get("/no/such/page/")
    assert page.status_code == 404
    assert "911" in page.text
    assert "/no/such/page" not in page.text
    assert html.find_empty_sections(page.text) == []
    assert "Set-Cookie" not in page


def test_a_fault_shows_a_plain_page_that_needs_no_database(client, monkeypatch, settings):
    settings.EMERGENCY_NUMBER = "0112"

    def broken():
        raise RuntimeError("secret detail")

    monkeypatch.setattr("config.public.views._get_recently_reviewed", broken)
    client.raise_request_exception = False
    page = client.get("/")
    assert page.status_code == 500
    assert "Something went wrong" in page.text
    assert "0112" in page.text
    assert "secret detail" not in page.text
    assert html.find_empty_sections(page.text) == []


def test_a_request_that_cannot_be_read_gets_the_plain_page_too(
    client, settings, django_assert_num_queries
):
    settings.SITE_NAME = "House of Words"
    settings.COUNTERSIGN_DEMO = True
    with django_assert_num_queries(0):
        page = client.get("/", headers={"host": "not-ours.example"})
    assert page.status_code == 400
    assert not [
        word
        for word in ("House of Words", "Demonstration.", "911", "css/site.css")
        if word not in page.text
    ]


def test_the_plain_page_does_without_a_stylesheet_that_is_missing(client, settings):
    broken = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": broken}
    page = client.get("/", headers={"host": "not-ours.example"})
    assert page.status_code == 400
    assert "We could not read that request" in page.text
    assert "stylesheet" not in page.text


def test_a_form_from_elsewhere_is_refused_in_plain_words():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "ann"})
    assert answer.status_code == 403
    assert "The form was not accepted" in answer.text
    assert "Nothing was saved, sent or signed." in answer.text


@pytest.mark.parametrize("address", ["/", "/symptoms/", "/articles/", "/nowhere/"])
def test_nul_and_odd_characters_in_an_address_find_nothing_and_break_nothing(address, client):
    for tail in ("%00", "%ED%A0%80", "%F0%9F%98%80/", "..%2f", "'--/", "a" * 3000 + "/"):
        assert client.get(address + tail).status_code in (301, 404)


@pytest.mark.parametrize("demo", [True, False])
def test_a_demonstration_says_so_everywhere(demo, settings, ann, ravi, client):
    settings.COUNTERSIGN_DEMO = demo
    sign_pages(1, ann, ravi)
    for address in ("/", "/symptoms/", "/articles/", "/articles/diary-0/", "/nowhere/"):
        assert ("Demonstration." in client.get(address).text) is demo, address


@pytest.mark.parametrize(
    "template",
    [
        *(f"{status}.html" for status in (400, 403, 404, 410, 429, 500)),
        "403_csrf.html",
        "articles/expunged.html",
        "config/moved.html",
        "config/needs_a_server.html",
    ],
)
def test_whatever_went_wrong_the_emergency_number_can_be_dialled(template, rf, settings):
    settings.EMERGENCY_NUMBER = "112"
    request = rf.get("/")
    body = render_to_string(template, publisher(request), request).partition("<body")[2]
    marked = re.sub(r'<a class="dial" href="tel:112">112</a>', "☎112", body)
    lines = [
        line
        for line in extract_words(marked).splitlines()
        if asks_to_call("112", line.replace("☎", ""))
    ]
    assert lines
    assert [line for line in lines if "☎" not in line] == []
