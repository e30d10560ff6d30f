"""What visitors are answered while the database cannot be read, and nothing in memory stands in."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.signals import request_finished
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from articles.attempts import CannotCount
from articles.care import site_numbers
from articles.emergencies.remembered import remembered
from articles.page_store import outage
from articles.page_store.following import follower
from articles.page_store.waiting import READ_SECONDS, WORK_SECONDS, wait_guard
from config.public.refusals import STAFF_SECTIONS, render_plain

RETRY_AFTER = 10  # seconds
# static/js/saving.js sets the one as it sends a form, and says that it was not saved at the other.
WATCHED_COOKIE, UNSAVED_COOKIE = "watched", "unsaved"
UNREADABLE = (outage.DatabaseUnreachable, *outage.CONNECTION_ERRORS)
SAFE_METHODS = ("GET", "HEAD")
logger = logging.getLogger(__name__)


class OutageMiddleware:
    """503 for a public page that cannot be read, with whom to call; never a traceback.

    A view that reads is tried once more over a new connection: after the database was restarted,
    the old one is dead. No request waits for long, as each of them has one of a few threads. Staff
    pages are 503 too, with what to do. Attempts that cannot be counted are let through nowhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        # After Django has closed the connections of a request, for which it may ask them.
        request_finished.connect(_end_waits, dispatch_uid="waits of the database")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_staff = request.path_info.startswith(STAFF_SECTIONS)
        if is_staff and not follower.reach_database():
            return build_response(request)
        if is_staff or request.method not in SAFE_METHODS:
            wait_guard.begin(WORK_SECONDS, patient=True)
        else:
            wait_guard.begin(READ_SECONDS)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """While the database is down, no view is asked that needs it."""
        if not outage.watch.is_down or request.path_info.startswith(STAFF_SECTIONS):
            return None
        if getattr(view, "needs_no_database", False):
            return None
        if follower.reach_database() or getattr(view, "works_offline", False):
            return None
        return build_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if isinstance(exception, CannotCount):
            return build_response(request)
        is_staff = request.path_info.startswith(STAFF_SECTIONS)
        # SQLite makes an empty file where its own was moved away: visitors are told whom to call.
        if not (is_outage(exception) or (isinstance(exception, UNREADABLE) and not is_staff)):
            return None
        outage.note_wait(exception)
        if is_staff:
            words = "A page for staff could not be served"
            logger.error(words, extra={"request": request}, exc_info=exception)
            return build_response(request)
        if wait_guard.has_waited(exception):
            return build_response(request)
        if isinstance(exception, outage.CONNECTION_ERRORS) and request.method in SAFE_METHODS:
            response = _try_again(request)
            if response is not None:
                return response
        return build_response(request)


def is_outage(error: BaseException | None) -> bool:
    """Whether the database could not be reached, or did not do in time what was asked of it.

    A table that is missing is a fault of another kind, which SQLite calls by the same name.
    """
    return isinstance(error, UNREADABLE) and "no such " not in str(error)


def _end_waits(**signal: Any) -> None:
    wait_guard.end()


def _try_again(request: HttpRequest) -> HttpResponseBase | None:
    """The answer of the view over a new connection; None where that fails too."""
    match = request.resolver_match
    if match is None or connection.in_atomic_block:
        return None
    connection.close()
    try:
        return match.func(request, *match.args, **match.kwargs)
    except UNREADABLE as error:
        logger.error("A public page could not be read (%s).", type(error).__name__)
        return None


def build_response(request: HttpRequest) -> HttpResponse:
    """The page in place of one that cannot be read. It needs no database, and repeats nothing of
    the request.
    """
    if request.path_info.startswith(STAFF_SECTIONS):
        return _mark_as_outage(_build_staff_response(request))
    heading, reason, advice = _choose_words(request)
    response = render_plain(
        "503.html",
        status=503,
        heading=heading,
        reason=reason,
        advice=advice,
        emergency_way=site_numbers.get_emergency_way(),
        emergencies=remembered.get_current(),
        read_at=remembered.read_moment,
    )
    return _mark_as_outage(response)


def _build_staff_response(request: HttpRequest) -> HttpResponse:
    """503 with what to do. Where a script watches over the form, the browser stays on it: 204."""
    is_sent = request.method not in SAFE_METHODS
    if is_sent and _stays_on_form(request):
        response = HttpResponse(status=204)
        response.set_cookie(UNSAVED_COOKIE, "1", max_age=60, samesite="Lax")
        response.delete_cookie(WATCHED_COOKIE)
        return response
    return render_plain("503_staff.html", status=503, is_sent=is_sent)


def _stays_on_form(request: HttpRequest) -> bool:
    is_navigation = request.META.get("HTTP_SEC_FETCH_MODE") == "navigate"
    return is_navigation and WATCHED_COOKIE in request.COOKIES


def _mark_as_outage(response: HttpResponse) -> HttpResponse:
    # The watch has logged it once; Django would log each answer, and mail it.
    response._has_been_logged = True  # type: ignore[attr-defined]
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def _choose_words(request: HttpRequest) -> tuple[str, str, str]:
    advice = _("Please try again in a minute.")
    path = request.path_info
    if request.method not in SAFE_METHODS:
        return (
            _("This could not be sent"),
            _("The fault is ours. What you sent may not have reached us."),
            _("Go back and send it again in a minute."),
        )
    if path.startswith("/search/"):
        reason = _("The fault is ours. It does not mean that there is no page about this.")
        return _("We cannot search just now"), reason, advice
    if path.startswith("/finder/"):
        return _("The finder does not work just now"), _("The fault is ours."), advice
    reason = _(
        "The fault is ours: we cannot check now whether this page was changed or withdrawn, and "
        "show no page that we cannot check."
    )
    return _("We cannot show this page just now"), reason, advice
