"""The chain itself: records, their hashes, and events that are appended at its end."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from pydantic import Field

from articles.audit.kinds import Fact
from articles.content.document import ExtendedModel, UtcDatetime, canonicalize, digest
from articles.db.bulk_insert import insert_few_or_many
from articles.models import AuditEvent, AuditPrivateValue
from articles.page_store import changes, subjects

GENESIS_HASH = "0" * 64


class EventRecord(ExtendedModel):
    """What an event says, as it is hashed.

    ``by`` is the number of the person, which an archive keeps. ``private`` has the salted hash of
    each private value. ``found``: the row was there when the chain began. ``removed``: from here
    on there is no such row.
    """

    ADDED_FIELDS = frozenset({"private", "found", "removed"})

    version: Literal[1] = 1
    sequence: int
    previous_hash: str
    kind: str
    subject: str
    facts: dict[str, Fact]
    private: dict[str, str] = Field(default_factory=dict)
    found: bool = False
    removed: bool = False
    by: int | None
    at: UtcDatetime
    build: str


@dataclass(frozen=True)
class EventDraft:
    """What an event will say; the chain adds its place, the person and the time."""

    kind: str
    subject: str
    facts: dict[str, Fact] = field(default_factory=dict)
    private_values: dict[str, str] = field(default_factory=dict)
    found: bool = False
    removed: bool = False


def get_head() -> tuple[int, str]:
    """Sequence and hash of the newest event: zero and the first hash where there is none."""
    newest = AuditEvent.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return newest or (0, GENESIS_HASH)


@transaction.atomic(savepoint=False)
def append(
    drafts: Sequence[EventDraft],
    *,
    by: User | None,
    at: dt.datetime,
    changed: Collection[str] = (),
) -> None:
    """Add events at the end, which stays locked until the caller's transaction ends.

    The subjects of public pages that they change are announced, and ``changed`` with them: those
    that the events themselves do not tell.
    """
    if not drafts:
        return
    AuditEvent.objects.lock_chain_end()
    found = subjects.find_changed(drafts)
    sequence, previous_hash = get_head()
    events: list[AuditEvent] = []
    private_values: list[AuditPrivateValue] = []
    for draft in drafts:
        sequence += 1
        own_values = _build_private_values(draft, sequence)
        event = _build_event(draft, own_values, sequence, previous_hash, by, at)
        previous_hash = event.hash
        events.append(event)
        private_values += own_values
    insert_few_or_many(AuditEvent, events)
    insert_few_or_many(AuditPrivateValue, private_values)
    changes.announce_under_lock(found.union(changed), at=at)


def _build_private_values(draft: EventDraft, sequence: int) -> list[AuditPrivateValue]:
    rows = []
    for name, value in draft.private_values.items():
        salt = secrets.token_hex(32)
        rows.append(AuditPrivateValue(event_id=sequence, name=name, salt=salt, value=value))
    return rows


def _build_event(
    draft: EventDraft,
    private_values: list[AuditPrivateValue],
    sequence: int,
    previous_hash: str,
    by: User | None,
    at: dt.datetime,
) -> AuditEvent:
    record = EventRecord(
        sequence=sequence,
        previous_hash=previous_hash,
        kind=draft.kind,
        subject=draft.subject,
        facts=draft.facts,
        private={row.name: hash_with_salt(row.salt, row.value) for row in private_values},
        found=draft.found,
        removed=draft.removed,
        by=by.pk if by else None,
        at=at,
        build=settings.BUILD,
    )
    text = canonicalize(record)
    return AuditEvent(
        sequence=sequence,
        kind=draft.kind,
        subject=draft.subject,
        record=text.decode(),
        by=by,
        at=at,
        previous_hash=previous_hash,
        hash=digest(text),
    )


def read_record(event: AuditEvent) -> EventRecord:
    """What an event says. Raises ValueError where it cannot be read."""
    return parse_record(event.record)


def parse_record(text: str) -> EventRecord:
    """What a stored record says. Raises ValueError where it cannot be read."""
    return EventRecord.model_validate_json(text)


def hash_with_salt(salt: str, value: str) -> str:
    """SHA-256 of salt and value, 64 hexadecimal digits."""
    return hashlib.sha256(f"{salt}{value}".encode()).hexdigest()
