"""Keeps what visitors ask the search and the finder out of caches, cookies, logs and mails."""

import logging
import re
import traceback

from django.http import HttpRequest

PRIVATE_SECTIONS = ("search", "finder", "connect")
PRIVATE_PATH = re.compile(rf"^/(?:{'|'.join(PRIVATE_SECTIONS)})(?:/|$)")
# In a line of a log: the address of a confidant, and what was asked of it.
LOGGED_QUERY = re.compile(rf"(/(?:{'|'.join(PRIVATE_SECTIONS)})\b[^\s?\"']*)\?[^\s\"']*")
CACHING_HEADERS = ("ETag", "Last-Modified", "Expires")


def is_private(request: HttpRequest) -> bool:
    """Whether the address of a request may say something about a visitor's health."""
    return bool(PRIVATE_PATH.match(request.path_info))


def add_privacy_headers(get_response):
    """Middleware, the outermost: a private response is not stored, sends no referrer and sets no
    cookie.
    """

    def answer(request):
        response = get_response(request)
        if is_private(request):
            for name in CACHING_HEADERS:
                response.headers.pop(name, None)
            response.cookies.clear()
            response["Cache-Control"] = "no-store"
            response["Referrer-Policy"] = "no-referrer"
            response["X-Robots-Tag"] = "noindex"
        return response

    return answer


class PrivacyFilter(logging.Filter):
    """Logging filter that passes every record without its query string, request and exception text.

    Of an exception it keeps the type and where it was raised: its text may quote what was searched
    for.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and is_private(request):
            record.request = None
            if record.exc_info and record.exc_info[0]:
                record.exc_text = _format_traceback(*record.exc_info)
                record.exc_info = None
        if "?" in (message := record.getMessage()) and LOGGED_QUERY.search(message):
            record.msg, record.args = LOGGED_QUERY.sub(r"\1", message), ()
        return True


def _format_traceback(exception_class: type, _, traceback_) -> str:
    return (
        f"{''.join(traceback.format_tb(traceback_))}{exception_class.__name__}, its words left out"
    )
