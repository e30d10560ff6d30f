"""What rows say now, and what their newest events say: the two that must be the same."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from articles.audit import chain
from articles.audit.kinds import ChainedKind, Fact, get_no_private_values
from articles.content.document import canonicalize
from articles.models import AuditEvent, AuditPrivateValue

BATCH = 1000
ItemT = TypeVar("ItemT")
PrivateValues = dict[int, dict[str, AuditPrivateValue]]  # number of the event → name → value


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

    One query, and one for private values if the kind has some. An event whose record cannot be
    read counts as none: verification names it, and nobody is kept from withdrawing a page.
    """
    if not subjects:
        return {}
    rows = AuditEvent.objects.filter(kind=kind.name, subject__in=subjects)
    events = list(rows.newest())
    has_values = kind.get_private_values is not get_no_private_values
    values = load_private_values(events) if has_values else {}
    found: dict[str, EventState] = {}
    for event in events:
        with suppress(ValueError):
            found[event.subject] = read_event(event, values.get(event.sequence, {}))
    return found


def load_private_values(events: Sequence[AuditEvent]) -> PrivateValues:
    """The private values that are not erased, by the number of the event and their name."""
    numbers = [event.sequence for event in events]
    return _index_private_values(AuditPrivateValue.objects.filter(event__in=numbers))


def load_private_values_between(first: int, last: int) -> PrivateValues:
    """Those of all events from one number to another."""
    return _index_private_values(
        AuditPrivateValue.objects.filter(event__gte=first, event__lte=last)
    )


def _index_private_values(rows: Iterable[AuditPrivateValue]) -> PrivateValues:
    found: PrivateValues = {}
    for private in rows:
        found.setdefault(private.event_id, {})[private.name] = private
    return found


def read_event(event: AuditEvent, private_values: dict[str, AuditPrivateValue]) -> EventState:
    """What an event says. Raises ValueError."""
    values = {name: private.value for name, private in private_values.items()}
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
    if one != other or (type(one) is type(other) and not isinstance(one, list)):
        return one == other
    return canonicalize({"fact": one}) == canonicalize({"fact": other})


def iter_batches(items: Iterable[ItemT]) -> Iterator[list[ItemT]]:
    stream = iter(items)
    while batch := list(islice(stream, BATCH)):
        yield batch
