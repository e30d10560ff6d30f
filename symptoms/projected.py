"""What is kept beside the log of symptoms' pages: the causes and symptoms that they name."""

from django.db.models import Model

from articles.kinds import Projection
from articles.models import Publication
from articles.search import index
from symptoms import causes, relations
from symptoms.content import SymptomDocument
from symptoms.models import CauseAddress, PublishedCause, PublishedRelation

MODELS = (PublishedCause, CauseAddress, PublishedRelation, *index.MODELS)
BATCH = 500


def show(publication: Publication, document: SymptomDocument) -> None:
    causes.show(publication, document)
    relations.show(publication, document)


def hide(withdrawal: Publication) -> None:
    causes.hide(withdrawal)
    relations.hide(withdrawal)


def rows() -> list[Model]:
    """All that the log says: what public pages name, and each address under which a cause was ever signed."""
    signed = Publication.objects.signed().filter(article__kind="symptom").order_by("pk")
    named: dict[int, list[PublishedCause]] = {}
    rest: dict[int, list[Model]] = {}
    addresses = set()
    for publication in signed.select_related("revision", "article").iterator(BATCH):
        if publication.revision.expunged:
            continue
        document = publication.revision.read()
        addresses |= causes.addresses(document)
        if publication.article.published:
            named[publication.article_id] = causes.of(publication, document)
            rest[publication.article_id] = relations.of(publication, document)
    found = [row for rows in named.values() for row in rows]
    causes.mark_latest(found)
    sought = [row for cause in found if cause.latest for row in index.rows_of(causes.item(cause))]
    found += [row for rows in rest.values() for row in rows]
    return found + sought + [CauseAddress(slug=slug, cause_uuid=uuid) for slug, uuid in sorted(addresses)]


projection = Projection(MODELS, show, hide, rows, causes.forget)
