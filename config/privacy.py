"""What a visitor asks the search, the finder or the code look-up stays in no cache, cookie, log or error mail."""

import logging
import re
import traceback

from django.http import HttpRequest

CONFIDANTS = ("search", "finder", "connect")
PATH = re.compile(rf"^/(?:{'|'.join(CONFIDANTS)})(?:/|$)")
# In a line of a log: the address of a confidant, and what was asked of it.
ASKED = re.compile(rf"(/(?:{'|'.join(CONFIDANTS)})\b[^\s?\"']*)\?[^\s\"']*")
KEPT = ("ETag", "Last-Modified", "Expires")


def confides(request: HttpRequest) -> bool:
    """Whether the address of a request may say something of a visitor's health."""
    return bool(PATH.match(request.path_info))


def confidential(get_response):
    """Middleware, the outermost: no answer of a confidant is stored, points elsewhere from there, or sets a cookie."""

    def answer(request):
        response = get_response(request)
        if confides(request):
            for name in KEPT:
                response.headers.pop(name, None)
            response.cookies.clear()
            response["Cache-Control"] = "no-store"
            response["Referrer-Policy"] = "no-referrer"
            response["X-Robots-Tag"] = "noindex"
        return response

    return answer


class Discreet(logging.Filter):
    """Lets every record pass, without what was asked: no query string, no request, no words of an exception.

    An exception is told by its type and where it was raised; its words may quote what was searched for.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and confides(request):
            record.request = None
            if record.exc_info and record.exc_info[0]:
                record.exc_text = _where(*record.exc_info)
                record.exc_info = None
        if "?" in (message := record.getMessage()) and ASKED.search(message):
            record.msg, record.args = ASKED.sub(r"\1", message), ()
        return True


def _where(kind: type, _, trace) -> str:
    return f"{''.join(traceback.format_tb(trace))}{kind.__name__}, its words left out"
