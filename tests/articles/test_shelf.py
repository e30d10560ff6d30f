"""The shelf: what it may answer by itself, for how long, and what makes it ask again."""

import threading

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from articles import shelf as shelves
from articles.models import Publication
from articles.shelf import Leaf, Printed, Shelf, public_page, shelf
from reviews.actions import withdraw_page
from tests import stories

PATH = "/somewhere/"
ADDRESS = f"http://testserver{PATH}"


@pytest.fixture
def clock(monkeypatch):
    """A monotonic clock that the test moves."""
    now = [1000.0]
    monkeypatch.setattr("articles.shelf.time.monotonic", lambda: now[0])
    return now


@pytest.fixture
def day(monkeypatch):
    today = ["2026-03-01"]
    monkeypatch.setattr("articles.shelf._today", lambda: today[0])
    return today


def printed(body=b"text", site_revision=1, day="2026-03-01") -> Printed:
    return Printed(body, '"tag"', 200, site_revision, day)


def test_an_empty_shelf_gives_nothing(clock, day):
    assert Shelf().take(PATH) is None


def test_a_page_is_given_until_the_next_check_is_due(clock, day):
    kept = Shelf()
    kept.put(PATH, printed(), asked_at=1000)
    clock[0] += shelves.RECHECK
    assert kept.take(PATH) == printed()
    clock[0] += 0.001
    assert kept.take(PATH) is None


def test_the_check_counts_from_the_moment_of_asking_not_from_the_end_of_printing(clock, day):
    kept = Shelf()
    clock[0] += 5
    kept.put(PATH, printed(), asked_at=1000)
    assert kept.take(PATH) is None


def test_a_news_of_the_site_makes_every_older_page_stale(clock, day):
    kept = Shelf()
    kept.put(PATH, printed(site_revision=1), asked_at=1000)
    kept.put("/other/", printed(site_revision=2), asked_at=1000.1)
    assert kept.take(PATH) is None
    assert kept.take("/other/") == printed(site_revision=2)


def test_a_page_printed_before_the_news_and_put_after_it_is_not_given(clock, day):
    kept = Shelf()
    kept.put("/other/", printed(site_revision=2), asked_at=1000.1)
    kept.put(PATH, printed(site_revision=1), asked_at=1000)
    assert kept.take(PATH) is None
    assert kept.take("/other/") == printed(site_revision=2)


def test_one_check_refreshes_the_whole_shelf(clock, day):
    kept = Shelf()
    kept.put(PATH, printed(), asked_at=1000)
    clock[0] += 2
    kept.put("/other/", printed(), asked_at=1002)
    assert kept.take(PATH) == printed()


def test_a_new_day_empties_the_shelf(clock, day):
    kept = Shelf()
    kept.put(PATH, printed(), asked_at=1000)
    day[0] = "2026-03-02"
    assert kept.take(PATH) is None


def test_a_full_shelf_lets_go_of_what_nobody_asked_for(clock, day, monkeypatch):
    monkeypatch.setattr("articles.shelf.ROOM", 10_000)
    kept = Shelf()
    for number in range(50):
        kept.put(f"/{number}/", printed(b"x" * 1000), asked_at=1000)
        kept.take("/0/")
    assert kept.take("/0/")
    assert kept.take("/49/")
    assert kept.take("/1/") is None


def test_a_page_bigger_than_the_shelf_is_printed_each_time_and_breaks_nothing(clock, day, monkeypatch):
    monkeypatch.setattr("articles.shelf.ROOM", 10_000)
    kept = Shelf()
    for size in (9_400, 9_800, 20_000):
        kept.put(PATH, printed(b"x" * size), asked_at=1000)
    kept.put("/small/", printed(), asked_at=1000)
    assert kept.take("/small/")


def test_many_threads_can_use_one_shelf(clock, day):
    kept, failed = Shelf(), []

    def use(name):
        try:
            for number in range(300):
                kept.put(f"/{name}/{number}/", printed(site_revision=number), asked_at=1000 + number)
                kept.take(f"/{name}/{number - 1}/")
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
        return Leaf("404.html", {}, 1)

    view(RequestFactory().get(PATH))
    assert shelf.take(ADDRESS) is None
    view(RequestFactory().get(PATH))
    assert shelf.take(ADDRESS).day == "2026-03-02"


def test_the_query_string_neither_makes_a_new_copy_nor_shows_on_the_page(db, client, django_assert_num_queries):
    plain = client.get("/symptoms/")
    with django_assert_num_queries(0):
        assert client.get("/symptoms/?q=private").content == plain.content
    shelf.clear()
    assert "private" not in client.get("/symptoms/?q=private").text


def test_a_gone_page_is_kept_like_any_other_and_never_answered_with_304(
    ann, ravi, morgan, client, django_assert_num_queries
):
    page = stories.write_article(ann)
    stories.sign(page, by=ravi, asked_by=ann)
    withdraw_page(page, reason="wrong", by=morgan)
    gone = client.get("/articles/keeping-a-diary/")
    with django_assert_num_queries(0):
        again = client.get("/articles/keeping-a-diary/", headers={"if-none-match": gone["ETag"]})
    assert again.status_code == 410
    assert again.content == gone.content


def test_the_etag_names_the_build(db, client, settings):
    before = client.get("/symptoms/")["ETag"]
    shelf.clear()
    settings.BUILD = "another"
    assert client.get("/symptoms/")["ETag"] != before


def test_the_leaf_carries_the_site_revision_of_its_own_first_query(db, ann, ravi, client, monkeypatch):
    stories.sign(stories.write_article(ann), by=ravi, asked_by=ann)
    seen = []
    monkeypatch.setattr(shelf, "put", lambda path, page, asked_at: seen.append((path, page.site_revision)))
    for address in ("/", "/symptoms/", "/symptoms/a-z/a/", "/articles/", "/articles/keeping-a-diary/"):
        client.get(address)
    newest = Publication.objects.site_revision()
    assert newest
    assert [revision for _, revision in seen] == [newest] * 5
