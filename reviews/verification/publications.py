"""The publication log: each line shows what was signed, or carries on what was shown before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import OuterRef, Q, Subquery

from articles.content import canonical
from articles.fields import fold
from articles.models import Article, Publication
from reviews.models import Signature
from reviews.verification.batches import Seen, batches
from reviews.verification.chain import read


@dataclass(frozen=True, slots=True)
class Shown:
    """What is kept of a page's last line: enough to compare, whatever the length of the words."""

    kind: str
    revision_id: int
    slug: str
    review_line: bytes
    frame: bytes


def _shown(line: Publication) -> Shown:
    words = (sha256(text.encode(errors="surrogatepass")).digest() for text in (line.review_line, line.frame))
    return Shown(line.kind, line.revision_id, line.slug, *words)


def log():
    return Publication.objects.select_related("revision", "successor").order_by("id")


def faults(seen: Seen) -> Iterator[str]:
    """Each signed line shows what its entry signed; the others carry on what was shown before."""
    shown: dict[int, Shown] = {}
    for batch in batches(log(), seen):
        hashes = {line.evidence for line in batch if line.evidence}
        entries = {entry.hash: entry for entry in Signature.objects.filter(hash__in=hashes)}
        for line in batch:
            name, before, now = f"articles_publication {line.pk}", shown.get(line.article_id), _shown(line)
            if line.evidence:
                yield from _unlike_its_entry(line, entries.get(line.evidence), name)
            if line.kind in Publication.SIGNED:
                again = before and before.kind != Publication.Kind.WITHDRAW and before.revision_id == line.revision_id
                if line.kind != (Publication.Kind.RESIGN if again else Publication.Kind.PUBLISH):
                    yield f"{name}: its kind is not what happened"
            else:
                yield from _unlike_the_line_before(now, before, name)
            yield from _unlike_its_text(line, name)
            shown[line.article_id] = now


def _unlike_the_line_before(now: Shown, before: Shown | None, name: str) -> Iterator[str]:
    kept = {"review_line": "review line", "revision_id": "text"}
    if now.kind != Publication.Kind.ADDRESS:
        kept["slug"] = "address"
    if now.kind not in (Publication.Kind.NOTICE, Publication.Kind.FILING):
        kept["frame"] = "frame"
    for column, called in kept.items():
        if before is None or getattr(now, column) != getattr(before, column):
            yield f"{name}: its {called} is not the one that was signed or shown before"


def _unlike_its_entry(publication: Publication, entry: Signature | None, name: str) -> Iterator[str]:
    if entry is None:
        yield f"{name}: the ledger has no entry for it"
        return
    record = read(entry)
    if entry.article_id != publication.article_id:
        yield f"{name}: its entry is about another page"
    if (publication.by_id, publication.at) != (entry.by_id, entry.at):
        yield f"{name}: its person or moment is not that of its entry"
    if publication.kind == Publication.Kind.WITHDRAW:
        if entry.outcome != Signature.Outcome.WITHDRAWN or not record or record.reason != publication.reason:
            yield f"{name}: its entry does not withdraw it, or not for that reason"
        if record and record.successor != (publication.successor and publication.successor.uuid):
            yield f"{name}: its entry names another page, or none, as the one that covers its subject"
        return
    if publication.kind == Publication.Kind.EXPUNGE:
        if entry.outcome != Signature.Outcome.EXPUNGED:
            yield f"{name}: its entry does not expunge a text"
        return
    line = record.review_line if record else None
    if entry.outcome not in Signature.POSITIVE or entry.revision_id != publication.revision_id:
        yield f"{name}: its text was not signed"
    if line is None or publication.review_line != canonical(line).decode():
        yield f"{name}: its review line is not the one that was signed"


def _unlike_its_text(publication: Publication, name: str) -> Iterator[str]:
    if publication.revision.expunged:
        return  # whether it may be is told with the texts
    try:
        document = publication.revision.read()
    except ValueError:
        yield f"{name}: its text cannot be read"
        return
    signed = (document.title, fold(document.title)[:200], document.summary)
    if (publication.title, publication.sort_key, publication.summary) != signed:
        yield f"{name}: its title or summary is not the one that was signed"


def pages():
    """Pages that were published once or say they are, with the key of the last line of their log."""
    newest = Publication.objects.filter(article=OuterRef("pk")).order_by("-id").values("id")[:1]
    pages = Article.objects.annotate(newest=Subquery(newest)).only("slug", "live").order_by("id")
    return pages.filter(Q(newest__isnull=False) | Q(live__isnull=False))


def broken_pointers(seen: Seen) -> Iterator[str]:
    for batch in batches(pages(), seen):
        lines = Publication.objects.only("kind", "slug").in_bulk([page.newest for page in batch if page.newest])
        for page in batch:
            newest = lines.get(page.newest)
            shown = None if newest is None or newest.kind == Publication.Kind.WITHDRAW else newest.pk
            if page.live_id != shown:
                yield f"articles_article {page.pk}: what is live is not its newest publication"
            if newest and page.slug != newest.slug:
                yield f"articles_article {page.pk}: its address is not the one that was published"
