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
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from articles import json_ld
from articles.freshness import freshness

RECHECK = 0.9  # seconds: a withdrawal must show everywhere within one
ROOM = 64 * 1024 * 1024  # bytes of finished pages a process keeps
CACHE_CONTROL = "public, max-age=0, must-revalidate"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Leaf:
    """A public page before it is printed, with the site revision of the moment its content was read.

    ``data`` gives what it says to machines, for addresses that begin as the site's do (see ``json_ld``); ``path`` is
    where it wants to be found, if that is not where it was asked for.
    """

    template: str
    context: dict
    site_revision: int
    status: int = 200
    noindex: bool = False
    content_type: str = HTML
    data: json_ld.Data | None = None
    path: str = ""

    @property
    def to_be_found(self) -> bool:
        """Whether search engines and whoever shares it are told more of it than its text."""
        return self.status == 200 and not self.noindex


@dataclass(frozen=True)
class Printed:
    body: bytes
    etag: str
    status: int
    site_revision: int
    day: str
    noindex: bool = False
    content_type: str = HTML
    since: int = 0

    @property
    def weight(self) -> int:
        return len(self.body) + 500

    def response(self) -> HttpResponse:
        response = HttpResponse(self.body, status=self.status, content_type=self.content_type)
        response["ETag"] = self.etag
        if self.status == 200:
            response["Last-Modified"] = http_date(min(self.since, time.time()))
        response["Cache-Control"] = CACHE_CONTROL
        if self.noindex:
            response["X-Robots-Tag"] = "noindex"
        return response


class Shelf:
    """Printed pages by address, and the site revision as last heard."""

    def __init__(self):
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._pages = LRUCache(ROOM, getsizeof=lambda page: page.weight)
            self._site_revision, self._heard_at = None, float("-inf")

    def take(self, address: str) -> Printed | None:
        """The page at an address if it is surely what a database would give now."""
        with self._lock:
            if time.monotonic() - self._heard_at > RECHECK:
                return None
            page = self._pages.get(address)
            fresh = page and page.site_revision == self._site_revision and page.day == _today()
            return page if fresh else None

    def put(self, address: str, page: Printed, *, asked_at: float) -> None:
        """Keep a page whose site revision was asked for at a moment of the monotonic clock."""
        with self._lock:
            if asked_at >= self._heard_at:
                self._site_revision, self._heard_at = page.site_revision, asked_at
            if page.weight <= ROOM:
                self._pages[address] = page


shelf = Shelf()


def origin_of(request) -> str:
    """How this site's addresses begin: as ``SITE_URL`` says, else as the reader came.

    It is part of the place on the shelf, so that what one host was answered is never given to another (ADR 22).
    """
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def public_page(view=None, *, shelved: bool = True):
    """Serve a view's ``Leaf`` from the shelf, with ETag and Last-Modified; other responses, and 404, pass through.

    ``shelved=False`` prints the page for each request: for one that shows words which no publication announces.
    """
    if view is None:
        return partial(public_page, shelved=shelved)

    @require_safe
    @wraps(view)
    def answer(request, **kwargs):
        address = origin_of(request) + request.path
        page = shelf.take(address) if shelved else None
        if page is None:
            # Before the view looks: a page begun before midnight is the page of the day that ends.
            asked_at, day = time.monotonic(), _today()
            leaf = view(request, **kwargs)
            if not isinstance(leaf, Leaf):
                return leaf
            page = _print(leaf, request, address, day)
            if shelved:
                shelf.put(address, page, asked_at=asked_at)
        response = page.response()
        if page.status == 200:
            return get_conditional_response(request, etag=page.etag, last_modified=page.since, response=response)
        return response

    return answer


def _print(leaf: Leaf, request, address: str, day: str) -> Printed:
    context = leaf.context | {"machines": _machines(leaf, request), "public": True}
    body = render_to_string(leaf.template, context, request).encode()
    # Of the bytes: whatever can change them (text, frame, links, build, a due date that passed) is in it.
    etag = f'"{hashlib.sha256(settings.BUILD.encode() + body).hexdigest()[:32]}"'
    since = freshness.since(address, etag)
    return Printed(body, etag, leaf.status, leaf.site_revision, day, leaf.noindex, leaf.content_type, since)


def _machines(leaf: Leaf, request) -> dict:
    """What a page says to machines, and the one address that it wants to be known by."""
    origin = origin_of(request)
    if not leaf.to_be_found:
        return {"origin": origin}
    told = {"origin": origin, "canonical": origin + (leaf.path or request.path)}
    if leaf.data is None:
        return told
    graph = leaf.data(lambda path: origin + path)
    page = graph[0]
    return told | {
        "json_ld": json_ld.script(graph),
        "title": page.get("headline", page["name"]),
        "changed_at": page.get("dateModified"),
    }


def _today() -> str:
    return str(timezone.localdate())
