"""Purging copies in a CDN: a sender that follows the log of changes, and loses none (ADR 93).

The queue is the log itself: a row says to which number the CDN has confirmed. What was not
confirmed is sent again, by this run or the next one.
"""

import datetime as dt
import http.client
import logging
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from articles.models import ChangedSubject, CopyPurge, PublicationEvent
from articles.page_store import changes, copies
from articles.page_store.following import MAX_STALENESS
from articles.page_store.subjects import EVERYTHING, page
from articles.page_store.waiting import READ_SECONDS

# Keys in one request: Fastly takes 256.
BATCH = 200
TIMEOUT_SECONDS = 5.0
# So long after a change a page of before may still be on its way into the CDN: a process had not
# followed it yet, and rendered. What was purged is therefore purged once more.
SETTLING_SECONDS = MAX_STALENESS + READ_SECONDS + 1
PAUSE_SECONDS = 0.25  # between two looks at the log
LONGEST_PAUSE = 10.0  # between two tries
ALARM_AFTER = dt.timedelta(minutes=5)
# What is asked about where no purge was ever confirmed.
FIRST_PERIOD = dt.timedelta(days=1)
# An event is as old as its transaction, its change as the end of that.
MARGIN = dt.timedelta(minutes=1)
MAX_PAGES = 100  # that an alarm names
logger = logging.getLogger(__name__)


class CannotPurge(Exception):
    """The CDN did not confirm a purge; the message says why."""


def is_configured() -> bool:
    return bool(settings.CDN_PURGE_URL)


def send_purge(keys: list[str]) -> None:
    """Have the CDN drop all copies with one of these keys. Raises CannotPurge.

    As Fastly takes it: POST, with the keys in Surrogate-Key and the token in Fastly-Key.
    """
    for start in range(0, len(keys), BATCH):
        _post(" ".join(keys[start : start + BATCH]))


def _post(keys: str) -> None:
    url = urlsplit(settings.CDN_PURGE_URL)
    host, port = url.hostname or "", url.port
    if url.scheme == "https":
        context = ssl.create_default_context()
        client: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        client = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    headers = {"Surrogate-Key": keys, "Accept": "application/json", "Content-Length": "0"}
    if settings.CDN_PURGE_TOKEN:
        headers["Fastly-Key"] = settings.CDN_PURGE_TOKEN
    try:
        client.request("POST", url.path or "/", headers=headers)
        status = client.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise CannotPurge(f"it does not answer ({type(error).__name__})") from error
    finally:
        client.close()
    if status != http.HTTPStatus.OK:
        raise CannotPurge(f"it answers {status}")


@dataclass(frozen=True)
class SentPurge:
    """The keys of changes up to a number, confirmed once, at a moment of the monotonic clock."""

    number: int
    keys: list[str]
    at: float


class CopyPurger:
    """Sends what the log has, each change twice: at once, and when nothing old can follow it."""

    def __init__(self) -> None:
        self._sent = read_confirmed()
        self._waiting: list[SentPurge] = []
        self._failures = 0

    @property
    def is_done(self) -> bool:
        """Whether all that was read has been confirmed twice."""
        return not self._waiting

    def run_once(self) -> None:
        """Send what is due now. Raises CannotPurge, and what the database raises."""
        self._send_new()
        while self._waiting and time.monotonic() - self._waiting[0].at >= SETTLING_SECONDS:
            purge = self._waiting[0]
            send_purge(purge.keys)
            confirm(purge.number)
            del self._waiting[0]

    def _send_new(self) -> None:
        newest = changes.get_newest()[0]
        if self._sent is not None and newest == self._sent:
            return
        keys = copies.get_keys(_read_subjects(self._sent))
        send_purge(keys)
        self._waiting.append(SentPurge(newest, keys, time.monotonic()))
        self._sent = newest

    def finish(self) -> None:
        """Send all that there is now, and wait until it is confirmed twice. Raises CannotPurge."""
        self.run_once()
        while self._waiting:
            time.sleep(max(0.0, self._waiting[0].at + SETTLING_SECONDS - time.monotonic()))
            self.run_once()

    def follow(self) -> Iterator[None]:
        """Send whatever comes, for ever; gives control back after each look.

        A CDN that does not answer is tried again, at most 10 s later.
        """
        while True:
            try:
                self.run_once()
                if self._failures:
                    logger.warning("The CDN confirms purges again.")
                self._failures = 0
                time.sleep(PAUSE_SECONDS)
            except CannotPurge as error:
                if not self._failures:
                    logger.error("The CDN confirms no purge: %s.", error)
                self._failures += 1
                time.sleep(min(PAUSE_SECONDS * 2**self._failures, LONGEST_PAUSE))
            yield


def _read_subjects(sent: int | None) -> list[str]:
    """The subjects of changes after a number: everything where they do not follow from it."""
    found = None if sent is None else changes.read_since(sent)
    if found is None or any(subject == EVERYTHING for _, subject in found):
        return [EVERYTHING]
    return [subject for _, subject in found]


# What the CDN has confirmed


def read_confirmed() -> int | None:
    """The number up to which purges were confirmed; None where none ever was."""
    return CopyPurge.objects.values_list("number", flat=True).first()


def confirm(number: int) -> None:
    """Note that the CDN has confirmed purges up to a number."""
    known = ChangedSubject.objects.filter(number__lte=number)
    changed_at = known.aggregate(latest=Max("at"))["latest"] or timezone.now()
    CopyPurge.objects.update_or_create(
        pk=1,
        defaults={
            "number": number,
            "changed_at": changed_at,
            "confirmed_at": timezone.now(),
        },
    )


def find_withdrawals_with_copies() -> list[PublicationEvent]:
    """Withdrawals of which the CDN has not confirmed for long that all copies are gone.

    The oldest first, a hundred at most. Three queries; none where no CDN is purged.
    """
    if not is_configured():
        return []
    before = timezone.now() - ALARM_AFTER
    row = CopyPurge.objects.first()
    since = row.changed_at - MARGIN if row else before - FIRST_PERIOD
    pending = ChangedSubject.objects.filter(at__lt=before, at__gt=since)
    if row:
        pending = pending.filter(number__gt=row.number)
    named = set(pending.order_by("number").values_list("subject", flat=True)[: changes.MAX_READ])
    if not named:
        return []
    withdrawals = PublicationEvent.objects.filter(
        kind=PublicationEvent.EventKind.WITHDRAW,
        article__live=None,
        at__gt=since,
        at__lt=before,
    )
    rows = withdrawals.select_related("article").order_by("pk")[: changes.MAX_READ]
    found = []
    for event in rows:
        if EVERYTHING in named or page(event.article.uuid) in named:
            found.append(event)
    return found[:MAX_PAGES]
