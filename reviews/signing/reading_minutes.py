"""How long it takes to read what is asked of a review, in minutes, for many reviews at once."""

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from articles.content import kinds
from articles.content.diff import compare_parts
from articles.content.document import EXPUNGED
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing.changes import SignedChange, build_checklist


def estimate_all(reviews: Iterable[MedicalReview]) -> dict[int, int]:
    """Review id → minutes, in one query. An expunged text takes none."""
    reviews = list(reviews)
    previous = load_last_signatures([review.pk for review in reviews])
    minutes = {}
    for review in reviews:
        change = None
        if not review.revision.expunged:
            change = _compare(review, previous.get(review.article_id))
        minutes[review.pk] = estimate(review, change) if change else 0
    return minutes


def estimate(review: MedicalReview, change: SignedChange) -> int:
    """The minutes of one review, at least 1. ``change`` compares it with the last signed text."""
    return max(1, round(build_checklist(review, change).reading_seconds / 60))


def load_last_signatures(review_ids: list[int]) -> dict[int, LedgerEntry]:
    """Page id → the last signature over it that can be read, with its text, for open reviews."""
    readable = LedgerEntry.objects.signed().exclude(revision__document=EXPUNGED)
    of_page = readable.filter(article=OuterRef("article")).order_by("-sequence")
    reviews = MedicalReview.objects.filter(pk__in=review_ids)
    last_ids = reviews.annotate(last=Subquery(of_page.values("pk")[:1])).values("last")
    entries = LedgerEntry.objects.filter(pk__in=last_ids).select_related("revision")
    return {entry.article_id: entry for entry in entries}


def _compare(review: MedicalReview, previous: LedgerEntry | None) -> SignedChange:
    """The text of a review beside the last signed one; compared only where a change is asked of."""
    document = review.revision.read()
    if previous is None or review.whole_page or review.is_reread:
        return SignedChange(document, previous, [])
    blocks = kinds.get(document.kind).blocks
    parts = compare_parts(blocks(previous.revision.read()), blocks(document))
    return SignedChange(document, previous, parts)


def estimate_beside(review: MedicalReview, previous: LedgerEntry | None) -> int:
    """The minutes of one review, with the last signature over its page at hand."""
    return estimate(review, _compare(review, previous))
