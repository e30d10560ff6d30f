"""Subjects: what a rendered page names, and what an event changes."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from articles.models.page_store import MAX_SUBJECT_LENGTH

EVERYTHING = "everything"
FOOTER = "footer"


@dataclass
class SubjectCollector:
    """What the render under way has named, and the earliest moment at which it is out of date."""

    names: set[str] = field(default_factory=set)
    expires_at: dt.datetime | None = None


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
