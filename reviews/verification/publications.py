"""The publication log: each line shows what was signed, or what was shown before it."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from articles.content import kinds
from articles.content.document import EXPUNGED, canonicalize
from articles.models import Article, PublicationEvent, Revision
from articles.names import list_log_keys
from reviews.models import LedgerEntry
from reviews.verification.chain import read_record, read_values

CHUNK = 100  # texts in memory at a time
EventKind = PublicationEvent.EventKind
PageRow = tuple[int, str, int | None, int | None]  # key, slug, live and newest event


# Of a line of the log, in the order of ``PublicationRow``.
COLUMNS = (
    "pk",
    "article_id",
    "revision_id",
    "kind",
    "evidence",
    "slug",
    "title",
    "sort_key",
    "summary",
    "review_line",
    "metadata",
    "reason",
    "successor__uuid",
    "by_id",
    "at",
)
ENTRY_COLUMNS = ("hash", "article_id", "revision_id", "outcome", "by_id", "at", "record")


class PublicationRow(NamedTuple):
    """A line of the log, without the text that it shows."""

    pk: int
    article_id: int
    revision_id: int
    kind: str
    evidence: str | None
    slug: str
    title: str
    sort_key: str
    summary: str
    review_line: str
    metadata: str
    reason: str
    successor: UUID | None
    by_id: int
    at: dt.datetime


class SignedEntry(NamedTuple):
    """What a line is compared with in its entry of the ledger."""

    hash: str
    article_id: int
    revision_id: int
    outcome: str
    by_id: int
    at: dt.datetime
    record: str


class ShownText(NamedTuple):
    """What a line may show of a text: its title, its summary and the keys of its title."""

    title: str
    summary: str
    sort_keys: Collection[str]


@dataclass(frozen=True, slots=True)
class PublishedState:
    """What a line is compared by. Digests, so that it takes little memory.

    ``shown`` is that of what the line shows of its text, empty if that is not what the text has.
    """

    kind: str
    revision_id: int
    slug: str
    review_line: bytes
    metadata: bytes
    shown: bytes


def _get_state(publication: PublicationRow, shown: bytes) -> PublishedState:
    return PublishedState(
        kind=publication.kind,
        revision_id=publication.revision_id,
        slug=publication.slug,
        review_line=_hash(publication.review_line),
        metadata=_hash(publication.metadata),
        shown=shown,
    )


def _hash(text: str) -> bytes:
    return sha256(text.encode(errors="surrogatepass")).digest()


def _hash_shown(publication: PublicationRow) -> bytes:
    return _hash(repr((publication.title, publication.summary, publication.sort_key)))


def get_publications() -> QuerySet[PublicationEvent, tuple[Any, ...]]:
    return PublicationEvent.objects.order_by("id").values_list(*COLUMNS)


def find_faults(batches: Iterable[list[tuple[Any, ...]]]) -> Iterator[str]:
    """Each signed line shows what its entry signed; the others show what was shown before."""
    states: dict[int, PublishedState] = {}
    for values in batches:
        batch = [PublicationRow(*row) for row in values]
        shown = [_hash_shown(line) for line in batch]
        entries = _load_entries(batch)
        texts = _load_texts(_select_unread(batch, shown, states))
        for line, shown_digest in zip(batch, shown, strict=True):
            previous = states.get(line.article_id)
            faults = []
            if line.revision_id in texts:
                faults = list(_compare_with_text(line, texts[line.revision_id]))
            state = _get_state(line, b"" if faults else shown_digest)
            entry = entries.get(line.evidence or "")
            for fault in (*_find_line_faults(line, entry, state, previous), *faults):
                yield f"articles_publication {line.pk}: {fault}"
            states[line.article_id] = state


def _load_entries(batch: list[PublicationRow]) -> dict[str, SignedEntry]:
    """By their hashes, the entries that these lines rest on. One query."""
    lines = PublicationEvent.objects.filter(pk__gte=batch[0].pk, pk__lte=batch[-1].pk)
    evidence = lines.filter(evidence__isnull=False).order_by().values("evidence")
    rows = LedgerEntry.objects.filter(hash__in=evidence).order_by().values_list(*ENTRY_COLUMNS)
    return {row[0]: SignedEntry(*row) for row in rows}


def _select_unread(
    batch: list[PublicationRow], shown: list[bytes], states: dict[int, PublishedState]
) -> set[int]:
    """The revisions of lines that are not the same of the same text as the line before them.

    A page is signed again and again, and its text is read once for all of these lines.
    """
    unread: set[int] = set()
    latest: dict[int, tuple[int, bytes]] = {}
    for line, shown_digest in zip(batch, shown, strict=True):
        state = (line.revision_id, shown_digest)
        before = states.get(line.article_id)
        known = latest.get(line.article_id) or (before and (before.revision_id, before.shown))
        if state != known:
            unread.add(line.revision_id)
        latest[line.article_id] = state
    return unread


def _load_texts(revisions: set[int]) -> dict[int, ShownText | None]:
    """What lines may show of some texts; None for a text that cannot be read. One query.

    An expunged text is left out: ``texts`` reports whether it may be blank.
    """
    texts: dict[int, ShownText | None] = {}
    if not revisions:
        return texts
    rows = Revision.objects.filter(pk__in=revisions).values_list("pk", "document")
    for key, text in rows.iterator(CHUNK):
        if text == EXPUNGED:
            continue
        try:
            document = kinds.parse_document(text)
        except ValueError:
            texts[key] = None
        else:
            texts[key] = ShownText(document.title, document.summary, list_log_keys(document.title))
    return texts


def _find_line_faults(
    publication: PublicationRow,
    entry: SignedEntry | None,
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


def _get_expected_kind(publication: PublicationRow, previous: PublishedState | None) -> str:
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


def _compare_with_entry(publication: PublicationRow, entry: SignedEntry | None) -> Iterator[str]:
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


def _compare_withdrawal(publication: PublicationRow, entry: SignedEntry) -> Iterator[str]:
    record = read_record(entry.record)
    is_withdrawn = entry.outcome == LedgerEntry.EntryOutcome.WITHDRAWN
    if not is_withdrawn or record is None or record.reason != publication.reason:
        yield "its entry does not withdraw it, or not for that reason"
    if record and record.successor != publication.successor:
        yield "its entry names another page, or none, as the one that covers its subject"


def _compare_signature(publication: PublicationRow, entry: SignedEntry) -> Iterator[str]:
    is_positive = entry.outcome in LedgerEntry.POSITIVE
    if not is_positive or entry.revision_id != publication.revision_id:
        yield "its text was not signed"
    line = read_values(entry.record).get("review_line")
    if not isinstance(line, dict) or publication.review_line != canonicalize(line).decode():
        yield "its review line is not the one that was signed"


def _compare_with_text(publication: PublicationRow, text: ShownText | None) -> Iterator[str]:
    if text is None:
        yield "its text cannot be read"
    elif (publication.title, publication.summary) != (text.title, text.summary):
        yield "its title or summary is not the one that was signed"
    elif publication.sort_key not in text.sort_keys:
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
