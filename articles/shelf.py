"""Finished public pages, kept in this process for as long as nothing new is published.

A page on the shelf costs no query. Once in ``RECHECK`` seconds some request is answered afresh instead, and its
own first query brings the site revision with it; a moved revision makes everything older on the shelf stale.
"""

import hashlib
import threading
import time
from dataclasses import dataclass
from functools import partial, wraps

from cachetools import LRUCache
from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

RECHECK = 0.9  # seconds: a withdrawal must show everywhere within one
ROOM = 64 * 1024 * 1024  # bytes of finished pages a process keeps
CACHE_CONTROL = "public, max-age=0, must-revalidate"


@dataclass(frozen=True)
class Leaf:
    """A public page before it is printed, with the site revision of the moment its content was read."""

    template: str
    context: dict
    site_revision: int
    status: int = 200
    noindex: bool = False


@dataclass(frozen=True)
class Printed:
    body: bytes
    etag: str
    status: int
    site_revision: int
    day: str
    noindex: bool = False

    @property
    def weight(self) -> int:
        return len(self.body) + 500

    def response(self) -> HttpResponse:
        response = HttpResponse(self.body, status=self.status)
        response["ETag"] = self.etag
        response["Cache-Control"] = CACHE_CONTROL
        if self.noindex:
            response["X-Robots-Tag"] = "noindex"
        return response


class Shelf:
    """Printed pages by path, and the site revision as last heard."""

    def __init__(self):
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._pages = LRUCache(ROOM, getsizeof=lambda page: page.weight)
            self._site_revision, self._heard_at = None, float("-inf")

    def take(self, path: str) -> Printed | None:
        """The page at a path if it is surely what a database would give now."""
        with self._lock:
            if time.monotonic() - self._heard_at > RECHECK:
                return None
            page = self._pages.get(path)
            fresh = page and page.site_revision == self._site_revision and page.day == _today()
            return page if fresh else None

    def put(self, path: str, page: Printed, *, asked_at: float) -> None:
        """Keep a page whose site revision was asked for at a moment of the monotonic clock."""
        with self._lock:
            if asked_at >= self._heard_at:
                self._site_revision, self._heard_at = page.site_revision, asked_at
            if page.weight <= ROOM:
                self._pages[path] = page


shelf = Shelf()


def public_page(view=None, *, shelved: bool = True):
    """Serve a view's ``Leaf`` from the shelf, with an ETag; other responses, and 404, pass through.

    ``shelved=False`` prints the page for each request: for one that shows words which no publication announces.
    """
    if view is None:
        return partial(public_page, shelved=shelved)

    @require_safe
    @wraps(view)
    def answer(request, **kwargs):
        page = shelf.take(request.path) if shelved else None
        if page is None:
            # Before the view looks: a page begun before midnight is the page of the day that ends.
            asked_at, day = time.monotonic(), _today()
            leaf = view(request, **kwargs)
            if not isinstance(leaf, Leaf):
                return leaf
            page = _print(leaf, request, day)
            if shelved:
                shelf.put(request.path, page, asked_at=asked_at)
        response = page.response()
        if page.status == 200:
            return get_conditional_response(request, etag=page.etag, response=response)
        return response

    return answer


def _print(leaf: Leaf, request, day: str) -> Printed:
    body = render_to_string(leaf.template, leaf.context, request).encode()
    # Of the bytes: whatever can change them (text, frame, links, build, a due date that passed) is in it.
    etag = f'"{hashlib.sha256(settings.BUILD.encode() + body).hexdigest()[:32]}"'
    return Printed(body, etag, leaf.status, leaf.site_revision, day, leaf.noindex)


def _today() -> str:
    return str(timezone.localdate())
