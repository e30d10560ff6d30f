"""The ledger: the frozen record of each decision, chained by hash, and its verification.

The record follows the design bar of 21 CFR Part 11 (§11.50, §11.70, §11.10(e)): printed name, date and time and
meaning are part of what is hashed, and each record names the one before it.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from pydantic import AfterValidator, AwareDatetime

from articles.content import Frozen, Grown, canonical, digest
from articles.imprint import Person, ReviewLine
from articles.models import Revision
from reviews.models import LedgerTip, MedicalReview, PrivateField, Reviewer, Signature

GENESIS = "0" * 64
Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(dt.UTC))]


class Actor(Frozen):
    """Who acted, as on that day. ``reviewer`` is empty for somebody who acted without being a clinician here."""

    name: str
    role: Literal["reviewer", "editor"]
    reviewer: UUID | None = None
    post_nominals: str = ""
    specialty: str = ""
    slug: str = ""
    licence_number_hash: str = ""
    licence_jurisdiction: str = ""
    licence_expires: dt.date | None = None

    def as_printed(self) -> Person:
        return Person(name=self.name, post_nominals=self.post_nominals, specialty=self.specialty, slug=self.slug)


class Record(Grown):
    """What one ledger entry says. Documents are named by UUID and digest, never by a database key."""

    ADDED = frozenset({"override", "legal_basis", "asked_by", "asked_at", "evidence_note", "stated_due", "successor"})

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
    opened_at: Moment | None = None
    at: Moment
    authentication: str
    review_line: ReviewLine | None = None
    next_due_rule: str = ""
    reason: str = ""
    successor: UUID | None = None
    legal_basis: str = ""
    asked_by: Actor | None = None
    asked_at: Moment | None = None
    evidence_note: str = ""
    stated_due: dt.date | None = None
    provenance: str = ""
    build: str


@dataclass
class Draft:
    """The parts of a record that the deed knows; the ledger adds its place in the chain.

    ``private`` maps a field of the record that ends in ``_hash`` to the value that must stay out of it.
    """

    outcome: str
    meaning: str
    revision: Revision
    by: object
    actor: Actor
    at: dt.datetime
    authentication: str
    review: MedicalReview | None = None
    private: dict[str, str] = field(default_factory=dict)
    more: dict = field(default_factory=dict)


def append(draft: Draft) -> Signature:
    """Add one entry at the tip. The caller's transaction holds the tip until it ends."""
    lock_tip()
    tip = Signature.objects.order_by("-sequence").values_list("sequence", "hash").first()
    sequence, previous_hash = (tip[0] + 1, tip[1]) if tip else (1, GENESIS)
    salts = {name: secrets.token_hex(32) for name in draft.private}
    hidden = {name: salted(salts[name], value) for name, value in draft.private.items()}
    licence = {"licence_number_hash": hidden.pop("licence_number_hash", "")}
    record = Record(
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
        actor=draft.actor.model_copy(update=licence),
        at=draft.at,
        authentication=draft.authentication,
        provenance=provenance(draft.revision),
        build=settings.BUILD,
        **hidden,
        **draft.more,
    )
    text = canonical(record)
    entry = Signature.objects.create(
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
    PrivateField.objects.bulk_create(
        PrivateField(signature=entry, name=name, salt=salts[name], value=value) for name, value in draft.private.items()
    )
    return entry


def provenance(revision: Revision, authors: Iterable[int] | None = None) -> str:
    """SHA-256 over who saved a revision, when, as which number, and whose words came in with it.

    ``authors`` are the ids of those people, where they are known already.
    """
    if authors is None:
        authors = revision.authorships.values_list("user", flat=True)
    saved = {"number": revision.number, "by": revision.saved_by_id, "at": revision.saved_at.isoformat()}
    return digest(canonical(saved | {"authors": sorted(authors)}))


def lock_tip() -> None:
    """Hold the ledger's tip until the transaction ends: entries are appended one after another."""
    if not LedgerTip.objects.select_for_update().filter(pk=1).exists():
        LedgerTip.objects.get_or_create(pk=1)
    LedgerTip.objects.select_for_update().get(pk=1)


def salted(salt: str, value: str) -> str:
    """SHA-256 of salt and value, 64 hexadecimal digits."""
    return hashlib.sha256(f"{salt}{value}".encode()).hexdigest()


def actor_for(reviewer: Reviewer) -> Actor:
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


def editor(user) -> Actor:
    return Actor(role="editor", name=user.get_full_name() or user.get_username())


def read(entry: Signature) -> Record:
    return Record.model_validate_json(entry.record)
