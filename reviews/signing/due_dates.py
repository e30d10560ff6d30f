"""The projection of due dates: one row for each public page, written with its publication."""

from collections.abc import Iterator

from django.db.models import Max

from articles.content.document import Document
from articles.models import PublicationEvent
from reviews.models import Reviewer, ReviewSchedule

BATCH_SIZE = 500


def on_publish(publication: PublicationEvent, document: Document) -> None:
    """Store the dates of a page that was published now."""
    on_withdraw(publication)
    _build_row(publication, _get_reviewer_ids()).save(force_insert=True)


def on_withdraw(withdrawal: PublicationEvent) -> None:
    """Delete the dates of a page."""
    ReviewSchedule.objects.filter(article=withdrawal.article_id).delete()


def build_rows() -> Iterator[ReviewSchedule]:
    """The rows of all public pages as the publication log gives them, in the order of the pages."""
    reviewer_ids = _get_reviewer_ids()
    signed = PublicationEvent.objects.signed().filter(article__live__isnull=False)
    latest = signed.order_by().values("article").annotate(latest=Max("pk")).values("latest")
    publications = PublicationEvent.objects.filter(pk__in=latest).order_by("article")
    for publication in publications.iterator(BATCH_SIZE):
        yield _build_row(publication, reviewer_ids)


def _build_row(publication: PublicationEvent, reviewer_ids: dict[str, int]) -> ReviewSchedule:
    line = publication.read_review_line()
    reviewer_id = None
    if line.reviewed_by:
        reviewer_id = reviewer_ids.get(line.reviewed_by.slug)
    return ReviewSchedule(
        article_id=publication.article_id,
        publication=publication,
        reviewer_id=reviewer_id,
        recorded=line.earlier is not None,
        last_reviewed=line.last_read_on,
        next_due=line.next_due,
    )


def _get_reviewer_ids() -> dict[str, int]:
    """Slug → id. The slug of a reviewer who has signed never changes."""
    return dict(Reviewer.objects.values_list("slug", "pk"))
