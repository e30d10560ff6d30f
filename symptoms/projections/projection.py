"""What is stored beside the log of symptom pages: their names, and what they name."""

from itertools import chain
from uuid import UUID

from django.db.models import Model

from articles.content.kinds import Projection
from articles.models import PublicationEvent
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
    signed = PublicationEvent.objects.signed().filter(article__kind="symptom").order_by("pk")
    causes_by_page: dict[int, list[PublishedCause]] = {}
    others_by_page: dict[int, list[Model]] = {}
    addresses: set[tuple[str, UUID]] = set()
    for publication in signed.select_related("revision", "article").iterator(BATCH_SIZE):
        if publication.revision.expunged:
            continue
        document = read_symptom(publication.revision)
        addresses |= causes.get_addresses(document)
        if publication.article.published:
            page = publication.article_id
            causes_by_page[page] = causes.build_rows(publication, document)
            others_by_page[page] = [
                *relations.build_rows(publication, document),
                *names.build_rows(publication, document),
            ]
    named = list(chain.from_iterable(causes_by_page.values()))
    causes.mark_latest(named)
    rows: list[Model] = [*named, *chain.from_iterable(others_by_page.values())]
    for cause in named:
        if cause.latest:
            rows.extend(index.build_rows(causes.build_search_item(cause)))
    for slug, uuid in sorted(addresses):
        rows.append(CauseAddress(slug=slug, cause_uuid=uuid))
    return rows


projection = Projection(MODELS, on_publish, on_withdraw, build_rows, causes.on_expunge)
