"""The publication log: each line shows what was signed, or what was shown before it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import OuterRef, Q, QuerySet, Subquery

from articles.content.document import canonicalize
from articles.models import Article, PublicationEvent
from articles.names import list_log_keys
from reviews.models import LedgerEntry
from reviews.verification.chain import read_record

EventKind = PublicationEvent.EventKind
PageRow = tuple[int, str, int | None, int | None]  # key, slug, live and newest event


@dataclass(frozen=True, slots=True)
class PublishedState:
    """What a line is compared by. Digests, so that it takes little memory."""

    kind: str
    revision_id: int
    slug: str
    review_line: bytes
    metadata: bytes


def _get_state(publication: PublicationEvent) -> PublishedState:
    return PublishedState(
        kind=publication.kind,
        revision_id=publication.revision_id,
        slug=publication.slug,
        review_line=_hash(publication.review_line),
        metadata=_hash(publication.metadata),
    )


def _hash(text: str) -> bytes:
    return sha256(text.encode(errors="surrogatepass")).digest()


def get_publications() -> QuerySet[PublicationEvent]:
    return PublicationEvent.objects.select_related("revision", "successor").order_by("id")


def find_faults(batches: Iterable[list[PublicationEvent]]) -> Iterator[str]:
    """Each signed line shows what its entry signed; the others show what was shown before."""
    states: dict[int, PublishedState] = {}
    for batch in batches:
        hashes = {line.evidence for line in batch if line.evidence}
        entries = {entry.hash: entry for entry in LedgerEntry.objects.filter(hash__in=hashes)}
        for line in batch:
            state = _get_state(line)
            previous = states.get(line.article_id)
            for fault in _find_line_faults(line, entries.get(line.evidence or ""), state, previous):
                yield f"articles_publication {line.pk}: {fault}"
            states[line.article_id] = state


def _find_line_faults(
    publication: PublicationEvent,
    entry: LedgerEntry | None,
    state: PublishedState,
    previous: PublishedState | None,
) -> Iterator[str]:
    if publication.evidence:
        yield from _compare_with_entry(publication, entry)
    if publication.kind in PublicationEvent.SIGNED_KINDS:
        if publication.kind != _get_expected_kind(publication, previous):
            yield "its kind is not what happened"
    else:
        yield from _compare_with_previous(state, previous)
    yield from _compare_with_text(publication)


def _get_expected_kind(publication: PublicationEvent, previous: PublishedState | None) -> str:
    """RESIGN where the same text was public before the signature, else PUBLISH."""
    if previous is None or previous.kind == EventKind.WITHDRAW:
        return EventKind.PUBLISH
    if previous.revision_id != publication.revision_id:
        return EventKind.PUBLISH
    return EventKind.RESIGN


def _compare_with_previous(state: PublishedState, previous: PublishedState | None) -> Iterator[str]:
    unchanged = {"review_line": "review line", "revision_id": "text"}
    if state.kind != EventKind.ADDRESS:
        unchanged["slug"] = "address"
    if state.kind not in (EventKind.NOTICE, EventKind.FILING):
        unchanged["metadata"] = "frame"
    for column, called in unchanged.items():
        if previous is None or getattr(state, column) != getattr(previous, column):
            yield f"its {called} is not the one that was signed or shown before"


def _compare_with_entry(publication: PublicationEvent, entry: LedgerEntry | None) -> Iterator[str]:
    if entry is None:
        yield "the ledger has no entry for it"
        return
    if entry.article_id != publication.article_id:
        yield "its entry is about another page"
    if (publication.by_id, publication.at) != (entry.by_id, entry.at):
        yield "its person or moment is not that of its entry"
    if publication.kind == EventKind.WITHDRAW:
        yield from _compare_withdrawal(publication, entry)
    elif publication.kind == EventKind.EXPUNGE:
        if entry.outcome != LedgerEntry.EntryOutcome.EXPUNGED:
            yield "its entry does not expunge a text"
    else:
        yield from _compare_signature(publication, entry)


def _compare_withdrawal(publication: PublicationEvent, entry: LedgerEntry) -> Iterator[str]:
    record = read_record(entry)
    is_withdrawn = entry.outcome == LedgerEntry.EntryOutcome.WITHDRAWN
    if not is_withdrawn or record is None or record.reason != publication.reason:
        yield "its entry does not withdraw it, or not for that reason"
    successor = publication.successor.uuid if publication.successor else None
    if record and record.successor != successor:
        yield "its entry names another page, or none, as the one that covers its subject"


def _compare_signature(publication: PublicationEvent, entry: LedgerEntry) -> Iterator[str]:
    is_positive = entry.outcome in LedgerEntry.POSITIVE
    if not is_positive or entry.revision_id != publication.revision_id:
        yield "its text was not signed"
    record = read_record(entry)
    line = record.review_line if record else None
    if line is None or publication.review_line != canonicalize(line).decode():
        yield "its review line is not the one that was signed"


def _compare_with_text(publication: PublicationEvent) -> Iterator[str]:
    if publication.revision.expunged:
        return  # ``texts`` reports whether it may be
    try:
        document = publication.revision.read()
    except ValueError:
        yield "its text cannot be read"
        return
    if (publication.title, publication.summary) != (document.title, document.summary):
        yield "its title or summary is not the one that was signed"
    elif publication.sort_key not in list_log_keys(document.title):
        yield "its sort key is not made of the title that was signed"


def get_pages() -> QuerySet[Article, PageRow]:
    """Key, slug and live event of pages that were published or say so, and their newest event."""
    events = PublicationEvent.objects.filter(article=OuterRef("pk")).order_by("-id")
    newest = Subquery(events.values("id")[:1])
    pages = Article.objects.annotate(newest=newest).order_by("id")
    known = pages.filter(Q(newest__isnull=False) | Q(live__isnull=False))
    return known.values_list("pk", "slug", "live", "newest")


def find_broken_pointers(batches: Iterable[list[PageRow]]) -> Iterator[str]:
    """Pages whose publication or address is not that of the newest line of their log."""
    for batch in batches:
        event_ids = [newest_id for *_, newest_id in batch if newest_id]
        events = PublicationEvent.objects.only("kind", "slug").in_bulk(event_ids)
        for page_id, slug, live_id, newest_id in batch:
            newest = events.get(newest_id) if newest_id else None
            expected = newest.pk if newest and newest.kind != EventKind.WITHDRAW else None
            if live_id != expected:
                yield f"articles_article {page_id}: what is live is not its newest publication"
            if newest and slug != newest.slug:
                yield f"articles_article {page_id}: its address is not the one that was published"
