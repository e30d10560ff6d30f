"""Which symptoms the signed pages name under which body system: how the finder lists symptoms to choose from."""

from articles.models import Publication
from symptoms.content import SymptomDocument
from symptoms.models import PublishedRelation


def show(publication: Publication, document: SymptomDocument) -> None:
    """A symptom's page was signed: these are the symptoms that it names now."""
    hide(publication)
    PublishedRelation.objects.bulk_create(of(publication, document))


def hide(publication: Publication) -> None:
    PublishedRelation.objects.filter(article=publication.article_id).delete()


def of(publication: Publication, document: SymptomDocument) -> list[PublishedRelation]:
    """The rows of one page. The group of serious symptoms says what to do, and is no body system."""
    named = {
        (group.key, other.uuid): group.label
        for group in document.related
        if not group.serious
        for other in group.symptoms
    }
    return [
        PublishedRelation(
            article_id=publication.article_id,
            publication_id=publication.pk,
            system=system,
            label=label,
            other_uuid=uuid,
        )
        for (system, uuid), label in named.items()
    ]
