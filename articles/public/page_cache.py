"""The page cache: rendered public pages, valid until something that they name changes.

A page in the memory of the process costs no query, one in the store of all workers one. Once in 0.9
seconds a process asks which subjects changed (ADR 71).
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from articles import characters
from articles.counts import from_memory, pages
from articles.page_store import bounds, changes, copies, rows, subjects
from articles.page_store.bounds import store_bounds
from articles.page_store.fingerprint import forget_fingerprint
from articles.page_store.following import follower
from articles.page_store.memory import PageMemory
from articles.page_store.outage import (
    CONNECTION_ERRORS,
    DatabaseUnreachable,
    read_twice,
    require_database,
    watch,
)
from articles.page_store.rendered import HTML_CONTENT_TYPE, RenderedPage, build_subjects
from articles.page_store.replica import replica
from articles.page_store.reporting import forget_reports
from articles.page_store.subjects import SubjectCollector, hash_subjects
from articles.public import encodings, json_ld, unchecked
from articles.public.footer import footer_links
from articles.public.last_modified import find_last_moment, get_stated
from articles.public.offline import works_offline
from articles.public.safe_only import safe_only

CACHE_CONTROL = "public, max-age=0, must-revalidate"
MAX_AGE = 30 * 24 * 60 * 60  # seconds; what is compared with the calendar says when it changes
SAFE_METHODS = ("GET", "HEAD")
# Headers by which a request asks whether a page has changed.
CONDITIONS = frozenset(
    {
        "HTTP_IF_MATCH",
        "HTTP_IF_MODIFIED_SINCE",
        "HTTP_IF_NONE_MATCH",
        "HTTP_IF_UNMODIFIED_SINCE",
    }
)


@dataclass(frozen=True)
class PublicPage:
    """A public page before it is rendered.

    ``data`` builds its structured data (see ``json_ld``); ``path`` is its canonical path, if that
    is not the path of the request. A page that ``has_secret`` is not compressed (ADR 73).
    """

    template: str
    context: dict
    status: int = 200
    noindex: bool = False
    content_type: str = HTML_CONTENT_TYPE
    data: json_ld.GraphBuilder | None = None
    path: str = ""
    has_secret: bool = False

    @property
    def is_indexable(self) -> bool:
        """Whether the page has metadata for search engines and for sharing."""
        return self.status == 200 and not self.noindex


class PageCache:
    """Rendered pages: in the memory of this process, and behind it in the store of all workers.

    Both have a page in the encodings that somebody asked for.
    """

    def __init__(self) -> None:
        self.memory = PageMemory(follower)

    def clear(self) -> None:
        """Forget all that this process knows, and empty the store where it is on."""
        self.memory.clear()
        follower.clear()
        watch.clear()
        forget_fingerprint()
        forget_reports()
        if settings.PAGE_STORE:
            bounds.empty()
            store_bounds.clear()

    def get(self, address: str, encoding: str, number: int) -> RenderedPage | None:
        """The page at an address, true at the number to which changes were followed.

        In an encoding in which it was not kept, it is made from one in which it was.
        """
        page = self.memory.get(address, encoding, number)
        if page is not None:
            pages["memory"] += 1
            return page
        wanted = encodings.SOURCES[encoding]
        found = self.memory.find(address, wanted[1:], number)
        if found is not None:
            pages["memory"] += 1
        elif settings.PAGE_STORE:
            found = rows.load(address, wanted, oldest=follower.everything)
            pages["store" if found else "not stored"] += 1
        if found is None:
            return None
        kept_in, page = found
        if kept_in == encoding:
            self.memory.set(address, encoding, page, number)
            return page
        page = reencode(page, kept_in, encoding)
        self._keep(address, encoding, page, number)
        return page

    def set(self, address: str, encoding: str, page: RenderedPage) -> None:
        """Keep a page that was rendered just now. Of the store it waits for nothing."""
        self._keep(address, encoding, page, page.revision)

    def _keep(self, address: str, encoding: str, page: RenderedPage, number: int) -> None:
        self.memory.set(address, encoding, page, number)
        if settings.PAGE_STORE:
            rows.save(address, page, encoding)

    def find_last_known(self, address: str) -> RenderedPage | None:
        """The plain page in memory, as true as the last read of the changes."""
        number = follower.last_number
        if number is None:
            return None
        found = self.memory.find(address, encodings.SOURCES[encodings.IDENTITY], number)
        if found is None:
            return None
        kept_in, page = found
        return reencode(page, kept_in, encodings.IDENTITY)


page_cache = PageCache()


def get_site_origin(request: HttpRequest) -> str:
    """How this site's addresses begin: as ``SITE_URL`` says, else as the request does.

    It is part of the cache key, so that a page rendered for one host is never given to another
    (ADR 22).
    """
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def answer_from_memory(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: a page in the memory of this process needs neither URL map nor view.

    It is given if it is true at the number to which changes were followed, as ``public_page`` does.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _find_in_memory(request) or get_response(request)

    return answer


def _find_in_memory(request: HttpRequest) -> HttpResponseBase | None:
    if request.method not in SAFE_METHODS or settings.STATIC_EXPORT:
        return None
    address = get_site_origin(request) + request.path
    encoding = encodings.choose(request.META.get("HTTP_ACCEPT_ENCODING"))
    # Of any other address, the database is not asked what changed.
    if not page_cache.memory.has(address, encoding):
        return None
    number = follower.follow()
    if number is None:
        return None
    page = page_cache.memory.get(address, encoding, number)
    if page is None:
        return None
    response = build_conditional_response(request, page, encoding)
    from_memory[response.status_code] += 1
    return response


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
        encoding = encodings.choose(request.META.get("HTTP_ACCEPT_ENCODING"))
        if not cached or settings.STATIC_EXPORT:
            page = _read_page(view, request, kwargs, address, None)
            return page if isinstance(page, HttpResponse) else _answer(request, page, encoding)
        # Asked before the view reads: what changes from here on is later.
        number = follower.follow()
        page = None
        if number is not None:
            page = replica.read(number, partial(page_cache.get, address, encoding, number))
        if page is None:
            render = partial(_read_page, view, request, kwargs, address, number)
            try:
                require_database()
                page = read_twice(partial(replica.read, number, render))
            except (DatabaseUnreachable, *CONNECTION_ERRORS) as error:
                return _answer_unchecked(address, encoding, error)
            if isinstance(page, HttpResponse):
                return page
            page = reencode(page, encodings.IDENTITY, encoding)
            if number is not None:
                page_cache.set(address, encoding, page)
        return build_conditional_response(request, page, encoding)

    return works_offline(answer) if cached else answer


def _read_page(
    view: Callable, request: HttpRequest, kwargs: dict, address: str, number: int | None
) -> RenderedPage | HttpResponse:
    """The page that a view gives, rendered, or its response if that is something else."""
    rendered_at = time.time()
    with subjects.collect() as collector:
        content = view(request, **kwargs)
        if not isinstance(content, PublicPage):
            return content
        page = _render(content, request)
    pages["rendered"] += 1
    return _complete(page, collector, number, rendered_at)


def _answer(request: HttpRequest, page: RenderedPage, encoding: str) -> HttpResponseBase:
    """The response with a page that is not kept."""
    if page.has_secret:
        encoding = encodings.IDENTITY
    page = reencode(page, encodings.IDENTITY, encoding)
    return build_conditional_response(request, page, encoding)


def _answer_unchecked(address: str, encoding: str, error: Exception) -> HttpResponse:
    """A page from memory with the mark that it could not be checked. Raises DatabaseUnreachable."""
    page = page_cache.find_last_known(address) if watch.may_serve_unchecked() else None
    if page is None or page.content_type != HTML_CONTENT_TYPE or watch.last_read is None:
        raise DatabaseUnreachable from error
    body = unchecked.insert_mark(page.body, watch.last_read)
    if body is None:
        raise DatabaseUnreachable from error
    response = _build_response(page, encodings.compress(body, encoding), encoding)
    response["Cache-Control"] = "no-store"
    return response


def reencode(page: RenderedPage, before: str, after: str) -> RenderedPage:
    """A page in another encoding."""
    if before == after:
        return page
    plain = encodings.decompress(page.body, before)
    return replace(page, body=encodings.compress(plain, after))


def build_conditional_response(
    request: HttpRequest, page: RenderedPage, encoding: str
) -> HttpResponseBase:
    """The answer to a request: the page, or that it has not changed (RFC 9110, section 13)."""
    response = _build_response(page, page.body, encoding)
    response["Cache-Control"] = CACHE_CONTROL
    response["ETag"] = etag = encodings.build_etag(page.etag, encoding)
    of_copies = copies.build_headers(page) if settings.CDN_MAX_AGE else {}
    for name, value in of_copies.items():
        response[name] = value
    if page.status != 200:
        return response
    moment = get_stated(page.last_modified)
    if moment is not None:
        response["Last-Modified"] = http_date(moment)
    if CONDITIONS.isdisjoint(request.META):
        return response
    if "HTTP_IF_NONE_MATCH" in request.META:
        moment = None  # the date is not asked for then, even if no ETag there can be read
    conditional = get_conditional_response(
        request, etag=etag, last_modified=moment, response=response
    )
    assert conditional  # at least the response itself
    for name, value in of_copies.items():  # a 304 says how long its copy may be kept, too
        conditional[name] = value
    return conditional


def _build_response(page: RenderedPage, body: bytes, encoding: str) -> HttpResponse:
    """The bytes with what they are. The length of each is that of its encoding."""
    response = HttpResponse(body, status=page.status, content_type=page.content_type)
    response["Vary"] = "Accept-Encoding"
    if encoding != encodings.IDENTITY:
        response["Content-Encoding"] = encoding
    if page.noindex:
        response["X-Robots-Tag"] = "noindex"
    return response


def _render(content: PublicPage, request: HttpRequest) -> RenderedPage:
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
        has_secret=content.has_secret,
    )


def _complete(
    page: RenderedPage, collector: SubjectCollector, number: int | None, rendered_at: float
) -> RenderedPage:
    """A rendered page with what it names and how long it may be shown."""
    expires_at = int(rendered_at) + MAX_AGE
    if collector.expires_at is not None:
        expires_at = min(expires_at, int(collector.expires_at.timestamp()))
    return replace(
        page,
        last_modified=_find_last_modified(page, collector, number),
        revision=number or 0,
        subjects=build_subjects(hash_subjects(collector.names)),
        rendered_at=int(rendered_at),
        expires_at=expires_at,
    )


def _find_last_modified(page: RenderedPage, collector: SubjectCollector, number: int | None) -> int:
    """Since when the page is as it is; 0 for one that is another each time. One query at most."""
    if page.status != 200 or page.has_secret or settings.STATIC_EXPORT:
        return 0
    changed_at = None
    if number is not None or collector.names:
        changed_at = changes.find_last_moment(collector.names)
    return find_last_moment([changed_at, collector.passed_at])


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
