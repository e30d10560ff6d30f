"""What is stored beside the log of symptom pages: their names, and what they name."""

from itertools import chain
from uuid import UUID

from django.db.models import Max, Min, Model, QuerySet

from articles.content.kinds import Projection
from articles.models import PublicationEvent, Revision
from articles.search import index
from symptoms.content.document import SymptomDocument, read_symptom
from symptoms.models import CauseAddress, PublishedCause, PublishedName, PublishedRelation
from symptoms.projections import causes, names, relations

MODELS = (PublishedCause, CauseAddress, PublishedRelation, PublishedName, *index.MODELS)
BATCH_SIZE = 500


def on_publish(publication: PublicationEvent, document: SymptomDocument) -> set[str]:
    changed = causes.on_publish(publication, document)
    relations.on_publish(publication, document)
    return changed | names.on_publish(publication, document)


def on_withdraw(withdrawal: PublicationEvent) -> set[str]:
    changed = causes.on_withdraw(withdrawal)
    relations.on_withdraw(withdrawal)
    return changed | names.on_withdraw(withdrawal)


def build_rows() -> list[Model]:
    """All that the log says: what public pages name, and each address a cause was signed under."""
    publications = _get_publications()
    causes_by_page: dict[int, list[PublishedCause]] = {}
    others_by_page: dict[int, list[Model]] = {}
    addresses: set[tuple[str, UUID]] = set()
    for revision in _get_signed_revisions().iterator(BATCH_SIZE):
        if revision.expunged:
            continue
        document = read_symptom(revision)
        addresses |= causes.get_addresses(document)
        publication = publications.get(revision.pk)
        if publication:
            page = publication.article_id
            causes_by_page[page] = causes.build_rows(publication, document)
            others_by_page[page] = [
                *relations.build_rows(publication, document),
                *names.build_rows(publication, document),
            ]
    pages = [event.article_id for event in publications.values()]
    named = list(chain.from_iterable(causes_by_page.get(page, ()) for page in pages))
    causes.mark_latest(named)
    rows: list[Model] = [*named]
    for page in pages:
        rows += others_by_page.get(page, ())
    for cause in named:
        if cause.latest:
            rows.extend(index.build_rows(causes.build_search_item(cause)))
    for slug, uuid in sorted(addresses):
        rows.append(CauseAddress(slug=slug, cause_uuid=uuid))
    return rows


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
