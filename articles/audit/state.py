"""What rows say now, and what their newest events say: the two that must be the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from articles.audit import chain
from articles.audit.kinds import ChainedKind, Fact, get_no_private_values
from articles.content.document import canonicalize
from articles.models import AuditEvent

BATCH = 1000
ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class RowState:
    """What a row says. Empty private values are left out."""

    subject: str
    facts: dict[str, Fact]
    private_values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EventState:
    """What the newest event of a subject says, with those private values that are not erased."""

    sequence: int
    record: chain.EventRecord
    private_values: dict[str, str]

    @property
    def erased_names(self) -> set[str]:
        return self.record.private.keys() - self.private_values.keys()


def read_row(kind: ChainedKind, row: Any) -> RowState:
    values = kind.get_private_values(row)
    kept = {name: value for name, value in values.items() if value}
    return RowState(kind.get_subject(row), kind.get_facts(row), kept)


def load_newest(kind: ChainedKind, subjects: Sequence[str]) -> dict[str, EventState]:
    """What the newest event of each of these subjects says; nothing is asked without subjects.

    One query, and one for private values if the kind has some. Raises ValueError where a record
    cannot be read.
    """
    if not subjects:
        return {}
    events = AuditEvent.objects.filter(kind=kind.name, subject__in=subjects).newest()
    if kind.get_private_values is get_no_private_values:
        return {event.subject: read_event(event, {}) for event in events}
    found = {}
    for event in events.prefetch_related("private_values"):
        found[event.subject] = read_event(event, list_private_values(event))
    return found


def list_private_values(event: AuditEvent) -> dict[str, str]:
    """The private values of an event that are not erased."""
    return {private.name: private.value for private in event.private_values.all()}


def read_event(event: AuditEvent, private_values: dict[str, str]) -> EventState:
    """What an event says. Raises ValueError."""
    return EventState(event.sequence, chain.read_record(event), private_values)


def list_differences(row: RowState, event: EventState) -> list[str]:
    """The names of the facts and private values in which a row is not what its event says.

    An erased value says nothing, so it differs from none.
    """
    names = []
    recorded = event.record.facts
    for name in sorted(row.facts.keys() | recorded.keys()):
        if not _is_same(row.facts.get(name), recorded.get(name)):
            names.append(name)
    erased = event.erased_names
    known = {name: value for name, value in row.private_values.items() if name not in erased}
    for name in sorted(known.keys() | event.private_values.keys()):
        if known.get(name) != event.private_values.get(name):
            names.append(name)
    return names


def _is_same(one: Fact | None, other: Fact | None) -> bool:
    """Whether two facts are the same JSON: to Python, 1 and true are equal."""
    return one == other and canonicalize({"fact": one}) == canonicalize({"fact": other})


def iter_batches(items: Iterable[ItemT]) -> Iterator[list[ItemT]]:
    stream = iter(items)
    while batch := list(islice(stream, BATCH)):
        yield batch
