"""The feed of newly reviewed pages: the care cards, the signed summary and the reviewer."""

import datetime as dt

from django.http import HttpRequest
from django.utils import timezone

from articles.care.advice import present_signed_texts
from articles.content import kinds
from articles.page_store import subjects
from articles.public.page_cache import PublicPage, public_page
from reviews.models import ReviewSchedule

MAX_ENTRIES = 50
# A feed says when it changed, even one without an entry.
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
ATOM_CONTENT_TYPE = "application/atom+xml; charset=utf-8"


@public_page
def reviewed(request: HttpRequest) -> PublicPage:
    entries = get_newly_reviewed()
    updated = entries[0]["at"] if entries else EPOCH
    context = {"entries": entries, "updated": updated, "path": request.path}
    return PublicPage("reviews/reviewed.atom", context, content_type=ATOM_CONTENT_TYPE)


def get_newly_reviewed() -> list[dict]:
    """The public pages that were signed last, each once, newest first."""
    subjects.name(subjects.SIGNATURES)
    schedules = ReviewSchedule.objects.filter(article__kind__in=kinds.get_medical_names())
    schedules = schedules.select_related("publication__revision", "article__live")
    newest = schedules.order_by("-publication__at", "-publication_id")[:MAX_ENTRIES]
    today = timezone.localdate()
    return [_build_entry(schedule, today) for schedule in newest]


def _build_entry(schedule: ReviewSchedule, today: dt.date) -> dict:
    signed = schedule.publication
    live = schedule.article.live
    assert live  # it is public
    document = signed.revision.read()
    line = live.read_review_line()
    subjects.name(subjects.page(document.uuid))
    subjects.expire_after(line.next_due, today=today)
    return {
        "document": document,
        "cards": present_signed_texts(document),
        "path": kinds.get_path(document.kind, live.slug),
        "line": line,
        "overdue": line.is_overdue(today),
        "at": signed.at,
    }
