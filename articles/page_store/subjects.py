"""Subjects: what a rendered page names, and what an event changes."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from articles.models.page_store import MAX_SUBJECT_LENGTH
from articles.page_store.calendar import start_of_day

EVERYTHING = "everything"
FOOTER = "footer"
# The table of phrases by which emergencies are recognised.
PHRASES = "phrases"


def page(uuid: UUID | str) -> str:
    """All that a page itself prints: text, review line, metadata, risk, history, why it is gone."""
    return f"page:{uuid}"


def emergency(name: str) -> str:
    """Which page says what to do in an emergency."""
    return f"emergency:{name}"


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
    """Add subjects to the render under way; nothing where none is."""
    collector = _current.get()
    if collector is not None:
        collector.names.update(subjects)


def expire_at(moment: dt.datetime) -> None:
    """The render under way is out of date from a moment on; the earliest one counts."""
    collector = _current.get()
    if collector is None:
        return
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
