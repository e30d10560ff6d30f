"""What reviews require when one page is merged into another."""

from collections.abc import Iterable

from django.contrib.auth.models import User

from articles.models import Article, PublicationEvent
from reviews.models import MedicalReview
from reviews.signing.actions import withdraw_page


def find_obstacles(pages: Iterable[int]) -> dict[int, str]:
    """Page id → why it cannot be merged now: it is in review."""
    waiting = MedicalReview.objects.waiting().filter(article__in=pages)
    message = "is in review. Wait for the decision, or cancel the request first."
    return dict.fromkeys(waiting.values_list("article", flat=True), message)


def withdraw_merged_page(page: Article, *, successor: Article, by: User) -> PublicationEvent:
    return withdraw_page(page, reason=PublicationEvent.Reason.MERGED, successor=successor, by=by)
