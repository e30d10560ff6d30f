"""Annual reviews of texts that visitors read unchanged, though a check blocks them (ADR 57).

A check that is younger than a signature must not end the annual reviews: until a date that the
operator sets, the review of an unchanged text can be requested with what the check found.
"""

from collections.abc import Mapping

from django.conf import settings
from django.utils import timezone

from articles.content.document import Document, canonicalize, digest
from articles.models import Article
from reviews.models import LedgerEntry

BEGINNING = "The text is the one that visitors read. "


def is_window_open() -> bool:
    return timezone.localdate() <= settings.UNCHANGED_REVIEWS_UNTIL


def describe_rule() -> str:
    """The rule as the reason that a review has in place of an editor's own."""
    return (
        f"{BEGINNING}Until {format_last_day()} the annual review of an unchanged text can be "
        "requested although checks block it."
    )


def describe_end() -> str:
    """Why an unchanged text is stopped now, or nothing while it is not."""
    if is_window_open():
        return ""
    return (
        f"Annual reviews of unchanged texts could be requested all the same until "
        f"{format_last_day()}; since then the text has to be mended."
    )


def format_last_day() -> str:
    return f"{settings.UNCHANGED_REVIEWS_UNTIL:%-d %B %Y}"


def find_reviewable(documents: Mapping[int, Document]) -> set[int]:
    """Of pages that checks block, by their composed documents, those whose annual review can be
    requested all the same: live, signed here, and unchanged.
    """
    if not is_window_open():
        return set()
    signed = LedgerEntry.objects.signed().filter(article__in=find_unchanged(documents))
    return set(signed.values_list("article", flat=True))


def find_unchanged(documents: Mapping[int, Document]) -> set[int]:
    """The pages whose composed document is the one that visitors read, to the byte."""
    live = Article.objects.filter(pk__in=list(documents), live__isnull=False)
    unchanged = set()
    for page_id, text_digest in live.values_list("pk", "live__revision__digest"):
        if digest(canonicalize(documents[page_id])) == text_digest:
            unchanged.add(page_id)
    return unchanged
