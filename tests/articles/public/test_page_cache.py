"""The page cache: what it may answer, for how long, and what makes it render again."""

import datetime as dt

import pytest
import time_machine
from django.http import HttpResponse
from django.test import RequestFactory

from articles.page_store import changes, subjects
from articles.page_store.following import MAX_STALENESS, follower
from articles.public.page_cache import PublicPage, page_cache, public_page
from reviews.signing.actions import withdraw_page
from tests import factories

PATH = "/somewhere/"
DAY = 24 * 60 * 60  # seconds


@pytest.fixture
def clock(monkeypatch):
    """A monotonic clock that the test moves."""
    now = [1000.0]
    monkeypatch.setattr("articles.page_store.following.time.monotonic", lambda: now[0])
    return now


@pytest.fixture
def rendered():
    """The addresses that were rendered, in their order."""
    return []


@pytest.fixture
def view(rendered):
    """A view that names its address."""

    @public_page
    def view(request):
        rendered.append(request.path)
        subjects.name(request.path)
        return PublicPage("404.html", {})

    return view


def visit(view, path=PATH):
    return view(RequestFactory().get(path))


def test_other_responses_pass_through_and_are_not_kept(db):
    asked = []

    @public_page
    def view(request):
        asked.append(request.path)
        return HttpResponse(status=301, headers={"Location": "/new/"})

    for _ in range(2):
        assert view(RequestFactory().get(PATH))["Location"] == "/new/"
    assert len(asked) == 2


def test_a_page_is_rendered_once_until_a_subject_of_it_changed_and_others_stay(
    db, clock, view, rendered
):
    for path in ("/one/", "/two/", "/one/", "/two/"):
        visit(view, path)
    assert rendered == ["/one/", "/two/"]
    changes.announce(["/two/"])
    visit(view, "/two/")
    assert rendered == ["/one/", "/two/"]  # the process follows once in 0.9 seconds
    clock[0] += MAX_STALENESS + 0.001
    visit(view, "/one/")
    visit(view, "/two/")
    assert rendered == ["/one/", "/two/", "/two/"]
    changes.announce([subjects.EVERYTHING])
    clock[0] += MAX_STALENESS + 0.001
    visit(view, "/one/")
    visit(view, "/two/")
    assert rendered[3:] == ["/one/", "/two/"]


def test_a_change_while_a_page_is_rendered_keeps_it_out_of_memory(db, clock, rendered):
    @public_page
    def view(request):
        rendered.append(request.path)
        subjects.name("page")
        if len(rendered) == 1:
            changes.announce(["page"])
            clock[0] += MAX_STALENESS + 0.001
        return PublicPage("404.html", {})

    for _ in range(3):
        visit(view)
    assert len(rendered) == 2


def test_a_month_and_a_clock_that_was_set_back_render_again(db, view, rendered):
    """A page that is compared with no day lasts for thirty."""
    with time_machine.travel(dt.datetime(2026, 3, 1, 23, 59, 50, tzinfo=dt.UTC), tick=False) as now:
        visit(view)
        for passed, count in ((20, 1), (29 * DAY, 1), (DAY, 2), (-3600, 3)):
            now.shift(passed)
            visit(view)
            assert len(rendered) == count


def test_of_the_moments_that_a_render_named_the_first_counts(db, rendered):
    start = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

    @public_page
    def view(request):
        rendered.append(request.path)
        subjects.expire_at(start + dt.timedelta(hours=1))
        subjects.expire_at(start + dt.timedelta(hours=2))
        return PublicPage("404.html", {})

    with time_machine.travel(start, tick=False) as now:
        visit(view)
        now.shift(3599)
        visit(view)
        assert len(rendered) == 1
        now.shift(1)
        visit(view)
        assert len(rendered) == 2


def test_the_query_string_neither_makes_a_new_copy_nor_shows_on_the_page(
    db, client, django_assert_num_queries
):
    plain = client.get("/symptoms/")
    with django_assert_num_queries(0):
        assert client.get("/symptoms/?q=private").content == plain.content
    page_cache.clear()
    assert "private" not in client.get("/symptoms/?q=private").text


def test_a_gone_page_is_kept_like_any_other_and_never_answered_with_304(
    ann, ravi, morgan, client, django_assert_num_queries
):
    page = factories.make_article(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    withdraw_page(page, reason="wrong", by=morgan)
    gone = client.get("/articles/keeping-a-diary/")
    with django_assert_num_queries(0):
        again = client.get("/articles/keeping-a-diary/", headers={"if-none-match": gone["ETag"]})
    assert again.status_code == 410
    assert again.content == gone.content


def test_the_etag_names_the_build(db, client, settings):
    before = client.get("/symptoms/")["ETag"]
    page_cache.clear()
    settings.BUILD = "another"
    assert client.get("/symptoms/")["ETag"] != before


def test_a_page_in_memory_is_answered_without_the_url_map_and_with_the_same_headers(
    ann, ravi, client, settings, django_assert_num_queries
):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    address = "/symptoms/facial-spasms/"
    first = client.get(address)
    settings.ROOT_URLCONF = "tests.articles.public.no_urls"
    with django_assert_num_queries(0):
        second, head = client.get(address), client.head(address)
        unchanged = client.get(address, headers={"if-none-match": first["ETag"]})
    assert second.content == first.content
    assert first.headers.pop("X-Request-ID")
    assert dict(second.headers) == dict(first.headers)
    assert second["X-Frame-Options"] == "DENY"
    assert "default-src" in second["Content-Security-Policy"]
    assert not second.cookies
    assert (head.content, head["Content-Length"]) == (b"", first["Content-Length"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_a_page_in_memory_is_for_readers_of_this_host_alone(ann, ravi, client):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    address = "/symptoms/facial-spasms/"
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405
    assert client.get(address, headers={"host": "elsewhere.example"}).status_code == 400


def test_a_page_in_memory_goes_with_what_it_names(ann, ravi, morgan, client, clock):
    page = factories.make_symptom(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    address = "/symptoms/facial-spasms/"
    assert client.get(address).status_code == client.get(address).status_code == 200
    withdraw_page(page, reason="wrong", by=morgan)
    clock[0] += MAX_STALENESS + 0.1
    assert client.get(address).status_code == 410


def test_no_other_address_asks_what_changed(db, client, django_assert_num_queries):
    follower.clear()
    with django_assert_num_queries(0):
        assert client.get("/robots.txt").status_code == 200
