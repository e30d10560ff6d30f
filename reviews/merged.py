"""What reviewing has to say when one page takes the place of another."""

from collections.abc import Iterable

from articles.models import Article, Publication
from reviews.actions import withdraw_page
from reviews.models import MedicalReview


def in_review(pages: Iterable[int]) -> dict[int, str]:
    """A page that somebody is asked to read stays as it is until that is decided."""
    waiting = MedicalReview.objects.waiting().filter(article__in=pages)
    said = "is in review. Wait for the decision, or take the request back first."
    return dict.fromkeys(waiting.values_list("article", flat=True), said)


def withdraw(page: Article, *, successor: Article, by) -> Publication:
    return withdraw_page(page, reason=Publication.Reason.MERGED, successor=successor, by=by)
