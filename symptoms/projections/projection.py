"""What is stored beside the log of symptom pages: their names, and what they name."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Max, Min, Model, QuerySet

from articles.content.kinds import Projection
from articles.models import PublicationEvent, Revision
from articles.search import index
from symptoms.content.document import SymptomDocument, read_symptom
from symptoms.models import (
    CauseAddress,
    PublishedCause,
    PublishedExcerpt,
    PublishedName,
    PublishedRelation,
)
from symptoms.projections import causes, excerpts, names, relations

MODELS = (
    PublishedCause,
    CauseAddress,
    PublishedRelation,
    PublishedName,
    PublishedExcerpt,
    *index.MODELS,
)
BATCH_SIZE = 500


def on_publish(publication: PublicationEvent, document: SymptomDocument) -> set[str]:
    changed = causes.on_publish(publication, document)
    relations.on_publish(publication, document)
    excerpts.on_publish(publication, document)
    return changed | names.on_publish(publication, document)


def on_withdraw(withdrawal: PublicationEvent) -> set[str]:
    changed = causes.on_withdraw(withdrawal)
    relations.on_withdraw(withdrawal)
    excerpts.on_withdraw(withdrawal)
    return changed | names.on_withdraw(withdrawal)


def build_rows() -> Iterator[Model]:
    """All that the log says: what public pages name, and each address a cause was signed under.

    Each public text is read twice, so that the rows of one page are in memory at a time: only the
    last of all texts that name a cause is its newest.
    """
    publications = _get_publications()
    addresses: set[tuple[str, UUID]] = set()
    newest: dict[UUID, int] = {}  # cause → the newest publication of a page that names it
    for revision in _get_signed_revisions().iterator(BATCH_SIZE):
        if revision.expunged:
            continue
        publication = publications.get(revision.pk)
        if publication is None:
            addresses |= causes.get_addresses(read_symptom(revision))
            continue
        named = causes.read_addresses(revision.document)
        addresses |= named
        for _, uuid in named:
            newest[uuid] = max(newest.get(uuid, 0), publication.pk)
    for publication, document in _read_public_pages(list(publications.values())):
        yield from _build_page_rows(publication, document, newest)
    for slug, uuid in sorted(addresses):
        yield CauseAddress(slug=slug, cause_uuid=uuid)


def _read_public_pages(
    publications: list[PublicationEvent],
) -> Iterator[tuple[PublicationEvent, SymptomDocument]]:
    """Each publication with its text, unless that was expunged. One query for each batch."""
    for start in range(0, len(publications), BATCH_SIZE):
        batch = publications[start : start + BATCH_SIZE]
        revisions = Revision.objects.in_bulk([event.revision_id for event in batch])
        for event in batch:
            revision = revisions[event.revision_id]
            if not revision.expunged:
                yield event, read_symptom(revision)


def _build_page_rows(
    publication: PublicationEvent, document: SymptomDocument, newest: dict[UUID, int]
) -> Iterator[Model]:
    named = causes.build_rows(publication, document)
    for row in named:
        row.latest = newest[row.cause_uuid] == row.publication_id
    yield from named
    yield from relations.build_rows(publication, document)
    yield from names.build_rows(publication, document)
    yield excerpts.build_row(publication, document)
    for row in named:
        if row.latest:
            yield from index.build_rows(causes.build_search_item(row))


def _get_publications() -> dict[int, PublicationEvent]:
    """By its revision, the newest signed publication of each public page.

    In the order in which the pages were published first.
    """
    signed = PublicationEvent.objects.signed().filter(
        article__kind="symptom", article__live__isnull=False
    )
    pages = signed.order_by().values("article").annotate(first=Min("pk"), newest=Max("pk"))
    newest = dict(pages.order_by("first").values_list("newest", "first"))
    events = PublicationEvent.objects.only("article", "revision", "title").in_bulk(list(newest))
    return {events[key].revision_id: events[key] for key in newest}


def _get_signed_revisions() -> QuerySet[Revision]:
    """Each text that was ever signed, once, however often it was signed again."""
    signed = PublicationEvent.objects.signed().filter(article__kind="symptom")
    return Revision.objects.filter(pk__in=signed.order_by().values("revision")).order_by("pk")


projection = Projection(MODELS, on_publish, on_withdraw, build_rows, causes.on_expunge)
