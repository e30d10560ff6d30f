"""Answers to requests that are refused: plain pages that need neither database nor session."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import get_template
from django.templatetags.static import static

from config.context_processors import publisher

# Longer than any address of this site. The server before it (gunicorn) reads 8,190 bytes.
MAX_ADDRESS_LENGTH = 4_000
# The longest form of a visitor, a report of 2,000 characters, takes a fifth of it.
MAX_BODY = 64 * 1024  # bytes
MAX_DIGITS = 12  # of the length of a body
# Lists there are filtered by what somebody chose, however much that is.
STAFF_SECTIONS = ("/admin/", "/desk/", "/accounts/")


def explain_refusals(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: 414 for a public address and 413 for a visitor's form that is too long, which is
    not read then, and a page for every 405.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if _is_too_long(request):
            return render_plain("414.html", status=414)
        response: HttpResponseBase | None = _refuse_body(request)
        if response is not None:
            return response
        response = get_response(request)
        if response.status_code == 405 and not getattr(response, "content", b"?"):
            allowed = response.headers.get("Allow", "")
            response = render_plain("405.html", status=405)
            response["Allow"] = allowed
        return response

    return answer


def _is_too_long(request: HttpRequest) -> bool:
    if request.path_info.startswith(STAFF_SECTIONS):
        return False
    return len(request.get_full_path()) > MAX_ADDRESS_LENGTH


def _read_length(request: HttpRequest) -> int | None:
    """How many bytes a request announces; None where that is no number. None reads more."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not (announced.isascii() and announced.isdecimal() and len(announced) <= MAX_DIGITS):
        return None
    return int(announced)


def _refuse_body(request: HttpRequest) -> HttpResponse | None:
    """The answer to a body that is not read; None for one that may be."""
    length = _read_length(request)
    if length is None:
        return render_plain("400.html", status=400)
    if length > MAX_BODY and not request.path_info.startswith(STAFF_SECTIONS):
        return render_plain("413.html", status=413)
    return None


def render_plain(template: str, *, status: int, **values: Any) -> HttpResponse:
    """A page that is whole even if the list of static files is what is missing."""
    try:
        stylesheet = static("css/site.css")
    except ValueError:
        stylesheet = ""
    context = publisher(None) | {"stylesheet": stylesheet} | values
    return HttpResponse(get_template(template).render(context), status=status)
