"""Which public page says what to do in an emergency, beside the publication log."""

from collections.abc import Iterator

from articles.care.emergencies import EMERGENCIES
from articles.content.emergency_document import EmergencyDocument
from articles.content.kinds import Projection
from articles.models import PublicationEvent, PublishedEmergency, Revision
from articles.page_store import subjects
from articles.publishing.actions import CannotPublish

BATCH = 100


def on_publish(publication: PublicationEvent, document: EmergencyDocument) -> set[str]:
    """The page says what to do in its emergency now. Raises CannotPublish if another one does."""
    changed = on_withdraw(publication)
    other = PublishedEmergency.objects.filter(subject=document.subject)
    row = other.select_related("article__live").first()
    if row and row.article.live:
        name = EMERGENCIES.get(document.subject, document.subject)
        raise CannotPublish(
            f"“{row.article.live.title}” is public and says what to do in this emergency already "
            f"({name}). Change that page, or choose another emergency for this one."
        )
    _build_row(publication, document).save(force_insert=True)
    return changed ^ {subjects.emergency(document.subject)}


def on_withdraw(publication: PublicationEvent) -> set[str]:
    rows = PublishedEmergency.objects.filter(article=publication.article_id)
    names = list(rows.values_list("subject", flat=True))
    rows.delete()
    return set(map(subjects.emergency, names))


def build_rows() -> Iterator[PublishedEmergency]:
    live = PublicationEvent.objects.live().filter(article__kind="emergency").order_by("pk")
    for event in live.select_related("revision").iterator(BATCH):
        signed = PublicationEvent.objects.signed().filter(
            article=event.article_id, revision=event.revision_id
        )
        publication = signed.order_by("-pk").first()
        if publication:
            yield _build_row(publication, read_emergency(event.revision))


def _build_row(publication: PublicationEvent, document: EmergencyDocument) -> PublishedEmergency:
    return PublishedEmergency(
        article_id=publication.article_id,
        publication_id=publication.pk,
        subject=document.subject,
        next_uuid=document.next_page.uuid if document.next_page else None,
    )


def read_emergency(revision: Revision) -> EmergencyDocument:
    """The document of a revision of an emergency page."""
    document = revision.read()
    assert isinstance(document, EmergencyDocument)  # as its page is one
    return document


projection = Projection((PublishedEmergency,), on_publish, on_withdraw, build_rows)
