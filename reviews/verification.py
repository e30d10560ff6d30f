"""Proof that the ledger, the texts it signs and what visitors read still agree."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Max

from articles import guards
from articles.content import canonical, digest
from articles.models import Article, Publication, Revision
from reviews import ledger
from reviews.models import MedicalReview, PrivateField, Signature

BATCH = 500


def faults() -> Iterator[str]:
    """A sentence for each thing that is not as it was signed, in the order of the ledger; none if all is well."""
    yield from (f"guard {name} is missing or altered" for name in guards.missing(connection))
    yield from _broken_revisions()
    yield from _broken_chain()
    yield from _broken_reviews()
    yield from _broken_private_fields()
    yield from _broken_publications()
    yield from _broken_pointers()


def head() -> tuple[int, str]:
    """Sequence and hash of the newest entry: keep a copy outside to detect a rewritten chain."""
    newest = Signature.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return newest or (0, ledger.GENESIS)


def _broken_revisions() -> Iterator[str]:
    for revision in Revision.objects.order_by("id").iterator(BATCH):
        if digest(revision.document.encode(errors="surrogatepass")) != revision.digest:
            yield f"articles_revision {revision.pk} ({revision.uuid}): its text is not the text of its digest"


def _broken_chain() -> Iterator[str]:
    sequence, previous = 0, ledger.GENESIS
    entries = Signature.objects.select_related("article", "revision", "review").in_order()
    for entry in entries.iterator(BATCH):
        name = f"reviews_signature {entry.pk} (entry {entry.sequence})"
        if entry.sequence != sequence + 1:
            yield f"{name}: entry {sequence + 1} is missing before it"
        if entry.previous_hash != previous:
            yield f"{name}: it does not follow the entry before it"
        if digest(entry.record.encode(errors="surrogatepass")) != entry.hash:
            yield f"{name}: its record is not the record of its hash"
        else:
            yield from (f"{name}: its {column} is not what its record says" for column in _differing(entry))
        sequence, previous = entry.sequence, entry.hash


def _differing(entry: Signature) -> Iterator[str]:
    record = ledger.read(entry)
    said = {
        "sequence": (entry.sequence, record.sequence),
        "previous_hash": (entry.previous_hash, record.previous_hash),
        "outcome": (entry.outcome, record.outcome),
        "review": (entry.review and entry.review.uuid, record.review),
        "article": (entry.article.uuid, record.article),
        "revision": (entry.revision.uuid, record.revision),
        "digest": (entry.revision.digest, record.digest),
        "at": (entry.at, record.at),
    }
    return (column for column, (row, text) in said.items() if row != text)


def _broken_reviews() -> Iterator[str]:
    reviews = MedicalReview.objects.decided().select_related("entry")
    for review in reviews.iterator(BATCH):
        entry = getattr(review, "entry", None)
        if not entry or (entry.outcome, entry.by_id) != (review.outcome, review.decided_by_id):
            yield f"reviews_medicalreview {review.pk}: its decision is not in the ledger"


def _broken_private_fields() -> Iterator[str]:
    for private in PrivateField.objects.select_related("signature").order_by("id").iterator(BATCH):
        record = ledger.read(private.signature)
        kept = getattr(record, private.name, None) or getattr(record.actor, private.name, None)
        if ledger.salted(private.salt, private.value) != kept:
            yield f"reviews_privatefield {private.pk}: it is not the value that was signed"


def _broken_publications() -> Iterator[str]:
    """Each signed publication shows the review line of its own entry; the others carry the last one on."""
    lines: dict[int, str] = {}
    for publication in Publication.objects.select_related("revision").order_by("id").iterator(BATCH):
        name = f"articles_publication {publication.pk}"
        if publication.evidence:
            entry = Signature.objects.filter(hash=publication.evidence).first()
            yield from _unlike_its_entry(publication, entry, name)
        if publication.kind not in Publication.SIGNED and publication.review_line != lines.get(publication.article_id):
            yield f"{name}: its review line is not the one that was signed"
        lines[publication.article_id] = publication.review_line


def _unlike_its_entry(publication: Publication, entry: Signature | None, name: str) -> Iterator[str]:
    if entry is None:
        yield f"{name}: the ledger has no entry for it"
        return
    if entry.article_id != publication.article_id:
        yield f"{name}: its entry is about another page"
    if publication.kind == Publication.Kind.WITHDRAW:
        if entry.outcome != Signature.Outcome.WITHDRAWN:
            yield f"{name}: its entry withdraws nothing"
        return
    line = ledger.read(entry).review_line
    if entry.outcome not in Signature.POSITIVE or entry.revision_id != publication.revision_id:
        yield f"{name}: its text was not signed"
    if line is None or publication.review_line != canonical(line).decode():
        yield f"{name}: its review line is not the one that was signed"
    document = publication.revision.read()
    if (publication.title, publication.summary) != (document.title, document.summary):
        yield f"{name}: its title or summary is not the one that was signed"


def _broken_pointers() -> Iterator[str]:
    newest = Article.objects.annotate(newest=Max("publications__id"))
    for article in newest.select_related("live").filter(newest__isnull=False).iterator(BATCH):
        shown = Publication.objects.get(pk=article.newest)
        expected = None if shown.kind == Publication.Kind.WITHDRAW else shown.pk
        if article.live_id != expected:
            yield f"articles_article {article.pk}: what is live is not its newest publication"
