"""When a day begins here: at midnight, or where clocks skip midnight, when they do."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from articles.page_store.calendar import start_of_day

SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("UTC", (2026, 11, 30), "2026-11-30 00:00+00:00"),
        ("Asia/Kathmandu", (2026, 11, 30), "2026-11-30 00:00+05:45"),
        # The days on which clocks change, and the days after.
        ("Europe/Berlin", (2026, 3, 29), "2026-03-29 00:00+01:00"),
        ("Europe/Berlin", (2026, 3, 30), "2026-03-30 00:00+02:00"),
        ("Europe/Berlin", (2026, 10, 25), "2026-10-25 00:00+02:00"),
        ("Europe/Berlin", (2026, 10, 26), "2026-10-26 00:00+01:00"),
        ("America/New_York", (2026, 3, 8), "2026-03-08 00:00-05:00"),
        ("America/New_York", (2026, 11, 1), "2026-11-01 00:00-04:00"),
        # Clocks go from midnight to one.
        ("America/Sao_Paulo", (2018, 11, 4), "2018-11-04 01:00-02:00"),
        ("Africa/Cairo", (2023, 4, 28), "2023-04-28 01:00+03:00"),
        ("Asia/Beirut", (2024, 3, 31), "2024-03-31 01:00+03:00"),
        # They go from half past eleven to half past twelve.
        ("America/Toronto", (1919, 3, 31), "1919-03-31 00:30-04:00"),
        # They go from midnight back to eleven: the day begins at the second midnight.
        ("America/Sao_Paulo", (2018, 2, 18), "2018-02-18 00:00-03:00"),
        # They go from one back to midnight: at the first.
        ("America/Havana", (2026, 11, 1), "2026-11-01 00:00-04:00"),
        # A day that never was.
        ("Pacific/Apia", (2011, 12, 30), "2011-12-31 00:00+14:00"),
    ],
)
def test_a_day_begins_at_its_first_moment(zone, day, expected):
    with timezone.override(ZoneInfo(zone)):
        start = start_of_day(dt.date(*day))
        assert start == dt.datetime.fromisoformat(expected)
        assert timezone.localdate(start) >= dt.date(*day)
        assert timezone.localdate(start - SECOND) < dt.date(*day)


def test_every_day_of_two_years_begins_when_the_day_before_ends():
    for zone in ("Europe/London", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo"):
        with timezone.override(ZoneInfo(zone)):
            day = dt.date(2025, 1, 1)
            while day < dt.date(2027, 1, 1):
                start = start_of_day(day)
                assert timezone.localdate(start) == day, (zone, day)
                assert timezone.localdate(start - SECOND) == day - dt.timedelta(days=1), (zone, day)
                day += dt.timedelta(days=1)
