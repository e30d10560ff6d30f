"""The ledger: the frozen record of each decision, chained by hash.

The record follows 21 CFR Part 11 (§11.50, §11.70, §11.10(e)): printed name, date and time, and
meaning are part of what is hashed, and each record has the hash of the one before it.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypedDict
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User

from articles.audit import chain
from articles.content.document import (
    ExtendedModel,
    FrozenModel,
    UtcDatetime,
    canonicalize,
    digest,
)
from articles.content.review_line import Person, ReviewLine
from articles.models import Revision
from reviews.models import LedgerEntry, LedgerTip, MedicalReview, PrivateField, Reviewer

GENESIS_HASH = "0" * 64
AskedOver = Literal["", "change", "page"]


class Actor(FrozenModel):
    """Who acted, as on that day. ``reviewer`` is empty for somebody who is no clinician here."""

    name: str
    role: Literal["reviewer", "editor"]
    reviewer: UUID | None = None
    post_nominals: str = ""
    specialty: str = ""
    slug: str = ""
    licence_number_hash: str = ""
    licence_jurisdiction: str = ""
    licence_expires: dt.date | None = None

    def to_person(self) -> Person:
        return Person(
            name=self.name,
            post_nominals=self.post_nominals,
            specialty=self.specialty,
            slug=self.slug,
        )


class AskedLine(FrozenModel):
    """One line of the checklist as it was asked, and the answer.

    ``parts`` are the labels of the changed parts that it was asked over; none means the whole page.
    """

    name: str
    statement: str
    parts: tuple[str, ...] = ()
    answer: Literal["confirmed", "not mine"]


class EventsHead(FrozenModel):
    """Number and hash of the newest event of the chain of events."""

    size: int
    hash: str


class Together(FrozenModel):
    """The act in which an entry was signed with others: how many, and the digest of their list."""

    number: int
    digest: str


class LedgerRecord(ExtendedModel):
    """The record of one entry. It names documents by UUID and digest, never by a database key.

    ``asked`` is the checklist as the signer saw it, over the change or the page (``asked_over``).
    Older records have ``checklist`` in its place, which was about the whole page. Of a second
    reading, ``earlier_readings`` are the numbers of the entries with what others confirmed.
    ``together`` is there where the same change was signed on many pages in one act.
    """

    ADDED_FIELDS = frozenset(
        {
            "override",
            "legal_basis",
            "asked_by",
            "asked_at",
            "evidence_note",
            "stated_due",
            "successor",
            "asked",
            "asked_over",
            "earlier_readings",
            "reading_time_hash",
            "events",
            "together",
        }
    )

    version: Literal[1] = 1
    sequence: int
    previous_hash: str
    outcome: str
    meaning: str
    comment: str = ""
    override: str = ""
    review: UUID | None = None
    trigger: str = ""
    article: UUID
    revision: UUID
    revision_number: int
    digest: str
    actor: Actor
    conflicts: str = ""
    conflicts_hash: str = ""
    checklist: dict[str, bool] = {}
    asked: tuple[AskedLine, ...] = ()
    asked_over: AskedOver = ""
    earlier_readings: tuple[int, ...] = ()
    together: Together | None = None
    reading_time_hash: str = ""
    opened_at: UtcDatetime | None = None
    at: UtcDatetime
    authentication: str
    review_line: ReviewLine | None = None
    next_due_rule: str = ""
    reason: str = ""
    successor: UUID | None = None
    legal_basis: str = ""
    asked_by: Actor | None = None
    asked_at: UtcDatetime | None = None
    evidence_note: str = ""
    stated_due: dt.date | None = None
    provenance: str = ""
    events: EventsHead | None = None
    build: str


HashedField = Literal["licence_number_hash", "conflicts_hash", "reading_time_hash"]


class RecordFields(TypedDict, total=False):
    """The fields of a record that only some decisions have."""

    comment: str
    override: str
    conflicts: str
    asked: tuple[AskedLine, ...]
    asked_over: AskedOver
    earlier_readings: tuple[int, ...]
    together: Together | None
    opened_at: dt.datetime | None
    review_line: ReviewLine
    next_due_rule: str
    reason: str
    successor: UUID | None
    legal_basis: str
    asked_by: Actor
    asked_at: dt.datetime
    evidence_note: str
    stated_due: dt.date | None


@dataclass
class EntryDraft:
    """The parts of a record that an action gives; the ledger adds the place in the chain.

    ``private_values`` maps a field of the record to the value that is only hashed there.
    """

    outcome: str
    meaning: str
    revision: Revision
    by: User
    actor: Actor
    at: dt.datetime
    authentication: str
    review: MedicalReview | None = None
    private_values: dict[HashedField, str] = field(default_factory=dict)
    record_fields: RecordFields = field(default_factory=RecordFields)


def append(draft: EntryDraft) -> LedgerEntry:
    """Add one entry at the tip. The tip stays locked until the caller's transaction ends."""
    lock_tip()
    sequence, previous_hash = _get_next_position()
    private_fields = [
        PrivateField(name=name, salt=secrets.token_hex(32), value=value)
        for name, value in draft.private_values.items()
    ]
    hashes = {
        private.name: hash_with_salt(private.salt, private.value) for private in private_fields
    }
    record = _build_record(draft, sequence, previous_hash, hashes)
    text = canonicalize(record)
    entry = LedgerEntry.objects.create(
        sequence=sequence,
        review=draft.review,
        article=draft.revision.article,
        revision=draft.revision,
        outcome=draft.outcome,
        by=draft.by,
        at=draft.at,
        record=text.decode(),
        previous_hash=previous_hash,
        hash=digest(text),
    )
    for private in private_fields:
        private.entry = entry
    PrivateField.objects.bulk_create(private_fields)
    return entry


def _get_next_position() -> tuple[int, str]:
    """The number of the next entry, and the hash of the entry before it."""
    tip = LedgerEntry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    if tip is None:
        return 1, GENESIS_HASH
    sequence, entry_hash = tip
    return sequence + 1, entry_hash


def _build_record(
    draft: EntryDraft, sequence: int, previous_hash: str, hashes: dict[str, str]
) -> LedgerRecord:
    """The record of an entry. ``hashes`` are those of its private values, by field."""
    licence_number_hash = hashes.get("licence_number_hash", "")
    actor = draft.actor.model_copy(update={"licence_number_hash": licence_number_hash})
    return LedgerRecord(
        sequence=sequence,
        previous_hash=previous_hash,
        outcome=draft.outcome,
        meaning=draft.meaning,
        review=draft.review.uuid if draft.review else None,
        trigger=draft.review.trigger if draft.review else "",
        article=draft.revision.article.uuid,
        revision=draft.revision.uuid,
        revision_number=draft.revision.number,
        digest=draft.revision.digest,
        actor=actor,
        at=draft.at,
        authentication=draft.authentication,
        provenance=compute_provenance(draft.revision),
        events=get_events_head(),
        build=settings.BUILD,
        conflicts_hash=hashes.get("conflicts_hash", ""),
        reading_time_hash=hashes.get("reading_time_hash", ""),
        **draft.record_fields,
    )


def get_events_head() -> EventsHead | None:
    """The newest event of the chain of events, which the next entry names; None before the first.

    The tip of the ledger is locked, and entries are appended in turn: none names an event older
    than the one before it does.
    """
    size, hash_ = chain.get_head()
    return EventsHead(size=size, hash=hash_) if size else None


def compute_provenance(revision: Revision) -> str:
    """SHA-256 over who saved a revision, when, as which number, and who wrote in it."""
    authors = revision.authorships.values_list("user", flat=True)
    return hash_provenance(revision.number, revision.saved_by_id, revision.saved_at, authors)


def hash_provenance(
    number: int, saved_by: int, saved_at: dt.datetime, authors: Iterable[int]
) -> str:
    """The provenance of a revision from its columns and the ids of those who wrote in it."""
    origin = {
        "number": number,
        "by": saved_by,
        "at": saved_at.isoformat(),
        "authors": sorted(authors),
    }
    return digest(canonicalize(origin))


def describe_together(reviews: Iterable[tuple[UUID, str]]) -> Together:
    """What each entry of one act has of all of them: reviews with the digests of their texts.

    The list is ordered by the reviews' UUIDs, so that it can be computed again from the entries.
    """
    rows = sorted([str(review), text_digest] for review, text_digest in reviews)
    return Together(number=len(rows), digest=digest(canonicalize({"reviews": rows})))


def lock_tip() -> None:
    """Lock the ledger's tip until the transaction ends, so that entries are appended in turn."""
    if not LedgerTip.objects.select_for_update().filter(pk=1).exists():
        LedgerTip.objects.get_or_create(pk=1)
    LedgerTip.objects.select_for_update().get(pk=1)


def hash_with_salt(salt: str, value: str) -> str:
    """SHA-256 of salt and value, 64 hexadecimal digits."""
    return hashlib.sha256(f"{salt}{value}".encode()).hexdigest()


def make_reviewer_actor(reviewer: Reviewer) -> Actor:
    return Actor(
        role="reviewer",
        reviewer=reviewer.uuid,
        name=reviewer.name,
        post_nominals=reviewer.post_nominals,
        specialty=reviewer.specialty,
        slug=reviewer.slug,
        licence_jurisdiction=reviewer.licence_jurisdiction,
        licence_expires=reviewer.licence_expires,
    )


def make_editor_actor(user: User) -> Actor:
    return Actor(role="editor", name=user.get_full_name() or user.get_username())


def read_record(entry: LedgerEntry) -> LedgerRecord:
    return parse_record(entry.record)


def parse_record(text: str) -> LedgerRecord:
    """What the record of an entry says. Raises ValueError where it cannot be read."""
    return LedgerRecord.model_validate_json(text)
