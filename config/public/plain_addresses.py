"""Addresses in capitals or with underscores lead on to the page that is meant, if there is one."""

from copy import copy

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from articles.public import pages

NAMESPACES = {"about", "articles", "causes", "emergencies", "reviewers", "symptoms"}
# What somebody asks of the search is never repeated in a redirect.
EXCLUDED_VIEWS = {"articles:search", "articles:suggestions", "articles:image"}
FOUND = (200, 301, 302, 410)


def redirect_to_plain(request: HttpRequest) -> HttpResponse | None:
    """A permanent redirect to the same address in small letters and hyphens; None without a page.

    The query string is kept. There is one step at most: what it leads to is never changed again.
    """
    path = _build_plain_path(request.path_info)
    if path == request.path_info or request.method not in ("GET", "HEAD"):
        return None
    if not _has_page(request, path):
        return None
    query = request.META.get("QUERY_STRING", "")
    return pages.redirect_permanently(f"{path}?{query}" if query else path)


def _build_plain_path(path: str) -> str:
    """A path on this site: one slash in front, and one at the end."""
    plain = path.lower().replace("_", "-").strip("/")
    return f"/{plain}/"


def _has_page(request: HttpRequest, path: str) -> bool:
    """Whether a visitor finds something there: a page, where it moved to, or why it is gone."""
    try:
        match = resolve(path)
    except Resolver404:
        return False
    if match.namespace not in NAMESPACES or match.view_name in EXCLUDED_VIEWS:
        return False
    asked = copy(request)
    asked.path = asked.path_info = path
    asked.resolver_match = match
    try:
        response = match.func(asked, *match.args, **match.kwargs)
    except Http404:
        return False
    return response.status_code in FOUND and response.get("Location") != request.path
