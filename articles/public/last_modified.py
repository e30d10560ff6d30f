"""Since when a page has had its present bytes: what ``Last-Modified`` states.

It follows from what all processes read alike: the change that last named the page, the last day
that changed it by itself, and the moment of the build.
"""

import datetime as dt
import time
from collections.abc import Iterable

from django.conf import settings

# HTTP has whole seconds, and a process follows a change within one. A moment is told only once no
# process can still serve what was before it, or a second change within the same second.
MIN_AGE = 2  # seconds


def find_last_moment(moments: Iterable[dt.datetime | None]) -> int:
    """The second of the latest of these moments and of the build, as Unix time."""
    known = [int(moment.timestamp()) for moment in moments if moment is not None]
    return max([settings.BUILD_TIME, *known])


def get_stated(moment: int) -> int | None:
    """What a response may state of such a moment; None while it is too new, or not yet come.

    The latter is so after a clock was set back, or where the clocks of two machines differ. 0 is a
    moment that nobody knows.
    """
    return moment if 0 < moment <= time.time() - MIN_AGE else None
