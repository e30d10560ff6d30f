"""The page cache: what it may answer, for how long, and what makes it read again."""

import threading

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from articles.models import PublicationEvent
from articles.public.page_cache import (
    MAX_STALENESS,
    CachedResponse,
    PageCache,
    PublicPage,
    page_cache,
    public_page,
)
from reviews.signing.actions import withdraw_page
from tests import factories

PATH = "/somewhere/"
ADDRESS = f"http://testserver{PATH}"


@pytest.fixture
def clock(monkeypatch):
    """A monotonic clock that the test moves."""
    now = [1000.0]
    monkeypatch.setattr("articles.public.page_cache.time.monotonic", lambda: now[0])
    return now


@pytest.fixture
def day(monkeypatch):
    today = ["2026-03-01"]
    monkeypatch.setattr("articles.public.page_cache._today", lambda: today[0])
    return today


def make_response(body=b"text", site_revision=1, day="2026-03-01") -> CachedResponse:
    return CachedResponse(body, '"tag"', 200, site_revision, day)


def test_an_empty_shelf_gives_nothing(clock, day):
    assert PageCache().get(PATH) is None


def test_a_page_is_given_until_the_next_check_is_due(clock, day):
    kept = PageCache()
    kept.set(PATH, make_response(), read_at=1000)
    clock[0] += MAX_STALENESS
    assert kept.get(PATH) == make_response()
    clock[0] += 0.001
    assert kept.get(PATH) is None


def test_the_check_counts_from_the_moment_of_asking_not_from_the_end_of_printing(clock, day):
    kept = PageCache()
    clock[0] += 5
    kept.set(PATH, make_response(), read_at=1000)
    assert kept.get(PATH) is None


def test_a_news_of_the_site_makes_every_older_page_stale(clock, day):
    kept = PageCache()
    kept.set(PATH, make_response(site_revision=1), read_at=1000)
    kept.set("/other/", make_response(site_revision=2), read_at=1000.1)
    assert kept.get(PATH) is None
    assert kept.get("/other/") == make_response(site_revision=2)


def test_a_page_printed_before_the_news_and_put_after_it_is_not_given(clock, day):
    kept = PageCache()
    kept.set("/other/", make_response(site_revision=2), read_at=1000.1)
    kept.set(PATH, make_response(site_revision=1), read_at=1000)
    assert kept.get(PATH) is None
    assert kept.get("/other/") == make_response(site_revision=2)


def test_one_check_refreshes_the_whole_shelf(clock, day):
    kept = PageCache()
    kept.set(PATH, make_response(), read_at=1000)
    clock[0] += 2
    kept.set("/other/", make_response(), read_at=1002)
    assert kept.get(PATH) == make_response()


def test_a_new_day_empties_the_shelf(clock, day):
    kept = PageCache()
    kept.set(PATH, make_response(), read_at=1000)
    day[0] = "2026-03-02"
    assert kept.get(PATH) is None


def test_a_full_shelf_lets_go_of_what_nobody_asked_for(clock, day, monkeypatch):
    monkeypatch.setattr("articles.public.page_cache.MAX_CACHE_BYTES", 10_000)
    kept = PageCache()
    for number in range(50):
        kept.set(f"/{number}/", make_response(b"x" * 1000), read_at=1000)
        kept.get("/0/")
    assert kept.get("/0/")
    assert kept.get("/49/")
    assert kept.get("/1/") is None


def test_a_page_bigger_than_the_shelf_is_printed_each_time_and_breaks_nothing(
    clock, day, monkeypatch
):
    monkeypatch.setattr("articles.public.page_cache.MAX_CACHE_BYTES", 10_000)
    kept = PageCache()
    for size in (9_400, 9_800, 20_000):
        kept.set(PATH, make_response(b"x" * size), read_at=1000)
    kept.set("/small/", make_response(), read_at=1000)
    assert kept.get("/small/")


def test_many_threads_can_use_one_shelf(clock, day):
    kept, failed = PageCache(), []

    def use(name):
        try:
            for number in range(300):
                kept.set(
                    f"/{name}/{number}/", make_response(site_revision=number), read_at=1000 + number
                )
                kept.get(f"/{name}/{number - 1}/")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=use, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_other_responses_pass_through_and_are_not_kept():
    asked = []

    @public_page
    def view(request):
        asked.append(request.path)
        return HttpResponse(status=301, headers={"Location": "/new/"})

    for _ in range(2):
        assert view(RequestFactory().get(PATH))["Location"] == "/new/"
    assert len(asked) == 2


def test_a_page_begun_before_midnight_is_not_kept_as_the_next_days(db, clock, day):
    @public_page
    def view(request):
        day[0] = "2026-03-02"
        return PublicPage("404.html", {}, 1)

    view(RequestFactory().get(PATH))
    assert page_cache.get(ADDRESS) is None
    view(RequestFactory().get(PATH))
    assert page_cache.get(ADDRESS).day == "2026-03-02"


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


def test_the_leaf_carries_the_site_revision_of_its_own_first_query(
    db, ann, ravi, client, monkeypatch
):
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    seen = []
    monkeypatch.setattr(
        page_cache, "set", lambda path, page, read_at: seen.append((path, page.site_revision))
    )
    for address in (
        "/",
        "/symptoms/",
        "/symptoms/a-z/a/",
        "/articles/",
        "/articles/keeping-a-diary/",
    ):
        client.get(address)
    newest = PublicationEvent.objects.site_revision()
    assert newest
    assert [revision for _, revision in seen] == [newest] * 5
