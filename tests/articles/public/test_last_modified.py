"""Last-Modified moves with the page, whatever the clock says."""

import pytest

from articles.public import last_modified as module
from articles.public.last_modified import MAX_CLOCK_SKEW, LastModifiedCache

PAGE = "https://a.example/somewhere/"


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves."""
    now = [1_000_000.0]
    monkeypatch.setattr("articles.public.last_modified.time.time", lambda: now[0])
    return now


def test_a_page_that_stays_as_it_is_keeps_its_moment(clock):
    kept = LastModifiedCache()
    first = kept.last_modified(PAGE, "one")
    clock[0] += 500
    assert kept.last_modified(PAGE, "one") == first == 1_000_000


def test_a_page_that_changes_has_the_moment_of_the_change(clock):
    kept = LastModifiedCache()
    kept.last_modified(PAGE, "one")
    clock[0] += 500.7
    assert kept.last_modified(PAGE, "two") == 1_000_500


def test_two_changes_in_one_second_are_told_apart(clock):
    kept = LastModifiedCache()
    assert [kept.last_modified(PAGE, etag) for etag in ("one", "two", "one")] == [
        1_000_000,
        1_000_001,
        1_000_002,
    ]


def test_each_page_has_a_moment_of_its_own(clock):
    kept = LastModifiedCache()
    kept.last_modified(PAGE, "one")
    clock[0] += 5
    assert kept.last_modified("https://b.example/somewhere/", "one") == 1_000_005


def test_a_clock_that_is_put_back_does_not_leave_pages_in_the_future(clock):
    kept = LastModifiedCache()
    kept.last_modified(PAGE, "one")
    clock[0] -= MAX_CLOCK_SKEW + 10
    assert kept.last_modified(PAGE, "two") == int(clock[0])


def test_a_page_that_was_forgotten_counts_as_changed(clock, monkeypatch):
    monkeypatch.setattr(module, "MAX_PAGES", 2)
    kept = LastModifiedCache()
    kept.last_modified(PAGE, "one")
    for other in "bc":
        kept.last_modified(other, "one")
    clock[0] += 5
    assert kept.last_modified(PAGE, "one") == 1_000_005
