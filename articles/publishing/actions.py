"""The actions that write history: the only writers of revisions, publication events, addresses."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.utils import timezone

from articles.audit import authorship, recording
from articles.audit.chain import GENESIS_HASH
from articles.audit.page_kinds import (
    IMAGE,
    MERGED_PAGE,
    PAGE,
    PUBLICATION,
    REDIRECT,
    name_page,
    name_redirect,
)
from articles.content import kinds
from articles.content.document import EXPUNGED, Document, canonicalize, digest
from articles.content.review_line import PageMetadata, ReviewLine
from articles.db.bulk_insert import insert_few_or_many
from articles.event_log import Event, log_once_committed
from articles.images import store
from articles.links import index
from articles.models import (
    Article,
    Authorship,
    Image,
    MergedPage,
    PublicationEvent,
    Redirect,
    Revision,
)
from articles.models.article import ArticleQuerySet
from articles.names import fold
from articles.publishing import projections, related_pages


class ActionRefused(Exception):
    """An action that a rule forbids. The message says why, to the person who tried."""


class StalePreview(ActionRefused):
    """What would be done now is not what was previewed; ``reasons`` say what changed."""

    def __init__(self, reasons: Iterable[str] = ()) -> None:
        why = ", and ".join(reasons)
        if why:
            why = f" ({why})"
        super().__init__(
            f"Nothing was done: what you saw changed meanwhile{why}. Look again, then confirm."
        )


class PageTooLong(ActionRefused):
    """A page has more than can be published; the message says where, and what to do."""


class CannotPublish(ActionRefused):
    pass


class CannotWithdraw(ActionRefused):
    pass


class CannotRestore(ActionRefused):
    pass


class CannotDiscard(ActionRefused):
    pass


class CannotChangeSlug(ActionRefused):
    pass


class CannotRetireNotice(ActionRefused):
    pass


class CannotExpunge(ActionRefused):
    pass


@dataclass(frozen=True)
class RestoreResult:
    """The revision that a restore made, and a sentence for each thing that it could not restore."""

    revision: Revision
    report: list[str]


def record_revision(page: Article, *, by: User, restored_from: Revision | None = None) -> Revision:
    """Freeze the working copy of one page.

    Returns its latest revision, which is a new one only if the text changed. Raises PageTooLong
    if that could not be published.
    """
    pages = kinds.get(page.kind).model.objects.filter(pk=page.pk)
    return record_revisions(pages, by=by, restored_from=restored_from, check_length=True)[0]


@transaction.atomic
def record_revisions(
    pages: QuerySet[Article],
    *,
    by: User,
    restored_from: Revision | None = None,
    extra_author_ids: Iterable[int] = (),
    check_length: bool = False,
) -> list[Revision]:
    """Freeze the working copies of a queryset of pages of one kind, in a fixed number of queries.

    ``extra_author_ids`` are the ids of further users whose words come into each of them. Returns
    the latest revision of each page: first those that were there already, then the new ones.
    With ``check_length``, raises PageTooLong for a new one that could not be published.
    """
    kind = kinds.get_for_model(pages.model)
    ids = sorted(pages.values_list("pk", flat=True))
    _lock_rows(ids)
    previous_revisions = _get_latest_revisions(ids)
    now = timezone.now()
    unchanged: list[Revision] = []
    new: list[Revision] = []
    writer_ids: list[int] = []
    page_uuids: dict[int, UUID] = {}
    document_pairs: list[tuple[Document, Document | None]] = []
    for page in kind.load(kind.model.objects.filter(pk__in=ids).order_by("pk")):
        document = kind.compose(page)
        previous = previous_revisions.get(page.pk)
        text = canonicalize(document)
        text_digest = digest(text)
        if previous and previous.digest == text_digest:
            unchanged.append(previous)
            continue
        if check_length:
            _check_length(document)
        revision = Revision(
            article_id=page.pk,
            number=previous.number + 1 if previous else 1,
            document=text.decode(),
            digest=text_digest,
            saved_by=by,
            saved_at=now,
            restored_from=restored_from,
        )
        new.append(revision)
        writer_ids.append(page.writer_id)
        page_uuids[page.pk] = page.uuid
        document_pairs.append((document, _read_previous(previous)))
    inherited = _find_inherited_authors(new)
    authors = kind.authors(document_pairs)
    uploaders = store.find_uploaders(document_pairs)
    rows = zip(new, writer_ids, authors, uploaders, strict=True)
    authorships: list[Authorship] = []
    for revision, writer_id, author_ids, uploader_ids in rows:
        user_ids = {by.pk, writer_id, *author_ids, *uploader_ids, *extra_author_ids}
        user_ids.update(inherited.get(revision.article_id, ()))
        previous = previous_revisions.get(revision.article_id)
        revision.authorship_hash = authorship.compute_hash(
            revision,
            page_uuids[revision.article_id],
            authors=user_ids,
            previous_hash=previous.authorship_hash if previous else GENESIS_HASH,
        )
        authorships += _build_authorships(revision, user_ids)
    Revision.objects.bulk_create(new)
    Authorship.objects.bulk_create(authorships)
    documents = [document for document, _ in document_pairs]
    index.add_revisions(zip(new, documents, strict=True))
    return unchanged + new


def _check_length(document: Document) -> None:
    excess = projections.find_excess(document)
    if excess:
        raise PageTooLong(excess)


def _lock_rows(page_ids: list[int]) -> None:
    """Lock the rows of pages until the transaction ends, in the order of their ids."""
    rows = Article.objects.select_for_update().filter(pk__in=page_ids).order_by("pk")
    list(rows.values_list("pk"))


def _get_latest_revisions(page_ids: list[int]) -> dict[int, Revision]:
    """The latest revision of each page that has one, by the page's id. One query."""
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
    pages = Article.objects.filter(pk__in=page_ids).annotate(newest=Subquery(newest))
    revisions = Revision.objects.filter(pk__in=pages.values("newest"))
    return {revision.article_id: revision for revision in revisions}


def _read_previous(revision: Revision | None) -> Document | None:
    """The document of a revision, if there is one that was not expunged."""
    if revision is None or revision.expunged:
        return None
    return revision.read()


def _build_authorships(revision: Revision, user_ids: set[int]) -> list[Authorship]:
    return [Authorship(revision=revision, user_id=user_id) for user_id in user_ids]


def _find_inherited_authors(revisions: list[Revision]) -> dict[int, set[int]]:
    """By page, the authors of the older text that a new revision brings back.

    It brings one back by restoring it, or by having the same words.
    """
    sources = {}
    digests = set()
    for revision in revisions:
        if revision.restored_from:
            sources[revision.article_id] = revision.restored_from
        digests.add((revision.article_id, revision.digest))
    older = Revision.objects.filter(
        article__in=[article_id for article_id, _ in digests],
        digest__in=[text_digest for _, text_digest in digests],
    )
    for twin in older.order_by("number"):
        if (twin.article_id, twin.digest) in digests:
            sources[twin.article_id] = twin
    return {page_id: _find_lineage_authors(source) for page_id, source in sources.items()}


def _find_lineage_authors(revision: Revision) -> set[int]:
    """The authors of a revision and of those before it, back to the last one that was published."""
    before = Revision.objects.filter(article=revision.article_id, number__lt=revision.number)
    published = before.filter(publications__isnull=False).order_by("-number")
    last_published = published.values_list("number", flat=True).first()
    rows = Authorship.objects.filter(
        revision__article=revision.article_id,
        revision__number__gt=last_published or 0,
        revision__number__lte=revision.number,
    )
    return set(rows.values_list("user_id", flat=True))


def lock_page(page: Article) -> Article:
    """The page's row, locked until the transaction ends, with the publication event that is live.

    Two queries: when PostgreSQL has to wait for a row, a join gives what the other tables held
    before the wait.
    """
    Article.objects.select_for_update().values_list("pk").get(pk=page.pk)
    return Article.objects.select_related("live").get(pk=page.pk)


@transaction.atomic
def publish(
    *,
    revision: Revision,
    document: Document,
    review_line: ReviewLine,
    evidence: str,
    by: User,
    at: dt.datetime,
) -> PublicationEvent:
    """Show visitors a signed revision. ``evidence`` is the hash of the ledger entry that signed it.

    Raises CannotPublish.
    """
    page = lock_page(revision.article)
    if page.discarded_at:
        raise CannotPublish("This page was discarded.")
    if page.live and page.live.revision.number > revision.number:
        raise CannotPublish("A later text of this page is already published.")
    kind = PublicationEvent.EventKind.PUBLISH
    if page.live and page.live.revision_id == revision.pk:
        kind = PublicationEvent.EventKind.RESIGN
    PublicationEvent.objects.lock_log_end()
    publication = PublicationEvent.objects.create(
        article=page,
        revision=revision,
        kind=kind,
        evidence=evidence,
        slug=page.slug,
        title=document.title,
        sort_key=fold(document.title)[:200],
        summary=document.summary,
        review_line=canonicalize(review_line).decode(),
        metadata=canonicalize(build_metadata(page)).decode(),
        by=by,
        at=at,
    )
    facts = {"by": by.pk, "page": page.uuid, "number": publication.pk, "kind": kind.value}
    log_once_committed(Event.PUBLICATION, **facts)
    Article.objects.filter(pk=page.pk).update(live=publication)
    deleted, _ = MergedPage.objects.filter(page=page).delete()  # it is a page of its own again
    projections.update_topic_entries([publication])
    changed = projections.on_publish(publication, document)
    related_pages.on_publish(publication, document)
    index.ensure_revision(revision, document)
    _record_publication(publication, document, changed, is_merged_no_more=bool(deleted))
    return publication


def _record_publication(
    publication: PublicationEvent,
    document: Document,
    subjects: set[str],
    *,
    is_merged_no_more: bool,
) -> None:
    """Record a signed publication in the chain, with what became public around its text.

    ``subjects`` are those that the projections changed. A page is in the chain from its first
    publication on, and an image from the first that shows it.
    """
    page = publication.article
    changed: dict[str, Iterable[Model]] = {PUBLICATION: [publication]}
    if not page.publications.exclude(pk=publication.pk).exists():
        changed |= {PAGE: [page], REDIRECT: page.old_addresses.all()}
    digests = {figure.sha256 for figure in document.figures}
    if digests:
        changed[IMAGE] = Image.objects.filter(sha256__in=digests)
    removed = {MERGED_PAGE: [name_page(page)]} if is_merged_no_more else {}
    recording.record_changes(
        changed, removed=removed, by=publication.by, at=publication.at, subjects=subjects
    )


@transaction.atomic
def withdraw(
    page: Article,
    *,
    reason: str,
    evidence: str,
    by: User,
    at: dt.datetime,
    successor: Article | None = None,
) -> PublicationEvent:
    """Show visitors that a page is gone, and why: nothing older replaces it.

    ``successor`` is the page that covers its subject, if it is withdrawn as merged into that.
    Raises CannotWithdraw.
    """
    page = lock_page(page)
    if not page.live:
        raise CannotWithdraw("This page is not published, so there is nothing to withdraw.")
    PublicationEvent.objects.lock_log_end()
    withdrawal = _build_next_event(
        page.live,
        kind=PublicationEvent.EventKind.WITHDRAW,
        reason=reason,
        successor=successor,
        evidence=evidence,
        by=by,
        at=at,
    )
    withdrawal.save(force_insert=True)
    log_once_committed(Event.WITHDRAWAL, by=by.pk, page=page.uuid, number=withdrawal.pk)
    Article.objects.filter(pk=page.pk).update(live=None)
    projections.update_topic_entries([withdrawal])
    changed = projections.on_withdraw(withdrawal)
    related_pages.on_withdraw(withdrawal)
    recording.record_changes({PUBLICATION: [withdrawal]}, by=by, at=at, subjects=changed)
    return withdrawal


@transaction.atomic
def restore(revision: Revision, *, by: User) -> RestoreResult:
    """Write an older text back into the working copy, as a new revision.

    Shared rows stay as they are. Raises CannotRestore.
    """
    page = lock_page(revision.article)
    if page.discarded_at:
        raise CannotRestore("This page was discarded.")
    if Revision.objects.get(pk=revision.pk).expunged:
        raise CannotRestore(
            f"The text of revision {revision.number} was expunged, so there is nothing to restore."
        )
    kind = kinds.get(page.kind)
    working_copy = kind.model.objects.get(pk=page.pk)
    working_copy.form_version += 1
    report = kind.restore(working_copy, revision.read())
    return RestoreResult(record_revision(working_copy, by=by, restored_from=revision), report)


@transaction.atomic
def discard(page: Article, *, by: User) -> None:
    """Put away a draft that was never published. Its history stays. Raises CannotDiscard."""
    page = lock_page(page)
    if page.publications.exists():
        raise CannotDiscard(
            "This page was published once, so it can be withdrawn but not discarded."
        )
    Article.objects.filter(pk=page.pk).update(discarded_by=by, discarded_at=timezone.now())


def get_expunge_error(revision: Revision) -> str:
    """Why the text of a revision cannot be expunged now; empty if it can."""
    page = revision.article
    if revision.expunged:
        return f"The text of revision {revision.number} was expunged already."
    if page.live and page.live.revision_id == revision.pk:
        return "Visitors read this text now. Withdraw the page, or have another text signed first."
    if page.get_latest_revision() == revision:
        return (
            "This is the latest text of the page, and the form still has it. "
            "Save another text first."
        )
    return ""


@transaction.atomic
def expunge(revision: Revision, *, evidence: str, by: User, at: dt.datetime) -> None:
    """Blank the text of a revision for good. ``evidence`` is the hash of the ledger entry for it.

    If the page is public, an event is added to its log, so that cached pages are rendered again.
    Raises CannotExpunge.
    """
    page = lock_page(revision.article)
    revision = Revision.objects.select_related("article__live").get(pk=revision.pk)
    error = get_expunge_error(revision)
    if error:
        raise CannotExpunge(error)
    document = revision.read()
    PublicationEvent.objects.lock_log_end()
    Revision.objects.filter(pk=revision.pk).update(document=EXPUNGED)
    changed = projections.on_expunge(document)
    index.remove_revision(revision)
    events: list[PublicationEvent] = []
    if page.live:
        event = _build_next_event(
            page.live, kind=PublicationEvent.EventKind.EXPUNGE, by=by, at=at, evidence=evidence
        )
        event.save(force_insert=True)
        Article.objects.filter(pk=page.pk).update(live=event)
        projections.update_topic_entries([event])
        events.append(event)
    recording.record_changes({PUBLICATION: events}, by=by, at=at, subjects=changed)


@transaction.atomic
def change_slug(page: Article, *, slug: str, by: User) -> None:
    """Move a page to another address. The old one redirects to it. Raises CannotChangeSlug."""
    page = lock_page(page)
    old_slug = page.slug
    if old_slug == slug:
        raise CannotChangeSlug("The page has this URL slug already.")
    page.slug = slug
    other_fields = [field.name for field in page._meta.fields if field.name != "slug"]
    try:
        page.clean_fields(exclude=other_fields)
        page.check_slug()
    except ValidationError as error:
        raise CannotChangeSlug(" ".join(error.messages)) from error
    if page.publications.exists() and not page.live:
        raise CannotChangeSlug(
            "This page is withdrawn. Its URL slug can change once it is signed again."
        )
    if not page.live:
        Article.objects.filter(pk=page.pk).update(slug=slug)
        return
    address = {"language": page.language, "kind": page.kind}
    freed = list(Redirect.objects.filter(**address, slug=slug, article=page))
    Redirect.objects.filter(pk__in=[row.pk for row in freed]).delete()
    redirect = Redirect.objects.create(**address, slug=old_slug, article=page)
    PublicationEvent.objects.lock_log_end()
    moved = _build_next_event(
        page.live, kind=PublicationEvent.EventKind.ADDRESS, by=by, at=timezone.now(), slug=slug
    )
    moved.save(force_insert=True)
    Article.objects.filter(pk=page.pk).update(live=moved, slug=slug)
    projections.update_topic_entries([moved])
    recording.record_changes(
        {PUBLICATION: [moved], PAGE: [page], REDIRECT: [redirect]},
        removed={REDIRECT: [name_redirect(row) for row in freed]},
        by=by,
        at=moved.at,
    )


@transaction.atomic
def publish_metadata(pages: ArticleQuerySet, *, by: User) -> int:
    """Log and show the current notice and topics of those published pages that show other ones.

    Returns how many pages that are.
    """
    pages = pages.public().order_by("pk").distinct()
    rows = Article.objects.select_for_update().filter(pk__in=pages.values("pk")).order_by("pk")
    locked_ids = list(rows.values_list("pk", flat=True))
    events = _build_metadata_events(locked_ids, by)
    if not events:
        return 0
    PublicationEvent.objects.lock_log_end()
    _insert_events(events)
    own_events = PublicationEvent.objects.filter(article=OuterRef("pk"))
    newest = own_events.order_by("-id").values("id")[:1]
    changed_ids = [event.article_id for event in events]
    Article.objects.filter(pk__in=changed_ids).update(live=Subquery(newest))
    projections.update_topic_entries(events)
    related_pages.on_filing(events)
    recording.record(PUBLICATION, events, by=by, at=events[0].at)
    log_once_committed(Event.PUBLICATION, by=by.pk, kind="metadata", pages=len(events))
    return len(events)


def _insert_events(events: list[PublicationEvent]) -> None:
    """Add events at the end of the log, which is locked, and give each its number."""
    newest = PublicationEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    insert_few_or_many(PublicationEvent, events)
    added = PublicationEvent.objects.filter(pk__gt=newest).values_list("article", "pk")
    numbers = dict(added)
    for event in events:
        event.pk = numbers[event.article_id]


def _build_metadata_events(page_ids: list[int], by: User) -> list[PublicationEvent]:
    """The next event of each of these public pages whose current metadata is not what it shows."""
    now = timezone.now()
    pages = Article.objects.filter(pk__in=page_ids).public().order_by("pk")
    pages = pages.select_related("live", "notice").prefetch_related("topics")
    format_metadata = cache(_format_metadata)  # most pages of a site share a few values
    events = []
    for page in pages.defer("advice", "body"):
        assert page.live  # it is public
        metadata, shown = build_metadata(page), page.live.read_metadata()
        if metadata == shown:
            continue
        kind = PublicationEvent.EventKind.FILING
        if metadata.notice != shown.notice:
            kind = PublicationEvent.EventKind.NOTICE
        text = format_metadata(metadata)
        events.append(_build_next_event(page.live, kind=kind, by=by, at=now, metadata=text))
    return events


def _format_metadata(metadata: PageMetadata) -> str:
    return canonicalize(metadata).decode()


def build_metadata(page: Article) -> PageMetadata:
    """The notice and the topics of a page as they are now."""
    return PageMetadata(
        notice=page.notice.to_metadata() if page.notice else None,
        filed_under=tuple(topic.to_metadata() for topic in page.topics.all()),
    )


def _build_next_event(live_event: PublicationEvent, **changes: object) -> PublicationEvent:
    """The next event of a page's log: as the live one, except for the fields in ``changes``."""
    event = PublicationEvent(
        article_id=live_event.article_id,
        revision_id=live_event.revision_id,
        slug=live_event.slug,
        title=live_event.title,
        sort_key=live_event.sort_key,
        summary=live_event.summary,
        review_line=live_event.review_line,
        metadata=live_event.metadata,
    )
    for name, value in changes.items():
        setattr(event, name, value)
    return event
