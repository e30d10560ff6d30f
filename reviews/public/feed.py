"""The feed of newly reviewed pages: the care cards, the signed summary and the reviewer."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from articles.care.advice import present_signed_texts
from articles.content import kinds
from articles.content.review_line import ReviewLine
from articles.db.prepared import PreparedQuery
from articles.page_store import subjects
from articles.public.page_cache import PublicPage, public_page
from reviews.models import ReviewSchedule

MAX_ENTRIES = 50
# A feed says when it changed, even one without an entry.
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
ATOM_CONTENT_TYPE = "application/atom+xml; charset=utf-8"
NEWEST_FIRST = ("-publication__at", "-publication_id")


def _build_newest_query() -> QuerySet[Any, Any]:
    """The newest are found by their keys first: a database sorts no texts."""
    medical = ReviewSchedule.objects.filter(article__kind__in=kinds.get_medical_names())
    newest = medical.order_by(*NEWEST_FIRST).values("pk")[:MAX_ENTRIES]
    return (
        ReviewSchedule.objects.filter(pk__in=newest)
        .order_by(*NEWEST_FIRST)
        .values_list(
            "publication__at",
            "publication__revision__document",
            "article__live__slug",
            "article__live__review_line",
        )
    )


_newest_query = PreparedQuery(_build_newest_query)


@public_page
def reviewed(request: HttpRequest) -> PublicPage:
    entries = get_newly_reviewed()
    updated = entries[0]["at"] if entries else EPOCH
    context = {"entries": entries, "updated": updated, "path": request.path}
    return PublicPage("reviews/reviewed.atom", context, content_type=ATOM_CONTENT_TYPE)


def get_newly_reviewed() -> list[dict]:
    """The public pages that were signed last, each once, newest first."""
    subjects.name(subjects.SIGNATURES)
    today = timezone.localdate()
    return [_build_entry(today, *row) for row in _newest_query.fetch()]


def _build_entry(today: dt.date, at: dt.datetime, text: str, slug: str, line_text: str) -> dict:
    document = kinds.parse_shared(text)
    line = ReviewLine.model_validate_json(line_text)
    subjects.name(subjects.page(document.uuid))
    subjects.expire_after(line.next_due, today=today)
    return {
        "document": document,
        "cards": present_signed_texts(document),
        "path": kinds.get_path(document.kind, slug),
        "line": line,
        "overdue": line.is_overdue(today),
        "at": at,
        "updated": timezone.localtime(at).isoformat(),
    }
