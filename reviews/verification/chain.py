"""The chain of entries: each follows the one before, says what its columns say, and was a signature that could be."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from articles.content import digest
from articles.models import Authorship, Publication
from reviews import ledger
from reviews.models import Reviewer, Signature
from reviews.verification import attested
from reviews.verification.batches import Seen, batches


def entries():
    """All entries, without the texts that they are about."""
    rows = Signature.objects.select_related("article", "revision", "review").in_order()
    return rows.only("sequence", "outcome", "by", "at", "record", "previous_hash", "hash", *BESIDE)


BESIDE = (
    "article__uuid",
    "review__uuid",
    *(f"revision__{name}" for name in ("uuid", "number", "digest", "saved_by", "saved_at")),
)


def faults(seen: Seen) -> Iterator[str]:
    sequence, previous, four_eyes = 0, ledger.GENESIS, FourEyes()
    signers = dict(Reviewer.objects.values_list("user", "uuid"))
    for batch in batches(entries(), seen):
        beside = _beside(batch, signers)
        for entry in batch:
            name, record = f"reviews_signature {entry.pk} (entry {entry.sequence})", read(entry)
            if entry.sequence != sequence + 1:
                yield f"{name}: entry {sequence + 1} is missing before it"
            if entry.previous_hash != previous:
                yield f"{name}: it does not follow the entry before it"
            if digest(entry.record.encode(errors="surrogatepass")) != entry.hash:
                yield f"{name}: its record is not the record of its hash"
            else:
                yield from (f"{name}: its {column} is not what its record says" for column in _differing(entry, beside))
            if entry.outcome == Signature.Outcome.ATTESTED:
                yield from (
                    f"{name}: {fault}" for fault in attested.faults(entry, record, four_eyes.know(entry.article_id))
                )
            elif entry.outcome == Signature.Outcome.APPROVED:
                if record and (record.actor.role != "reviewer" or not record.actor.reviewer or not record.review):
                    yield f"{name}: it is not a reviewer's signature on a review"
                if four_eyes.bar(entry, beside.written[entry.article_id, entry.by_id]):
                    yield f"{name}: its signer wrote some of what was signed"
            sequence, previous = entry.sequence, entry.hash


def read(entry: Signature) -> ledger.Record | None:
    """What an entry says; None where it was altered so that nobody can read it, which is told elsewhere."""
    try:
        return ledger.read(entry)
    except ValueError:
        return None


@dataclass
class Beside:
    """What a batch of entries is compared with: signers, authors by revision, and what signers wrote, by page."""

    signers: dict[int, object]
    authors: dict[int, list[int]]
    written: dict[tuple[int, int], list[tuple]]


def _beside(batch: list[Signature], signers: dict) -> Beside:
    """Two queries, however many entries there are."""
    authors, written = defaultdict(list), defaultdict(list)
    rows = Authorship.objects.filter(revision__in={entry.revision_id for entry in batch})
    for revision, user in rows.values_list("revision", "user"):
        authors[revision].append(user)
    signed = [entry for entry in batch if entry.outcome == Signature.Outcome.APPROVED]
    own = Authorship.objects.filter(
        revision__article__in={entry.article_id for entry in signed}, user__in={entry.by_id for entry in signed}
    )
    for page, user, number, at in own.values_list(
        "revision__article", "user", "revision__number", "revision__saved_at"
    ).iterator():
        written[page, user].append((number, at))
    return Beside(signers, authors, written)


class FourEyes:
    """Nobody signs words of their own since the last signature of somebody else, told in one pass through the chain.

    Of each page it keeps the newest signature and the newest by another person than that one's.
    """

    def __init__(self):
        self._signed: dict[int, tuple[int, int, int]] = {}

    def know(self, page: int) -> bool:
        """Whether somebody has signed a page so far."""
        return page in self._signed

    def bar(self, entry: Signature, written: Iterable[tuple]) -> bool:
        """Whether a signature is over words of the signer's own. The entry counts for those that follow it."""
        signer, number, by_another = self._signed.get(entry.article_id, (None, 0, 0))
        last = number if signer != entry.by_id else by_another
        self._signed[entry.article_id] = (entry.by_id, entry.revision.number, last)
        return any(number > last and at <= entry.at for number, at in written)


def _differing(entry: Signature, beside: Beside) -> Iterator[str]:
    record = read(entry)
    if record is None:
        yield "record"
        return
    said = {
        "sequence": (entry.sequence, record.sequence),
        "previous_hash": (entry.previous_hash, record.previous_hash),
        "outcome": (entry.outcome, record.outcome),
        "review": (entry.review and entry.review.uuid, record.review),
        "article": (entry.article.uuid, record.article),
        "revision": (entry.revision.uuid, record.revision),
        "digest": (entry.revision.digest, record.digest),
        "number of its revision": (entry.revision.number, record.revision_number),
        "by": (beside.signers.get(entry.by_id), record.actor.reviewer) if record.actor.reviewer else (None, None),
        "at": (entry.at, record.at),
        "authorship": (ledger.provenance(entry.revision, beside.authors[entry.revision_id]), record.provenance),
    }
    yield from (column for column, (row, text) in said.items() if row != text)


def unpublished(seen: Seen) -> Iterator[str]:
    """Signing and publishing are one act, and so are the two halves of a withdrawal."""
    acts = Signature.objects.filter(outcome__in=[*Signature.POSITIVE, Signature.Outcome.WITHDRAWN])
    shown = Publication.objects.filter(evidence=OuterRef("hash"))
    for entry in acts.exclude(Exists(shown)).in_order().only("sequence"):
        yield f"reviews_signature {entry.pk} (entry {entry.sequence}): its publication is missing"
