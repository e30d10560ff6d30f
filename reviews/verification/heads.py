"""The heads of both chains: what to keep outside, and whether what was kept is still there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from articles.audit import chain
from articles.audit import verification as audit_verification
from reviews.models import LedgerEntry
from reviews.signing import ledger

HEADS_PATTERN = re.compile(
    r"(?P<entry>[0-9]{1,18}):(?P<entry_hash>[0-9a-f]{64})"
    r"(?:,(?P<event>[0-9]{1,18}):(?P<event_hash>[0-9a-f]{64}))?"
)
Head = tuple[int, str]  # number and hash


class NotAHead(ValueError):
    """This is not what a command prints to be kept outside."""


@dataclass(frozen=True)
class Heads:
    """The newest entry of the ledger and the newest event. Builds without events have no event."""

    entry: Head
    event: Head | None = None

    def __str__(self) -> str:
        """As commands print it and take it: NUMBER:HASH of the entry, then of the event."""
        return ",".join(f"{number}:{hash_}" for _, (number, hash_) in self.list_chains())

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any]) -> Self:
        """The heads that the manifest of a backup or an archive names."""
        named = [manifest["head"], manifest.get("events_head")]
        return cls(*[(head["sequence"], head["hash"]) for head in named if head])

    def to_manifest(self) -> dict[str, dict[str, Any]]:
        """As a manifest names them."""
        named = zip(("head", "events_head"), (self.entry, self.event), strict=True)
        return {name: {"sequence": head[0], "hash": head[1]} for name, head in named if head}

    def list_chains(self) -> list[tuple[str, Head]]:
        """What each chain consists of, with its head."""
        chains = [("entries", self.entry)]
        if self.event:
            chains.append(("events", self.event))
        return chains


def get_heads() -> Heads:
    """Both heads: keep a copy outside to detect that the end of a chain was deleted or rewritten.

    The ledger first: an event that it names cannot be newer than what is read then.
    """
    entry = get_head()
    return Heads(entry, chain.get_head())


def get_head() -> Head:
    """Sequence and hash of the newest entry of the ledger."""
    newest = LedgerEntry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return newest or (0, ledger.GENESIS_HASH)


def parse_heads(text: str) -> Heads:
    """Heads as they were printed. Raises NotAHead."""
    found = HEADS_PATTERN.fullmatch(text.strip().lower())
    if found is None:
        raise NotAHead(
            f"“{text}” is not a head. Write it as it was printed: its number, a colon, 64 digits; "
            "then, unless an older build printed it, a comma, and the same of the newest event."
        )
    event = (int(found["event"]), found["event_hash"]) if found["event"] else None
    return Heads((int(found["entry"]), found["entry_hash"]), event)


def explain_lost_heads(heads: Heads) -> Iterator[str]:
    """Why heads that were kept outside are no longer in their chains; nothing if they still are."""
    if fault := explain_lost_head(*heads.entry):
        yield fault
    if heads.event and (fault := audit_verification.explain_lost_head(*heads.event)):
        yield fault


def explain_lost_head(sequence: int, hash_: str) -> str:
    """Why a head of the ledger is no longer in it; empty if it still is."""
    if sequence == 0 and hash_ == ledger.GENESIS_HASH:
        return ""
    found = LedgerEntry.objects.filter(sequence=sequence).values_list("hash", flat=True).first()
    if found == hash_:
        return ""
    if found is None:
        newest, _ = get_head()
        return f"entry {sequence}, whose hash was kept outside, is gone: the chain ends at {newest}"
    return f"entry {sequence} is not the one that was kept outside: its hash is now {found}"


def describe_limits(kept: list[Heads]) -> Iterator[str]:
    """What cannot be found without a head that was kept, or with the heads that were given."""
    if not kept:
        yield (
            "not checked: whether the newest entries or events were deleted with all that names "
            "them, or a chain was made again. Only a head kept outside shows that (--head)"
        )
    elif not any(heads.event for heads in kept):
        yield (
            "not checked: whether the newest events were deleted with all that names them. "
            "The heads that were given are of a build without events"
        )
