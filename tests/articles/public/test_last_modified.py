"""Last-Modified is the latest of what all processes know alike, and never in the future."""

import datetime as dt

import pytest

from articles.public.last_modified import find_last_moment, get_stated

NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def build(settings):
    settings.BUILD_TIME = int(NOON.timestamp())


def test_it_is_the_latest_of_change_calendar_and_build():
    noon = int(NOON.timestamp())
    assert find_last_moment([]) == find_last_moment([None, NOON - HOUR]) == noon
    assert find_last_moment([NOON + HOUR, NOON, None]) == noon + 3600
    assert find_last_moment([NOON + dt.timedelta(seconds=1.9)]) == noon + 1


@pytest.mark.parametrize(
    ("age", "is_stated"), [(-3600, False), (0, False), (1.9, False), (2, True), (1e9, True)]
)
def test_it_is_stated_once_no_second_change_can_come_within_its_second(
    age, is_stated, time_machine
):
    time_machine.move_to(NOON.timestamp() + age, tick=False)
    assert (get_stated(int(NOON.timestamp())) is not None) == is_stated
    assert get_stated(0) is None  # nobody knows
