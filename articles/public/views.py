"""Public pages of articles, of the site itself and of topics, and their images."""

from functools import lru_cache, partial
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import EmptyPage
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from articles.content import kinds
from articles.db.prepared import PreparedQuery
from articles.images import store
from articles.models import Article, Image, PublishedImage
from articles.page_store import subjects
from articles.page_store.replica import reads_replica
from articles.public import breadcrumbs, json_ld, pages, topics
from articles.public.breadcrumbs import Breadcrumb
from articles.public.page_cache import CACHE_CONTROL, PublicPage, public_page
from articles.public.safe_only import safe_only


@public_page
def article(request: HttpRequest, slug: str, kind: str = "article") -> PublicPage | HttpResponse:
    return pages.get_public_page(kind=kind, slug=slug)


@public_page
def index(
    request: HttpRequest, kind: str = "article", template: str = "articles/index.html"
) -> PublicPage:
    trail = breadcrumbs.build_list_trail(kind)
    data = json_ld.build_collection_graph(trail[-1].name, trail)
    return PublicPage(template, {"entries": list_entries(kind=kind)}, data=data)


@public_page
def topic_list(request: HttpRequest, number: int = 1) -> PublicPage:
    """Every topic with a public page."""
    try:
        page = topics.get_topics_page(number)
    except EmptyPage as empty:
        raise Http404 from empty
    trail = topics.build_list_trail()
    path = topics.get_list_url(number)
    context = {
        "breadcrumbs": trail,
        "page": page,
        "topics": list(page),
        "page_urls": pages.get_adjacent_urls(page, topics.get_list_url),
    }
    data = json_ld.build_collection_graph("Topics", trail, path)
    return PublicPage("articles/topics.html", context, data=data, path=path)


@public_page
def topic(request: HttpRequest, slug: str, number: int = 1) -> PublicPage:
    name = topics.find_topic(slug)
    if name is None:
        raise Http404
    try:
        page = topics.get_entries_page(slug, number)
    except EmptyPage as empty:
        raise Http404 from empty
    trail = (*topics.build_list_trail(), Breadcrumb(name, topics.get_topic_url(slug)))
    path = topics.get_topic_url(slug, number)
    context = {
        "name": name,
        "breadcrumbs": trail,
        "page": page,
        "entries": [topics.build_entry(*row) for row in page],
        "page_urls": pages.get_adjacent_urls(page, partial(topics.get_topic_url, slug)),
    }
    data = json_ld.build_collection_graph(name, trail, path)
    return PublicPage("articles/topic.html", context, data=data, path=path)


@safe_only
@reads_replica
def image(request: HttpRequest, digest: str, extension: str) -> HttpResponse:
    """An image for visitors, as long as a public page has it."""
    found = PublishedImage.objects.filter(sha256=digest).first()
    return store.build_image_response(request, found, extension, cache_control=CACHE_CONTROL)


@login_required
@permission_required("articles.view_image", raise_exception=True)
@safe_only
def staff_image(request: HttpRequest, digest: str, extension: str) -> HttpResponse:
    """An image for staff, published or not."""
    found = Image.objects.filter(sha256=digest).first()
    return store.build_image_response(request, found, extension, cache_control="private, no-cache")


def list_entries(limit: int | None = None, *, kind: str = "article") -> list[dict]:
    """Title, address and summary of the published pages of a kind, in alphabetical order."""
    subjects.name(subjects.page_list(kind))
    entries = []
    for title, slug, summary in _prepare_entries(limit).fetch(kind=kind):
        url = kinds.get_path(kind, slug)
        entries.append({"title": title, "url": url, "summary": summary})
    return entries


@lru_cache(maxsize=8)
def _prepare_entries(limit: int | None) -> PreparedQuery:
    def build(kind: str) -> QuerySet[Any, Any]:
        rows = Article.objects.public().filter(kind=kind)
        rows = rows.order_by("search_entries__sort_key", "id")
        return rows.values_list("live__title", "live__slug", "live__summary")[:limit]

    return PreparedQuery(build, kind=str)
