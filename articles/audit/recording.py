"""Recording what rows say in the chain of events: what every action does last."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from articles.audit import chain, kinds
from articles.audit.chain import EventDraft
from articles.audit.kinds import BASELINE, ChainedKind
from articles.audit.state import (
    BATCH,
    EventState,
    RowState,
    iter_batches,
    list_differences,
    load_newest,
    read_row,
)
from articles.models import AuditEvent


@transaction.atomic
def record(
    kind_name: str, rows: Iterable[Model], *, by: User | None, at: dt.datetime | None = None
) -> int:
    """Append an event for each row that is not what its newest event says; gives their number.

    The rows are read again, so that they may be stale; those that the kind does not give have no
    event. Nothing is locked where nothing differs. A fixed number of queries for each 1,000 rows.
    """
    kind = kinds.get(kind_name)
    keys = sorted({row.pk for row in rows})
    changed = [key for batch in iter_batches(keys) for key, _ in _find_changed(kind, batch)]
    if not changed:
        return 0
    AuditEvent.objects.lock_chain_end()
    count = 0
    for batch in iter_batches(changed):
        drafts = [_draft(kind, state) for _, state in _find_changed(kind, batch)]
        chain.append(drafts, by=by, at=at or timezone.now())
        count += len(drafts)
    return count


def _find_changed(kind: ChainedKind, keys: Sequence[Any]) -> list[tuple[Any, RowState]]:
    """The rows, by key, that are not what their newest events say."""
    rows = kind.get_rows().filter(pk__in=keys).order_by("pk")
    states = [(row.pk, read_row(kind, row)) for row in rows]
    newest = load_newest(kind.name, [state.subject for _, state in states])
    return [(key, state) for key, state in states if _has_changed(state, newest)]


def _has_changed(state: RowState, newest: dict[str, EventState]) -> bool:
    event = newest.get(state.subject)
    if event is None or event.record.removed:
        return True
    if event.erased_names & state.private_values.keys():
        return True  # nothing says whether the value is the one that was erased
    return bool(list_differences(state, event))


def _draft(kind: ChainedKind, state: RowState, *, found: bool = False) -> EventDraft:
    return EventDraft(kind.name, state.subject, state.facts, state.private_values, found=found)


@transaction.atomic
def record_removed(
    kind_name: str, subjects: Iterable[str], *, by: User | None, at: dt.datetime | None = None
) -> int:
    """Append an event for each subject whose row was removed; gives their number.

    A subject that has no event, or was removed before, gets none.
    """
    kind = kinds.get(kind_name)
    present: list[str] = []
    for batch in iter_batches(sorted(set(subjects))):
        newest = load_newest(kind.name, batch)
        present += [name for name, event in newest.items() if not event.record.removed]
    drafts = [EventDraft(kind.name, subject, removed=True) for subject in present]
    chain.append(drafts, by=by, at=at or timezone.now())
    return len(drafts)


@transaction.atomic
def record_baseline() -> dict[str, int]:
    """Begin the chain of each kind that has rows and no event: its rows were found so on this day.

    Gives the number of rows by the name of the kind. A kind that has events is in the chain
    already: a row of it without an event is a fault, and stays one.
    """
    counts: dict[str, int] = {}
    for kind in kinds.get_all():
        count = _record_found(kind)
        if count:
            counts[kind.name] = count
    return counts


def _record_found(kind: ChainedKind) -> int:
    if not kind.get_rows().exists() or _is_begun(kind):
        return 0
    AuditEvent.objects.lock_chain_end()
    if _is_begun(kind):
        return 0
    count, now = 0, timezone.now()
    for batch in iter_batches(_iter_rows(kind)):
        drafts = [_draft(kind, read_row(kind, row), found=True) for row in batch]
        chain.append(drafts, by=None, at=now)
        count += len(drafts)
    chain.append([EventDraft(BASELINE, kind.name, {"rows": count})], by=None, at=now)
    return count


def _is_begun(kind: ChainedKind) -> bool:
    return AuditEvent.objects.filter(kind=kind.name).exists()


def _iter_rows(kind: ChainedKind) -> Iterator[Any]:
    return kind.get_rows().order_by("pk").iterator(BATCH)
