"""The moments of changes go up as their numbers do, and pages expire when their day is over."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import RequestFactory
from django.utils import timezone
from django.utils.http import parse_http_date

from articles.models import ChangedSubject
from articles.page_store import changes, subjects
from articles.page_store.following import follower
from articles.public.page_cache import PublicPage, page_cache, public_page

NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def get_moments() -> list[dt.datetime]:
    return list(ChangedSubject.objects.order_by("number").values_list("at", flat=True))


@pytest.mark.both_engines
def test_a_clock_that_is_set_back_does_not_set_back_the_moments_of_changes(db):
    for number, hours in enumerate((0, -1, -1, 1)):
        changes.announce([f"page:{number}"], at=NOON + dt.timedelta(hours=hours))
    assert get_moments() == [NOON, NOON + SECOND, NOON + 2 * SECOND, NOON + dt.timedelta(hours=1)]
    assert changes.find_last_moment(["page:1", "page:0", "other"]) == NOON + SECOND
    assert changes.find_last_moment(["other"]) is None
    changes.announce([subjects.EVERYTHING], at=NOON + dt.timedelta(hours=2))
    assert changes.find_last_moment(["page:1"]) == NOON + dt.timedelta(hours=2)


@pytest.fixture
def view(settings):
    """A page that says whether a day is over, with how often it was rendered."""

    settings.BUILD_TIME = 1  # long ago

    @public_page
    def view(request):
        today = timezone.localdate()
        subjects.name("page:1")
        subjects.expire_after(view.last_day, today=today)
        view.rendered += 1
        view.during()
        return PublicPage("404.html", {"publisher": {"name": f"over: {today > view.last_day}"}})

    view.rendered, view.during = 0, lambda: None
    return view


def visit(view):
    """The page, and whether it says that the day is over."""
    response = view(RequestFactory().get("/one/"))
    return response, "over: True" in response.text


@pytest.mark.parametrize(
    ("zone", "last_day", "first_moment"),
    [
        ("UTC", dt.date(2027, 2, 28), "2027-03-01T00:00:00+00:00"),
        ("Europe/Berlin", dt.date(2027, 3, 28), "2027-03-29T00:00:00+02:00"),  # an hour shorter
        ("Europe/Berlin", dt.date(2027, 10, 31), "2027-11-01T00:00:00+01:00"),  # an hour longer
        ("Africa/Cairo", dt.date(2023, 4, 27), "2023-04-28T01:00:00+03:00"),  # without a midnight
    ],
)
@pytest.mark.usefixtures("db", "page_store")
def test_a_page_reads_differently_from_the_first_moment_of_the_next_day(
    view, zone, last_day, first_moment
):
    view.last_day, boundary = last_day, dt.datetime.fromisoformat(first_moment)
    before = time_machine.travel(boundary - 30 * SECOND, tick=False)
    with timezone.override(ZoneInfo(zone)), before as clock:
        for _ in range(2):
            assert not visit(view)[1]
        assert view.rendered == 1
        clock.move_to(boundary - SECOND)
        assert not visit(view)[1]
        clock.move_to(boundary)
        for _ in range(2):
            page, is_over = visit(view)
            assert is_over
        assert view.rendered == 2
        assert "Last-Modified" not in page
        clock.move_to(boundary + 2 * SECOND)
        stated = parse_http_date(visit(view)[0]["Last-Modified"])
        assert stated == boundary.timestamp()
        clock.move_to(boundary + dt.timedelta(days=20))
        assert visit(view)[1]
        assert view.rendered == 2


@pytest.mark.usefixtures("db", "page_store")
def test_a_page_begun_before_midnight_belongs_to_the_day_that_ends(view):
    view.last_day = dt.date(2027, 2, 28)
    with time_machine.travel("2027-02-28 23:59:59Z", tick=False) as clock:
        view.during = lambda: clock.move_to("2027-03-01 00:00:01Z")
        assert not visit(view)[1]
        view.during = lambda: None
        page_cache.memory.clear()
        assert visit(view)[1]


@pytest.mark.usefixtures("db", "page_store")
def test_a_page_of_the_next_day_does_not_outlive_a_clock_that_is_set_back(view):
    view.last_day = dt.date(2027, 2, 28)
    with time_machine.travel("2027-03-01 00:30Z", tick=False) as clock:
        assert visit(view)[1]
        clock.move_to("2027-02-28 23:30Z")
        assert not visit(view)[1]
        page_cache.memory.clear()
        assert not visit(view)[1]
        clock.move_to("2027-03-01 00:00Z")
        assert visit(view)[1]


@pytest.mark.usefixtures("db", "page_store")
def test_two_workers_and_a_restart_state_the_same_date_and_no_date_in_the_future(view):
    view.last_day = dt.date(2028, 1, 1)
    with time_machine.travel(NOON, tick=False) as clock:
        changes.announce(["page:1"])
        clock.shift(0.4)
        changes.announce(["page:1"])
        clock.shift(10)
        stated = []
        for forget in (lambda: None, page_cache.memory.clear, page_cache.clear):
            forget()
            follower.clear()
            stated.append(visit(view)[0]["Last-Modified"])
        assert stated == ["Mon, 01 Mar 2027 12:00:00 GMT"] * 3
        clock.move_to(NOON - dt.timedelta(hours=1))
        page_cache.clear()
        assert "Last-Modified" not in visit(view)[0]
        changes.announce(["page:1"])
        page_cache.clear()
        clock.move_to(NOON + 5 * SECOND)
        assert visit(view)[0]["Last-Modified"] == "Mon, 01 Mar 2027 12:00:01 GMT"
