"""The page cache: rendered public pages, valid until something that they name changes.

A page in the memory of the process costs no query, one in the store of all workers one. Once in 0.9
seconds a process asks which subjects changed (ADR 71).
"""

import datetime as dt
import hashlib
import time
from dataclasses import dataclass, replace
from functools import partial, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from articles import characters
from articles.page_store import rows, subjects
from articles.page_store.fingerprint import forget_fingerprint
from articles.page_store.following import follower
from articles.page_store.memory import PageMemory
from articles.page_store.rendered import HTML_CONTENT_TYPE, RenderedPage, build_subjects
from articles.page_store.reporting import forget_reports
from articles.page_store.subjects import SubjectCollector, hash_subjects
from articles.public import json_ld
from articles.public.footer import footer_links
from articles.public.last_modified import last_modified_cache
from articles.public.safe_only import safe_only

CACHE_CONTROL = "public, max-age=0, must-revalidate"
IDENTITY = ""  # the encoding of bytes as they are


@dataclass(frozen=True)
class PublicPage:
    """A public page before it is rendered.

    ``data`` builds its structured data (see ``json_ld``); ``path`` is its canonical path, if that
    is not the path of the request.
    """

    template: str
    context: dict
    status: int = 200
    noindex: bool = False
    content_type: str = HTML_CONTENT_TYPE
    data: json_ld.GraphBuilder | None = None
    path: str = ""

    @property
    def is_indexable(self) -> bool:
        """Whether the page has metadata for search engines and for sharing."""
        return self.status == 200 and not self.noindex


class PageCache:
    """Rendered pages: in the memory of this process, and behind it in the store of all workers."""

    def __init__(self) -> None:
        self.memory = PageMemory(follower)

    def clear(self) -> None:
        """Forget all that this process knows, and empty the store where it is on."""
        self.memory.clear()
        follower.clear()
        forget_fingerprint()
        forget_reports()
        if settings.PAGE_STORE:
            rows.delete_all()

    def get(self, address: str, number: int) -> RenderedPage | None:
        """The page at an address, true at the number to which changes were followed."""
        page = self.memory.get(address, IDENTITY, number)
        if page is None and settings.PAGE_STORE:
            page = rows.load(address, IDENTITY, oldest=follower.everything)
            if page is not None:
                self.memory.set(address, IDENTITY, page, number)
        return page

    def set(self, address: str, page: RenderedPage) -> None:
        """Keep a page that was rendered just now. Of the store it waits for nothing."""
        self.memory.set(address, IDENTITY, page, page.revision)
        if settings.PAGE_STORE:
            rows.save(address, page, IDENTITY)


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
        # Asked before the view reads: what changes from here on is later.
        number = follower.follow() if cached and not settings.STATIC_EXPORT else None
        page = None if number is None else page_cache.get(address, number)
        if page is None:
            rendered_at = time.time()
            with subjects.collect() as collector:
                content = view(request, **kwargs)
                if not isinstance(content, PublicPage):
                    return content
                page = _render(content, request, address)
            page = _complete(page, collector, number or 0, rendered_at)
            if number is not None:
                page_cache.set(address, page)
        response = build_response(page)
        if page.status == 200:
            return get_conditional_response(
                request, etag=page.etag, last_modified=page.last_modified, response=response
            )
        return response

    return answer


def build_response(page: RenderedPage) -> HttpResponse:
    """The whole answer to a request for a page."""
    response = HttpResponse(page.body, status=page.status, content_type=page.content_type)
    response["ETag"] = page.etag
    if page.status == 200:
        response["Last-Modified"] = http_date(min(page.last_modified, time.time()))
    response["Cache-Control"] = CACHE_CONTROL
    if page.noindex:
        response["X-Robots-Tag"] = "noindex"
    return response


def _render(content: PublicPage, request: HttpRequest, address: str) -> RenderedPage:
    context = content.context | {
        "head_metadata": _build_head_metadata(content, request),
        "public": True,
    }
    if content.content_type == HTML_CONTENT_TYPE and "footer_links" not in context:
        context["footer_links"] = footer_links.get()
    text: str = render_to_string(content.template, context, request)
    if "xml" in content.content_type:
        text = characters.replace_for_xml(text)
    body = text.encode()
    # Computed from the bytes, so whatever changes these (text, metadata, links, build, a due date
    # that passed) changes it too.
    etag = f'"{hashlib.sha256(settings.BUILD.encode() + body).hexdigest()[:32]}"'
    return RenderedPage(
        body=body,
        etag=etag,
        status=content.status,
        noindex=content.noindex,
        content_type=content.content_type,
        last_modified=last_modified_cache.last_modified(address, etag),
    )


def _complete(
    page: RenderedPage, collector: SubjectCollector, number: int, rendered_at: float
) -> RenderedPage:
    """A rendered page with what it names and how long it may be shown."""
    expires_at = _get_midnight(rendered_at)
    if collector.expires_at is not None:
        expires_at = min(expires_at, int(collector.expires_at.timestamp()))
    return replace(
        page,
        revision=number,
        subjects=build_subjects(hash_subjects(collector.names)),
        rendered_at=int(rendered_at),
        expires_at=expires_at,
    )


def _get_midnight(moment: float) -> int:
    """When the day of a moment ends: dates on pages are compared with today."""
    today = timezone.localdate(dt.datetime.fromtimestamp(moment, dt.UTC))
    midnight = dt.datetime.combine(today + dt.timedelta(days=1), dt.time())
    return int(timezone.make_aware(midnight).timestamp())


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
