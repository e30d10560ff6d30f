"""Recording what rows say in the chain of events: what every action does last."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
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
from articles.page_store import changes


def record(
    kind_name: str, rows: Iterable[Model], *, by: User | None, at: dt.datetime | None = None
) -> int:
    """Append an event for each row that is not what its newest event says; gives their number.

    The rows are read again, so that they may be stale; those that the kind does not give have no
    event. Call it last in the transaction that wrote the rows, or locked their pages: nobody else
    can record them meanwhile. Nothing is locked where nothing differs. A fixed number of queries
    for each 1,000 rows.
    """
    return record_changes({kind_name: rows}, by=by, at=at)


def record_removed(
    kind_name: str, subjects: Iterable[str], *, by: User | None, at: dt.datetime | None = None
) -> int:
    """Append an event for each subject whose row was removed; gives their number.

    A subject that has no event, or was removed before, gets none.
    """
    return record_changes({}, removed={kind_name: subjects}, by=by, at=at)


@transaction.atomic(savepoint=False)
def record_changes(
    changed: Mapping[str, Iterable[Model]],
    *,
    removed: Mapping[str, Iterable[str]] | None = None,
    by: User | None,
    at: dt.datetime | None = None,
    subjects: Collection[str] = (),
) -> int:
    """Do ``record`` and ``record_removed`` for several kinds at once, by their names.

    ``subjects`` of public pages are announced with those that the events themselves change.
    """
    at = at or timezone.now()
    count = 0
    for drafts in iter_batches(_iter_drafts(changed, removed or {})):
        chain.append(drafts, by=by, at=at, changed=subjects)
        subjects = ()
        count += len(drafts)
    if subjects:  # no row differs from what its event says
        changes.announce(subjects, at=at)
    return count


def _iter_drafts(
    changed: Mapping[str, Iterable[Model]], removed: Mapping[str, Iterable[str]]
) -> Iterator[EventDraft]:
    for name, subjects in removed.items():
        yield from _draft_removals(kinds.get(name), subjects)
    for name, rows in changed.items():
        yield from _draft_changes(kinds.get(name), rows)


def _draft_changes(kind: ChainedKind, rows: Iterable[Model]) -> Iterator[EventDraft]:
    for keys in iter_batches(sorted({row.pk for row in rows})):
        stored = kind.get_rows().filter(pk__in=keys).order_by("pk")
        states = [read_row(kind, row) for row in stored]
        newest = load_newest(kind, [state.subject for state in states])
        for state in states:
            if _has_changed(state, newest.get(state.subject)):
                yield _draft(kind, state)


def _has_changed(state: RowState, event: EventState | None) -> bool:
    if event is None or event.record.removed:
        return True
    if event.erased_names & state.private_values.keys():
        return True  # nothing says whether the value is the one that was erased
    return bool(list_differences(state, event))


def _draft_removals(kind: ChainedKind, subjects: Iterable[str]) -> Iterator[EventDraft]:
    for batch in iter_batches(sorted(set(subjects))):
        for subject, event in load_newest(kind, batch).items():
            if not event.record.removed:
                yield EventDraft(kind.name, subject, removed=True)


def _draft(kind: ChainedKind, state: RowState, *, found: bool = False) -> EventDraft:
    return EventDraft(kind.name, state.subject, state.facts, state.private_values, found=found)


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
    if _is_begun(kind) or not kind.get_rows().exists():
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
