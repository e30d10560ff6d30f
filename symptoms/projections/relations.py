"""Which symptoms the signed pages name under which body system.

The finder lists symptoms to choose from by it.
"""

from uuid import UUID

from articles.models import PublicationEvent
from symptoms.content.document import SymptomDocument
from symptoms.models import PublishedRelation


def on_publish(publication: PublicationEvent, document: SymptomDocument) -> None:
    """A symptom's page was signed: these are the symptoms that it names now."""
    on_withdraw(publication)
    PublishedRelation.objects.bulk_create(build_rows(publication, document))


def on_withdraw(publication: PublicationEvent) -> None:
    PublishedRelation.objects.filter(article=publication.article_id).delete()


def build_rows(publication: PublicationEvent, document: SymptomDocument) -> list[PublishedRelation]:
    """The rows of one page. The group of serious symptoms is no body system, and is left out."""
    labels: dict[tuple[str, UUID], str] = {}
    for group in document.related:
        if group.serious:
            continue
        for other in group.symptoms:
            labels[group.key, other.uuid] = group.label
    rows: list[PublishedRelation] = []
    for (system, uuid), label in labels.items():
        row = PublishedRelation(
            article_id=publication.article_id,
            publication_id=publication.pk,
            system=system,
            label=label,
            other_uuid=uuid,
        )
        rows.append(row)
    return rows
