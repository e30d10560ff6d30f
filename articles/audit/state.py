"""What rows say now, and what their newest events say: the two that must be the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from articles.audit import chain
from articles.audit.kinds import ChainedKind, Fact
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


def load_newest(kind: str, subjects: Sequence[str]) -> dict[str, EventState]:
    """What the newest event of each of these subjects says. Two queries.

    Raises ValueError where a record cannot be read.
    """
    events = AuditEvent.objects.filter(kind=kind, subject__in=subjects).newest()
    return {event.subject: read_event(event) for event in events.prefetch_related("private_values")}


def read_event(event: AuditEvent) -> EventState:
    """What an event with its private values says. Raises ValueError."""
    values = {private.name: private.value for private in event.private_values.all()}
    return EventState(event.sequence, chain.read_record(event), values)


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
