"""What signed pages say to do in emergencies, in the memory of this process.

For the time when the database cannot be read: the answers of the search, and the list that stands
in place of a page. A page that passes its grace period meanwhile is left out, and so is all of it a
day after it was read: nobody knows any more what was withdrawn since.
"""

import datetime as dt
import threading
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils import timezone

from articles.emergencies import lookup
from articles.emergencies.lookup import EmergencyAnswer
from articles.models import Article

MAX_AGE = 24 * 60 * 60  # seconds


@dataclass(frozen=True)
class RememberedEmergency:
    """The answer for an emergency, with the signed summary of its page, and the last days on which
    its page and the page to go on with may be shown.
    """

    answer: EmergencyAnswer
    summary: str
    last_day: dt.date
    next_last_day: dt.date | None = None

    def present(self, today: dt.date) -> EmergencyAnswer:
        """The answer without a page to go on with that is past its grace period."""
        if self.next_last_day is not None and today > self.next_last_day:
            return replace(self.answer, next_page=None)
        return self.answer


class RememberedEmergencies:
    """The emergencies that were read last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._rows: tuple[RememberedEmergency, ...] = ()
            self._read_at = float("-inf")
            self.read_moment: dt.datetime | None = None

    def read(self) -> None:
        """Read them again. Two queries."""
        begun_at, moment = time.monotonic(), timezone.now()
        rows = tuple(_read_rows())
        with self._lock:
            if begun_at >= self._read_at:
                self._rows, self._read_at, self.read_moment = rows, begun_at, moment

    def get_current(self) -> list[RememberedEmergency]:
        """Those that may be shown today, the gravest first."""
        if time.monotonic() - self._read_at > MAX_AGE:
            return []
        today = timezone.localdate()
        return [row for row in self._rows if today <= row.last_day]

    def find_answers(
        self, subjects: Iterable[str], *, withheld: Collection[str] = ()
    ) -> list[EmergencyAnswer]:
        """As ``lookup.find_answers`` gives them, without a query."""
        today = timezone.localdate()
        known = {row.answer.subject: row.present(today) for row in self.get_current()}
        answers = []
        for subject in lookup.choose_gravest(subjects):
            answer = known.get(subject) or lookup.build_bare_answer(subject)
            answers.append(replace(answer, act="") if subject in withheld else answer)
        return answers


def _read_rows() -> Iterable[RememberedEmergency]:
    for answer, page, next_page in lookup.list_current():
        live = page.live
        assert live  # it is public
        yield RememberedEmergency(
            answer=answer,
            summary=live.summary,
            last_day=_get_last_day(page),
            next_last_day=_get_last_day(next_page) if next_page else None,
        )


def _get_last_day(page: Article) -> dt.date:
    """The last day of its grace period."""
    assert page.live  # it is public
    grace = dt.timedelta(days=settings.GRACE_DAYS[page.risk])
    return page.live.read_review_line().next_due + grace


remembered = RememberedEmergencies()
