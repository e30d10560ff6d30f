"""Proof that the ledger, the texts it signs and what visitors read still agree."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Max, Q

from articles import guards, projections
from articles.content import canonical, digest
from articles.fields import fold
from articles.models import Article, Authorship, Publication, Revision
from reviews import ledger
from reviews.models import MedicalReview, PrivateField, Reviewer, Signature

BATCH = 500


def faults() -> Iterator[str]:
    """A sentence for each thing that is not as it was signed, in the order of the ledger; none if all is well."""
    yield from (f"guard {name} is missing or altered" for name in guards.missing(connection))
    yield from _broken_revisions()
    yield from _broken_chain()
    yield from _broken_reviews()
    yield from _broken_private_fields()
    yield from _broken_publications()
    yield from _unpublished_entries()
    yield from _broken_pointers()
    yield from _stale_lists()


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
        if entry.outcome in Signature.POSITIVE:
            yield from (f"{name}: {fault}" for fault in _unfit(entry))
        sequence, previous = entry.sequence, entry.hash


def _unfit(entry: Signature) -> Iterator[str]:
    """Why a signature should not have been taken: no clinician's, no review's, or over words of the signer's own."""
    record = _record(entry)
    if record and (record.actor.role != "reviewer" or record.actor.reviewer is None or record.review is None):
        yield "it is not a reviewer's signature on a review"
    others = Signature.objects.positive().filter(article=entry.article_id, sequence__lt=entry.sequence)
    last = others.exclude(by=entry.by_id).order_by("-sequence").values_list("revision__number", flat=True).first()
    own = Authorship.objects.filter(user=entry.by_id, revision__article=entry.article_id)
    if own.filter(revision__number__gt=last or 0, revision__saved_at__lte=entry.at).exists():
        yield "its signer wrote some of what was signed"


def _record(entry: Signature) -> ledger.Record | None:
    """What an entry says; None where it was altered so that nobody can read it, which is told elsewhere."""
    try:
        return ledger.read(entry)
    except ValueError:
        return None


def _differing(entry: Signature) -> Iterator[str]:
    record = _record(entry)
    if record is None:
        yield "record"
        return
    signer = Reviewer.objects.filter(user=entry.by_id).values_list("uuid", flat=True).first()
    said = {
        "sequence": (entry.sequence, record.sequence),
        "previous_hash": (entry.previous_hash, record.previous_hash),
        "outcome": (entry.outcome, record.outcome),
        "review": (entry.review and entry.review.uuid, record.review),
        "article": (entry.article.uuid, record.article),
        "revision": (entry.revision.uuid, record.revision),
        "digest": (entry.revision.digest, record.digest),
        "number of its revision": (entry.revision.number, record.revision_number),
        "by": (signer, record.actor.reviewer) if record.actor.reviewer else (None, None),
        "at": (entry.at, record.at),
        "authorship": (ledger.provenance(entry.revision), record.provenance),
    }
    yield from (column for column, (row, text) in said.items() if row != text)


def _broken_reviews() -> Iterator[str]:
    """Each decided review is in the ledger, and each that is in the ledger is decided, in the same words."""
    reviews = MedicalReview.objects.filter(Q(decided_at__isnull=False) | Q(entry__isnull=False))
    for review in reviews.select_related("entry").iterator(BATCH):
        entry = getattr(review, "entry", None)
        record = entry and _record(entry)
        decision = (review.outcome, review.decided_by_id, review.decided_at, review.trigger, review.comment)
        if not record or decision != (entry.outcome, entry.by_id, entry.at, record.trigger, record.comment):
            yield f"reviews_medicalreview {review.pk}: its decision is not in the ledger"
        elif review.outcome == MedicalReview.Outcome.APPROVED:
            yield from (
                f"reviews_medicalreview {review.pk}: its {name} is not in the ledger"
                for name in _unsaid(review, record)
            )


def _unsaid(review: MedicalReview, record: ledger.Record) -> Iterator[str]:
    """What a signed review was asked for with, and its record does not say."""
    if review.override != record.override:
        yield "override"
    if review.correction and review.correction not in [said.text for said in record.review_line.corrections]:
        yield "correction"


def _broken_private_fields() -> Iterator[str]:
    for private in PrivateField.objects.select_related("signature").order_by("id").iterator(BATCH):
        record = _record(private.signature)
        kept = record and (getattr(record, private.name, None) or getattr(record.actor, private.name, None))
        if ledger.salted(private.salt, private.value) != kept:
            yield f"reviews_privatefield {private.pk}: it is not the value that was signed"


def _broken_publications() -> Iterator[str]:
    """Each signed line shows what its entry signed; the others carry on what was shown before."""
    shown: dict[int, Publication] = {}
    for publication in Publication.objects.select_related("revision").order_by("id").iterator(BATCH):
        name, before = f"articles_publication {publication.pk}", shown.get(publication.article_id)
        if publication.evidence:
            entry = Signature.objects.filter(hash=publication.evidence).first()
            yield from _unlike_its_entry(publication, entry, name)
        if publication.kind in Publication.SIGNED:
            again = (
                before and before.kind != Publication.Kind.WITHDRAW and before.revision_id == publication.revision_id
            )
            if publication.kind != (Publication.Kind.RESIGN if again else Publication.Kind.PUBLISH):
                yield f"{name}: its kind is not what happened"
        else:
            yield from _unlike_the_line_before(publication, before, name)
        yield from _unlike_its_text(publication, name)
        shown[publication.article_id] = publication


def _unlike_the_line_before(publication: Publication, before: Publication | None, name: str) -> Iterator[str]:
    kept = {"review_line": "review line", "revision_id": "text"}
    if publication.kind != Publication.Kind.ADDRESS:
        kept["slug"] = "address"
    if publication.kind not in (Publication.Kind.NOTICE, Publication.Kind.FILING):
        kept["frame"] = "frame"
    for column, called in kept.items():
        if before is None or getattr(publication, column) != getattr(before, column):
            yield f"{name}: its {called} is not the one that was signed or shown before"


def _unlike_its_entry(publication: Publication, entry: Signature | None, name: str) -> Iterator[str]:
    if entry is None:
        yield f"{name}: the ledger has no entry for it"
        return
    record = _record(entry)
    if entry.article_id != publication.article_id:
        yield f"{name}: its entry is about another page"
    if (publication.by_id, publication.at) != (entry.by_id, entry.at):
        yield f"{name}: its person or moment is not that of its entry"
    if publication.kind == Publication.Kind.WITHDRAW:
        if entry.outcome != Signature.Outcome.WITHDRAWN or not record or record.reason != publication.reason:
            yield f"{name}: its entry does not withdraw it, or not for that reason"
        return
    line = record.review_line if record else None
    if entry.outcome not in Signature.POSITIVE or entry.revision_id != publication.revision_id:
        yield f"{name}: its text was not signed"
    if line is None or publication.review_line != canonical(line).decode():
        yield f"{name}: its review line is not the one that was signed"


def _unlike_its_text(publication: Publication, name: str) -> Iterator[str]:
    try:
        document = publication.revision.read()
    except ValueError:
        yield f"{name}: its text cannot be read"
        return
    signed = (document.title, fold(document.title)[:200], document.summary)
    if (publication.title, publication.sort_key, publication.summary) != signed:
        yield f"{name}: its title or summary is not the one that was signed"


def _unpublished_entries() -> Iterator[str]:
    """Signing and publishing are one act, and so are the two halves of a withdrawal."""
    acts = Signature.objects.filter(outcome__in=[*Signature.POSITIVE, Signature.Outcome.WITHDRAWN])
    shown = Publication.objects.filter(evidence__isnull=False).values("evidence")
    for entry in acts.exclude(hash__in=shown).in_order().iterator(BATCH):
        yield f"reviews_signature {entry.pk} (entry {entry.sequence}): its publication is missing"


def _stale_lists() -> Iterator[str]:
    """Rows of the lists beside the log (topics, causes, what is due) that the log does not give."""
    try:
        yield from projections.faults()
    except ValueError:
        yield "the lists beside the log cannot be checked: a text, a frame or a review line above cannot be read"


def _broken_pointers() -> Iterator[str]:
    articles = Article.objects.annotate(newest=Max("publications__id"))
    for article in articles.filter(Q(newest__isnull=False) | Q(live__isnull=False)).iterator(BATCH):
        newest = Publication.objects.filter(pk=article.newest).first()
        shown = None if newest is None or newest.kind == Publication.Kind.WITHDRAW else newest.pk
        if article.live_id != shown:
            yield f"articles_article {article.pk}: what is live is not its newest publication"
        if newest and article.slug != newest.slug:
            yield f"articles_article {article.pk}: its address is not the one that was published"
