"""The front page, where a person starts after signing in, and the answers to errors."""

import sys
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.defaults import page_not_found

from articles import full_disk, unsent_forms
from articles.content import kinds
from articles.content.review_line import ReviewLine
from articles.db.prepared import PreparedQuery
from articles.page_store import changes, outage, subjects
from articles.public import json_ld, topics
from articles.public.offline import works_offline
from articles.public.page_cache import PublicPage, public_page
from articles.public.safe_only import safe_only
from articles.public.views import list_entries
from config.public import plain_addresses
from config.public.outages import build_response, is_outage
from config.public.refusals import render_plain
from reviews.models import ReviewSchedule
from symptoms.public import az_index

RECENT_COUNT = 6
# A form with more fields, files or bytes than are read (settings, DATA_UPLOAD_…).
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
_recent_query = PreparedQuery(
    lambda: (
        ReviewSchedule.objects.filter(article__kind__in=kinds.get_medical_names(), recorded=False)
        .order_by("-last_reviewed", "-publication_id")
        .values_list(
            "article__uuid",
            "article__kind",
            "article__live__title",
            "article__live__slug",
            "article__live__summary",
            "article__live__review_line",
        )[:RECENT_COUNT]
    )
)
_recorded_query = PreparedQuery(
    lambda: ReviewSchedule.objects.recorded().order_by().values_list("pk", flat=True)[:1]
)


@public_page
def home(request: HttpRequest) -> PublicPage:
    letters = az_index.get_letters()
    context = {
        "letters": letters,
        "symptoms": any(letter.count for letter in letters),
        "recent": _get_recently_reviewed(),
        "recorded": _recorded_query.first() is not None,
        "articles": list_entries(RECENT_COUNT),
        "topics": topics.list_topics(),
    }
    return PublicPage("config/home.html", context, data=json_ld.build_site_graph())


def _get_recently_reviewed() -> list[dict]:
    """The pages that were reviewed as a whole last, in the order of the dates that they show.

    A signature over a change moves no page up here: it is another date than the one in the list.
    """
    subjects.name(subjects.SIGNATURES)
    return [_build_recent_entry(*row) for row in _recent_query.fetch()]


def _build_recent_entry(
    uuid: UUID, kind: str, title: str, slug: str, summary: str, line: str
) -> dict:
    subjects.name(subjects.page(uuid))
    return {
        "title": title,
        "url": kinds.get_path(kind, slug),
        "summary": summary,
        "line": ReviewLine.model_validate_json(line),
    }


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Reviewers begin at their desk, editors in the admin."""
    at_desk = request.user.has_perm("reviews.sign_review") and not request.user.is_superuser
    return redirect("reviews:queue" if at_desk or not request.user.is_staff else "admin:index")


@works_offline
@never_cache
@safe_only
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process reaches its database and finds its tables, else 503."""
    try:
        changes.get_newest()
    except (DatabaseError, InterfaceError):
        return HttpResponse("no database", content_type="text/plain", status=503)
    return HttpResponse("ok", content_type="text/plain")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No page here, for now: a cache that kept this would hide the page that is signed tomorrow."""
    try:
        moved = plain_addresses.redirect_to_plain(request)
    except (outage.DatabaseUnreachable, *outage.CONNECTION_ERRORS):
        moved = None
    if moved:
        return moved
    response = page_not_found(request, exception)
    response["Cache-Control"] = "no-cache"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request could not be read, so nothing on the page depends on it but what was too much."""
    is_too_much = isinstance(exception, TOO_MUCH)
    return render_plain("400.html", status=400, is_too_much=is_too_much)


def server_error(request: HttpRequest) -> HttpResponse:
    """The plain page for when something broke: it needs neither database nor context processors.

    It says so where what somebody typed at the desk was saved before. What broke before or after a
    view, as the database was gone, is no fault of the program.
    """
    if is_outage(sys.exc_info()[1]):
        return build_response(request)
    is_saved = getattr(request, "unsent_saved", False)
    is_full = full_disk.is_full(sys.exc_info()[1])
    status = 507 if is_full else 500
    return render_plain(
        "500.html", status=status, is_saved=is_saved, is_full=is_full, here=request.path
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was not accepted: another log-in in this browser, or none of our forms.

    What was typed at the desk is saved for whoever opened the page, which its own token proves.
    """
    context = {"is_saved": unsent_forms.save_sent(request), "here": request.path}
    return render(request, "403_csrf.html", context, status=403)
