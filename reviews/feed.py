"""The feed of newly reviewed pages: for each its emergency advice, then its signed summary and who reviewed it."""

import datetime as dt

from django.utils import timezone

from articles import kinds
from articles.models import Publication
from articles.shelf import Leaf, public_page
from reviews.models import Standing

ENTRIES = 50
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # a feed says when it changed, even one without a word yet
ATOM = "application/atom+xml; charset=utf-8"


@public_page
def reviewed(request):
    site_revision = Publication.objects.site_revision()
    entries = newly_reviewed()
    updated = entries[0]["at"] if entries else NEVER
    context = {"entries": entries, "updated": updated, "path": request.path}
    return Leaf("reviews/reviewed.atom", context, site_revision, content_type=ATOM)


def newly_reviewed() -> list[dict]:
    """The public pages that were signed last, each once, newest first."""
    rows = Standing.objects.filter(article__kind__in=kinds.medical())
    rows = rows.select_related("publication__revision", "article__live")
    today = timezone.localdate()
    return [_entry(row, today) for row in rows.order_by("-publication__at", "-publication")[:ENTRIES]]


def _entry(row: Standing, today: dt.date) -> dict:
    signed, live = row.publication, row.article.live
    document, line = signed.revision.read(), live.read_review_line()
    return {
        "document": document,
        "path": kinds.path(document.kind, live.slug),
        "line": line,
        "overdue": line.overdue(today),
        "at": signed.at,
    }
