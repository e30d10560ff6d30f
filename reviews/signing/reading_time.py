"""How long it takes to read what a review asks for: the whole page, or what changed in it."""

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from articles.content import kinds
from articles.content.diff import compare_parts
from articles.content.document import EXPUNGED, Document
from articles.quality import WORD, extract_plain_lines
from reviews.models import LedgerEntry, MedicalReview

WORDS_PER_MINUTE = 200


def estimate_minutes(reviews: Iterable[MedicalReview]) -> dict[int, int]:
    """Review id → minutes, at least 1, in one query. An expunged text takes no time."""
    reviews = list(reviews)
    previous = load_last_signatures([review.pk for review in reviews])
    return {review.pk: estimate(review, previous.get(review.article_id)) for review in reviews}


def estimate(review: MedicalReview, previous: LedgerEntry | None) -> int:
    """The minutes of one review. ``previous`` is the last signature over its page."""
    if review.revision.expunged:
        return 0
    document = review.revision.read()
    if review.whole_page or review.is_reread or previous is None:
        words = count_words(document)
    else:
        words = _count_changed_words(previous.revision.read(), document)
    return max(1, round(words / WORDS_PER_MINUTE))


def load_last_signatures(review_ids: list[int]) -> dict[int, LedgerEntry]:
    """Page id → the last signature over it that can be read, with its text, for open reviews."""
    readable = LedgerEntry.objects.signed().exclude(revision__document=EXPUNGED)
    of_page = readable.filter(article=OuterRef("article")).order_by("-sequence")
    reviews = MedicalReview.objects.filter(pk__in=review_ids)
    last_ids = reviews.annotate(last=Subquery(of_page.values("pk")[:1])).values("last")
    entries = LedgerEntry.objects.filter(pk__in=last_ids).select_related("revision")
    return {entry.article_id: entry for entry in entries}


def count_words(document: Document) -> int:
    words = 0
    for lines in extract_plain_lines(document).values():
        for line in lines:
            words += len(WORD.findall(line))
    return words


def _count_changed_words(before: Document, document: Document) -> int:
    blocks = kinds.get(document.kind).blocks
    texts: set[str] = set()
    for part in compare_parts(blocks(before), blocks(document)):
        for row in part.changes:
            texts.update(row.texts)
    return sum(len(WORD.findall(text)) for text in texts)
