"""Days at which a page says something else by itself: when they begin, and who compares them."""

import datetime as dt
from functools import lru_cache

from django.utils import timezone

SECOND = dt.timedelta(seconds=1)
# No transition of a time zone is longer: one has skipped a whole day.
LONGEST_GAP = dt.timedelta(hours=26)


def start_of_day(day: dt.date) -> dt.datetime:
    """The first moment of a day here, in UTC.

    Where clocks skip its midnight, or the whole day, that is when they do.
    """
    return _find_start(day, timezone.get_current_timezone())


@lru_cache(maxsize=1024)
def _find_start(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    midnight = dt.datetime.combine(day, dt.time.min, zone)
    moment = midnight.astimezone(dt.UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return moment
    before = moment - LONGEST_GAP
    while moment - before > SECOND:
        middle = before + (moment - before) // 2
        if middle.astimezone(zone).date() < day:
            before = middle
        else:
            moment = middle
    return moment.replace(microsecond=0)
