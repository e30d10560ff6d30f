"""Subjects: what a rendered page shows, and what an event changes, as short names.

A render names its subjects through the collector; an event of the chain is asked for those that it
changes. A stored page goes when one of its subjects is announced. Nobody else writes such a name.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from articles.models.page_store import MAX_SUBJECT_LENGTH
from articles.page_store.calendar import start_of_day

EVERYTHING = "everything"
# The pages about the site that the footer of every page leads to.
FOOTER = "footer"
# Anything in the publication log: the sitemap.
PUBLICATIONS = "publications"
# Which page was signed when: the feed, and the latest reviews on the front page.
SIGNATURES = "signatures"
# Which topics there are, by name and with their number of pages.
TOPICS = "topics"
# Who signed how many public pages.
REVIEWERS = "reviewers"
# The table of phrases by which emergencies are recognised.
PHRASES = "phrases"


def page(uuid: UUID | str) -> str:
    """All that a page itself prints: text, review line, metadata, risk, history, why it is gone."""
    return f"page:{uuid}"


def name_of(uuid: UUID | str) -> str:
    """Name and address of a page or a cause, and whether it is public: for what leads to it."""
    return f"name:{uuid}"


def page_list(kind: str) -> str:
    """The list of all pages of a kind, or of causes: title, address and summary of each."""
    return f"list:{kind}"


def topic(slug: str) -> str:
    """The list of the pages that are filed under a topic, and its name."""
    return f"topic:{slug}"


def letter(kind: str, key: str) -> str:
    """The names under one letter, each with what it leads to."""
    return f"letter:{kind}:{key}"


def letters(kind: str) -> str:
    """Which letters have names."""
    return f"letters:{kind}"


def cause(uuid: UUID | str) -> str:
    """Which pages name a cause in which order, and which article describes it."""
    return f"cause:{uuid}"


def reviewer(uuid: UUID | str) -> str:
    """The page of a reviewer: public facts, and which public pages they signed."""
    return f"reviewer:{uuid}"


def image(sha256: str) -> str:
    """Whether visitors can load an image."""
    return f"image:{sha256}"


def link(kind: str, slug: str) -> str:
    """Where a link to an address in a signed text leads, if anywhere."""
    return f"link:{kind}/{slug}"


def emergency(name: str) -> str:
    """Which page says what to do in an emergency."""
    return f"emergency:{name}"


# What a render names


@dataclass
class SubjectCollector:
    """What the render under way has named, and the earliest moment at which it is out of date."""

    names: set[str] = field(default_factory=set)
    expires_at: dt.datetime | None = None
    # The last moment at which the calendar changed it.
    passed_at: dt.datetime | None = None


_current: ContextVar[SubjectCollector | None] = ContextVar("subjects", default=None)


@contextmanager
def collect() -> Iterator[SubjectCollector]:
    """Collect what is named in the block."""
    collector = SubjectCollector()
    token = _current.set(collector)
    try:
        yield collector
    finally:
        _current.reset(token)


def name(*subjects: str) -> None:
    """Add subjects to the render under way; nothing where none is, as on pages of staff."""
    collector = _current.get()
    if collector is not None:
        collector.names.update(subjects)


def expire_at(moment: dt.datetime | dt.date) -> None:
    """Say when the page under way reads differently by the calendar alone. The earliest counts.

    A date is its first moment here.
    """
    collector = _current.get()
    if collector is None:
        return
    if not isinstance(moment, dt.datetime):
        moment = start_of_day(moment)
    if collector.expires_at is None or moment < collector.expires_at:
        collector.expires_at = moment


def expire_after(last_day: dt.date, *, today: dt.date) -> None:
    """The render under way, made on a day, reads differently once another day is over.

    Where that is so already, it has read as it does since then.
    """
    collector = _current.get()
    if collector is None:
        return
    moment = start_of_day(last_day + dt.timedelta(days=1))
    if last_day >= today:
        expire_at(moment)
    elif collector.passed_at is None or moment > collector.passed_at:
        collector.passed_at = moment


# What an event changes


class ChainedEvent(Protocol):
    """What is read of an event of the chain (``articles.audit.chain.EventDraft``)."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def private_values(self) -> Mapping[str, str]: ...
    @property
    def found(self) -> bool: ...
    @property
    def removed(self) -> bool: ...


# Gives what some events of one kind change, in a fixed number of queries. It is called before they
# are appended, so that the newest event of a subject in the chain is the one before.
SubjectFinder = Callable[[Sequence[Any]], Iterable[str]]
_finders: dict[str, list[SubjectFinder]] = {}


def find_none(events: Sequence[ChainedEvent]) -> Iterable[str]:
    """The finder of a kind of event that changes nothing that visitors read."""
    return ()


def register(kind: str, finder: SubjectFinder) -> None:
    """Add what finds the subjects of events of a kind. A kind may have several."""
    finders = _finders.setdefault(kind, [])
    if finder not in finders:
        finders.append(finder)


def is_registered(kind: str) -> bool:
    return kind in _finders


def find_changed(events: Iterable[ChainedEvent]) -> set[str]:
    """The subjects that some events change: everything, where nobody registered their kind.

    An event that says what was found when the chain began changes nothing.
    """
    by_kind: dict[str, list[ChainedEvent]] = {}
    for event in events:
        if not event.found:
            by_kind.setdefault(event.kind, []).append(event)
    changed: set[str] = set()
    for kind, own in by_kind.items():
        if kind not in _finders:
            return {EVERYTHING}
        for find in _finders[kind]:
            changed.update(find(own))
    return changed


# As they are stored


def shorten(subject: str) -> str:
    """A subject as it is stored: of a very long one, its beginning and its hash."""
    if len(subject) <= MAX_SUBJECT_LENGTH:
        return subject
    digest = hashlib.blake2b(subject.encode(), digest_size=16).hexdigest()
    return f"{subject[:200]}#{digest}"


def hash_subject(subject: str) -> int:
    """A subject as a signed number of 64 bits."""
    data = shorten(subject).encode()
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), signed=True)


def hash_subjects(subjects: Iterable[str]) -> list[int]:
    """Subjects as numbers, in ascending order."""
    return sorted({hash_subject(subject) for subject in subjects})
