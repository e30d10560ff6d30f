"""The page cache: rendered public pages, valid in this process until something is published.

A cached page costs no query. Once in ``MAX_STALENESS`` seconds one request is rendered instead, and
its own first query brings the site revision; a changed revision makes older cached pages stale.
"""

import hashlib
import threading
import time
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from cachetools import LRUCache
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from articles import characters
from articles.public import json_ld
from articles.public.footer import footer_links
from articles.public.last_modified import last_modified_cache
from articles.public.safe_only import safe_only

MAX_STALENESS = 0.9  # seconds: a withdrawal must show everywhere within one
MAX_CACHE_BYTES = 64 * 1024 * 1024  # of rendered pages in a process
CACHE_CONTROL = "public, max-age=0, must-revalidate"
HTML_CONTENT_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True)
class PublicPage:
    """A public page before it is rendered, with the site revision at which its content was read.

    ``data`` builds its structured data (see ``json_ld``); ``path`` is its canonical path, if that
    is not the path of the request.
    """

    template: str
    context: dict
    site_revision: int
    status: int = 200
    noindex: bool = False
    content_type: str = HTML_CONTENT_TYPE
    data: json_ld.GraphBuilder | None = None
    path: str = ""

    @property
    def is_indexable(self) -> bool:
        """Whether the page has metadata for search engines and for sharing."""
        return self.status == 200 and not self.noindex


@dataclass(frozen=True)
class CachedResponse:
    """A rendered page, with what a response to a request needs."""

    body: bytes
    etag: str
    status: int
    site_revision: int
    day: str
    noindex: bool = False
    content_type: str = HTML_CONTENT_TYPE
    last_modified: int = 0

    @property
    def size(self) -> int:
        return len(self.body) + 500

    def build_response(self) -> HttpResponse:
        response = HttpResponse(self.body, status=self.status, content_type=self.content_type)
        response["ETag"] = self.etag
        if self.status == 200:
            response["Last-Modified"] = http_date(min(self.last_modified, time.time()))
        response["Cache-Control"] = CACHE_CONTROL
        if self.noindex:
            response["X-Robots-Tag"] = "noindex"
        return response


class PageCache:
    """Rendered pages by address, and the site revision that was read last."""

    def __init__(self):
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._pages: LRUCache[str, CachedResponse] = LRUCache(
                MAX_CACHE_BYTES, getsizeof=lambda page: page.size
            )
            self._site_revision: int | None = None
            self._revision_read_at = float("-inf")

    def get(self, address: str) -> CachedResponse | None:
        """The page at an address, if it is surely what the database would give now."""
        with self._lock:
            if time.monotonic() - self._revision_read_at > MAX_STALENESS:
                return None
            page = self._pages.get(address)
            if page is None or page.site_revision != self._site_revision or page.day != _today():
                return None
            return page

    def set(self, address: str, page: CachedResponse, *, read_at: float) -> None:
        """Store a page whose site revision was read at a moment of the monotonic clock."""
        with self._lock:
            if read_at >= self._revision_read_at:
                self._site_revision = page.site_revision
                self._revision_read_at = read_at
            if page.size <= MAX_CACHE_BYTES:
                self._pages[address] = page


page_cache = PageCache()


def get_site_origin(request: HttpRequest) -> str:
    """How this site's addresses begin: as ``SITE_URL`` says, else as the request does.

    It is part of the cache key, so that a page rendered for one host is never given to another
    (ADR 22).
    """
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def public_page(view=None, *, cached: bool = True):
    """Serve a view's ``PublicPage`` from the page cache, with ETag and Last-Modified.

    Other responses pass through, and so does Http404. ``cached=False`` renders the page for each
    request: for a page with content whose changes no publication event records.
    """
    if view is None:
        return partial(public_page, cached=cached)

    @safe_only
    @wraps(view)
    def answer(request, **kwargs):
        address = get_site_origin(request) + request.path
        page = page_cache.get(address) if cached else None
        if page is None:
            # Before the view reads: a page begun before midnight belongs to the day that ends.
            read_at, day = time.monotonic(), _today()
            content = view(request, **kwargs)
            if not isinstance(content, PublicPage):
                return content
            page = _render(content, request, address, day)
            if cached:
                page_cache.set(address, page, read_at=read_at)
        response = page.build_response()
        if page.status == 200:
            return get_conditional_response(
                request, etag=page.etag, last_modified=page.last_modified, response=response
            )
        return response

    return answer


def _render(content: PublicPage, request: HttpRequest, address: str, day: str) -> CachedResponse:
    context = content.context | {
        "head_metadata": _build_head_metadata(content, request),
        "public": True,
    }
    if content.content_type == HTML_CONTENT_TYPE and "footer_links" not in context:
        context["footer_links"] = footer_links.get(content.site_revision)
    text: str = render_to_string(content.template, context, request)
    if "xml" in content.content_type:
        text = characters.replace_for_xml(text)
    body = text.encode()
    # Computed from the bytes, so whatever changes these (text, metadata, links, build, a due date
    # that passed) changes it too.
    etag = f'"{hashlib.sha256(settings.BUILD.encode() + body).hexdigest()[:32]}"'
    return CachedResponse(
        body=body,
        etag=etag,
        status=content.status,
        site_revision=content.site_revision,
        day=day,
        noindex=content.noindex,
        content_type=content.content_type,
        last_modified=last_modified_cache.last_modified(address, etag),
    )


def _build_head_metadata(content: PublicPage, request: HttpRequest) -> dict:
    """The canonical address of a page, its structured data, and what sharing it shows."""
    origin = get_site_origin(request)
    metadata: dict[str, Any] = {"origin": origin}
    if not content.is_indexable:
        return metadata
    metadata["canonical"] = origin + (content.path or request.path)
    if content.data is None:
        return metadata
    graph = content.data(lambda path: origin + path)
    page = graph[0]
    metadata["json_ld"] = json_ld.render_script(graph)
    metadata["title"] = page.get("headline", page["name"])
    metadata["changed_at"] = page.get("dateModified")
    return metadata


def _today() -> str:
    return str(timezone.localdate())
