"""Keeps what visitors ask the search and the finder out of caches, cookies, logs and mails.

And what is only for those who work here out of every cache.
"""

import logging
import re
import traceback
from http import HTTPStatus

from django.http import HttpRequest

from articles import counts, event_log
from articles.event_log import RefusalLog

PRIVATE_SECTIONS = ("search", "finder", "connect")
PRIVATE_PATH = re.compile(rf"^/(?:{'|'.join(PRIVATE_SECTIONS)})(?:/|$)")
# In a line of a log: an address, and what was asked of it.
LOGGED_QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']*")
SECURITY_LOGGER, SERVER_LOGGER = "django.security.", "gunicorn."
MALFORMED = "Invalid request from"  # how gunicorn begins, before what was sent
FAILED_IN_SERVER = "A request failed in the server"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
REASONS = {status.phrase for status in HTTPStatus}
STAFF_SECTIONS = ("/admin/", "/desk/", "/accounts/")
# Of staff pages these may be stored in a browser: they have no secret, and say how long they hold.
STORED_TYPES = ("image/", "text/javascript", "application/javascript")
# What no page of ours uses, whatever a script in it asked for.
UNUSED_FEATURES = (
    *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope"),
    *("magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES)
CACHING_HEADERS = ("ETag", "Last-Modified", "Expires")


def is_private(request: HttpRequest) -> bool:
    """Whether the address of a request may say something about a visitor's health."""
    return bool(PRIVATE_PATH.match(request.path_info))


def add_privacy_headers(get_response):
    """Middleware, the outermost: a private response is not stored, sends no referrer and sets no
    cookie; one for those who work here is not stored. No other site embeds a page or a script of
    ours; pictures of public pages may be shown elsewhere, as with the text in a feed.
    """

    def answer(request):
        response = get_response(request)
        path = request.path_info
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        shown_elsewhere = path.startswith("/images/")
        response["Cross-Origin-Resource-Policy"] = (
            "cross-origin" if shown_elsewhere else "same-origin"
        )
        if path.startswith(STAFF_SECTIONS) and _may_have_secret(response):
            response["Cache-Control"] = "no-store, private"
        if is_private(request):
            for name in CACHING_HEADERS:
                response.headers.pop(name, None)
            response.cookies.clear()
            response["Cache-Control"] = "no-store"
            response["Referrer-Policy"] = "no-referrer"
            response["X-Robots-Tag"] = "noindex"
        return response

    return answer


def _may_have_secret(response) -> bool:
    return not response.get("Content-Type", "").startswith(STORED_TYPES)


class PrivacyFilter(logging.Filter):
    """Logging filter: nothing that a request says is logged, and no address that it came from.

    Of a request that failed it keeps the method and the pattern of the address; of an exception its
    type and where it was raised, as its text may quote what was asked. A request that was refused
    is one line a minute for each kind, without anything of it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "is_discreet", False):
            return True
        record.is_discreet = True
        refused = _find_refusal(record)
        if refused:
            counts.refused[refused] += 1
            _replace_words(record, f"A request was refused: {refused}.")
            record.event, record.facts = event_log.Event.REFUSAL.value, {"kind": refused}
            return _refusals.may_log(refused)
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            _replace_words(record, f"{_name_failure(record)}: {_describe(request)}")
        elif record.name.startswith(SERVER_LOGGER) and record.exc_info:
            _replace_words(record, FAILED_IN_SERVER)
        elif "?" in (message := record.getMessage()) and LOGGED_QUERY.search(message):
            record.msg, record.args = LOGGED_QUERY.sub(r"\1", message), ()
        return True


class ServerFilter(PrivacyFilter):
    """For the error log of gunicorn, whose finest lines are what clients sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG and super().filter(record)


_refusals = RefusalLog()


def _find_refusal(record: logging.LogRecord) -> str:
    """The kind of a refusal that is logged, such as DisallowedHost; empty for any other record."""
    if record.name.startswith(SECURITY_LOGGER):
        return record.name.removeprefix(SECURITY_LOGGER)
    if record.name.startswith(SERVER_LOGGER) and str(record.msg).startswith(MALFORMED):
        return "malformed"
    return ""


def _name_failure(record: logging.LogRecord) -> str:
    """What happened, in a word of Django's own: the first argument of two."""
    args = record.args
    if record.msg == "%s: %s" and isinstance(args, tuple) and args[0] in REASONS:
        return str(args[0])
    return "A request failed"


def _describe(request: HttpRequest) -> str:
    """The method and the pattern of the address, without what stood in the address."""
    method = request.method if request.method in METHODS else "another method"
    match = request.resolver_match
    return f"{method} /{match.route}" if match else f"{method}, an address of no page"


def _replace_words(record: logging.LogRecord, words: str) -> None:
    record.msg, record.args = words, ()
    if hasattr(record, "request"):
        record.request = None
    if record.exc_info and record.exc_info[0]:
        is_refusal = record.name.startswith(SECURITY_LOGGER)
        record.exc_text = None if is_refusal else _format_traceback(*record.exc_info)
        record.exc_info = None


def _format_traceback(exception_class: type, _, traceback_) -> str:
    return (
        f"{''.join(traceback.format_tb(traceback_))}{exception_class.__name__}, its words left out"
    )
