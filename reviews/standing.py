"""The projection of what is due: one row a public page, written with its publication and made anew from the log."""

from articles.content import Document
from articles.models import Publication
from reviews.models import Reviewer, Standing

BATCH = 500


def show(publication: Publication, document: Document) -> None:
    """Keep the dates of a page that was signed now."""
    hide(publication)
    _row(publication, _reviewers()).save(force_insert=True)


def hide(line: Publication) -> None:
    """Drop the dates of a page."""
    Standing.objects.filter(article=line.article_id).delete()


def rows():
    """What the log says is due, a row a public page, in the order of the pages."""
    reviewers, signed = _reviewers(), Publication.objects.signed().filter(article__live__isnull=False)
    latest = {}
    for line in signed.order_by("article", "id").iterator(BATCH):
        latest[line.article_id] = line
    yield from (_row(line, reviewers) for line in latest.values())


def _row(publication: Publication, reviewers: dict[str, int]) -> Standing:
    line = publication.read_review_line()
    return Standing(
        article_id=publication.article_id,
        publication=publication,
        reviewer_id=None if line.earlier else reviewers.get(line.reviewed_by.slug),
        recorded=line.earlier is not None,
        last_reviewed=line.read_on,
        next_due=line.next_due,
    )


def _reviewers() -> dict[str, int]:
    """Address → key: the address of a reviewer who has signed never changes."""
    return dict(Reviewer.objects.values_list("slug", "pk"))
