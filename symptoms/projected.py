"""What is kept beside the log of symptoms' pages: their names, and the causes and symptoms that they name."""

from django.db.models import Model

from articles.kinds import Projection
from articles.models import Publication
from symptoms import causes, names, relations
from symptoms.content import SymptomDocument
from symptoms.models import CauseAddress, PublishedCause, PublishedName, PublishedRelation

MODELS = (PublishedCause, CauseAddress, PublishedRelation, PublishedName)
BATCH = 500


def show(publication: Publication, document: SymptomDocument) -> None:
    causes.show(publication, document)
    relations.show(publication, document)
    names.show(publication, document)


def hide(withdrawal: Publication) -> None:
    causes.hide(withdrawal)
    relations.hide(withdrawal)
    names.hide(withdrawal)


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
            rest[publication.article_id] = [*relations.of(publication, document), *names.of(publication, document)]
    found = [row for rows in named.values() for row in rows]
    causes.mark_latest(found)
    found += [row for rows in rest.values() for row in rows]
    return found + [CauseAddress(slug=slug, cause_uuid=uuid) for slug, uuid in sorted(addresses)]


projection = Projection(MODELS, show, hide, rows, causes.forget)
