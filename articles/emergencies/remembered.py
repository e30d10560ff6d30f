"""What signed pages say to do in emergencies, in the memory of this process.

For the time when the database cannot be read: the answers of the search, and the list that stands
in place of a page. A page that passes its grace period meanwhile is left out, and so is all of it a
day after it was read: nobody knows any more what was withdrawn since.
"""

import datetime as dt
import logging
import threading
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from articles.care.emergencies import EMERGENCIES
from articles.emergencies import lookup
from articles.emergencies.lookup import EmergencyAnswer
from articles.emergencies.phrases import load_phrases
from articles.models import Article
from articles.page_store import subjects
from articles.page_store.following import follower

MAX_AGE = 24 * 60 * 60  # seconds
logger = logging.getLogger(__name__)


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
            self._subjects: list[int] = []
            self._number: int | None = None
            self._generation = -1
            self.read_moment: dt.datetime | None = None

    def read(self) -> None:
        """Read them again. Two queries."""
        number, generation = follower.last_number, follower.generation
        begun_at, moment = time.monotonic(), timezone.now()
        with subjects.collect() as collector:
            subjects.name(subjects.PHRASES, *map(subjects.emergency, EMERGENCIES))
            rows = tuple(_read_rows())
        with self._lock:
            if begun_at >= self._read_at:
                self._rows, self._read_at, self.read_moment = rows, begun_at, moment
                self._subjects = subjects.hash_subjects(collector.names)
                self._number, self._generation = number, generation

    def refresh(self) -> None:
        """Read them again if one of them changed since; what cannot be read is forgotten.

        The table of phrases is read too, if it changed: the search remembers what it read.
        """
        if self._is_current():
            with self._lock:
                self._number = follower.last_number
                self._read_at, self.read_moment = time.monotonic(), timezone.now()
            return
        try:
            self.read()
            load_phrases()
        except Error:
            self.clear()
            logger.exception("What to do in emergencies cannot be read; it is forgotten.")

    def _is_current(self) -> bool:
        if self._number is None or self._generation != follower.generation:
            return False
        return follower.is_current(self._subjects, self._number)

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
        for shown in (page, next_page):
            if shown is not None:
                subjects.name(subjects.page(shown.uuid))
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


def begin() -> None:
    """Remember them from now on, in a process that serves the site.

    They are read now, or with the first read of the changes that succeeds.
    """
    if remembered.refresh not in follower.listeners:
        follower.listeners.append(remembered.refresh)
    follower.follow()
    connection.close()  # a process that is forked from this one needs its own
