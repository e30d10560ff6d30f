"""Each request that no memory answers has an id, and is counted by its view for a monitor."""

import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from articles.event_log import request_id
from config.request_metrics import count_request

HEADER = "X-Request-ID"
# As proxies make them. A client that sends one of its own can say nothing with it.
WELL_FORMED = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def follow_request(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, after the one that answers from memory."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        token = request_id.set(choose_id(request))
        try:
            response = get_response(request)
            response[HEADER] = request_id.get()
        finally:
            request_id.reset(token)
        if settings.MONITOR_TOKEN:
            count_request(request, response.status_code, time.perf_counter() - started)
        return response

    return answer


def choose_id(request: HttpRequest) -> str:
    """The id that a proxy of ours gave, or a new one."""
    given: str = request.META.get("HTTP_X_REQUEST_ID", "").lower()
    if settings.BEHIND_PROXY and WELL_FORMED.fullmatch(given):
        return given
    return secrets.token_hex(16)
