"""The search page, and the suggestions while somebody types.

Nothing of either is stored: see ``config.middleware.privacy``.
"""

from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from articles.characters import UNPRINTABLE
from articles.content.paths import get_path
from articles.page_store import outage
from articles.page_store.replica import reads_replica
from articles.public import breadcrumbs, pages
from articles.public.footer import footer_links
from articles.public.offline import works_offline
from articles.public.safe_only import safe_only
from articles.search.emergency import detect_urgent_help
from articles.search.help_box import HelpBox, build_help_box, build_typed_box
from articles.search.results import SearchResults, search_pages
from articles.search.suggestions import suggest
from articles.search.words import MAX_QUERY_LENGTH

CANNOT_SEARCH = (DatabaseError, InterfaceError, outage.DatabaseUnreachable)


@works_offline
@safe_only
@reads_replica
def search(request: HttpRequest) -> HttpResponse:
    query = _get_query(request)
    topic = request.GET.get("topic", "").strip()[:200]
    help_box = build_help_box(request.GET.get("q", ""))
    context: dict[str, Any] = {
        "search_text": query,
        "results": None,
        "help": help_box,
        "public": True,
        "footer_links": footer_links.get_last(),
    }
    if query and not help_box.hides_pages:
        try:
            context |= _find_pages(query, topic, request.GET.get("page", 1), help_box)
        except CANNOT_SEARCH:
            if not help_box:
                raise
            context["unsearched"] = True
    if not help_box.in_danger:  # nothing stands before what to do
        context["breadcrumbs"] = breadcrumbs.build_trail("Search", get_path("articles:search"))
    return render(request, "articles/search/search.html", context)


def _find_pages(query: str, topic: str, number: str | int, help_box: HelpBox) -> dict[str, Any]:
    """The results, and the links that lead through them."""
    outage.require_database()
    results = search_pages(query, topic=topic, number=number, named_only=help_box.in_danger)
    return {
        "results": results,
        "topics": _build_topic_links(query, topic, results),
        "page_urls": pages.get_adjacent_urls(results.page, partial(_build_url, query, topic)),
    }


@works_offline
@safe_only
@reads_replica
def suggestions(request: HttpRequest) -> HttpResponse:
    """Names that go on as typed; before them the help, as HTML and in plain words."""
    help_box = build_typed_box(request.GET.get("q", ""))
    answer: dict[str, Any] = {"suggestions": _suggest_names(_get_query(request), help_box)}
    if help_box:
        context = {"help": help_box, "place": "-typed", "public": True}
        answer["help"] = render_to_string("articles/search/_help_typed.html", context, request)
        answer["spoken"] = help_box.spoken_lines
    return JsonResponse(answer)


def _suggest_names(query: str, help_box: HelpBox) -> list[dict[str, str]]:
    """Names of pages: none where somebody may be in danger, or is about to say so.

    Of "he is not breat" there is no answer yet, but no page to go to either.
    """
    if help_box.in_danger or detect_urgent_help(query).in_danger:
        return []
    try:
        outage.require_database()
        found = suggest(query)
    except CANNOT_SEARCH:
        if not help_box:
            raise
        return []
    return [asdict(suggestion) for suggestion in found]


def _get_query(request: HttpRequest) -> str:
    """What was typed, in one line of printable characters, cut to the longest query."""
    typed = UNPRINTABLE.sub(" ", request.GET.get("q", ""))
    return " ".join(typed.split())[:MAX_QUERY_LENGTH]


def _build_topic_links(query: str, chosen: str, results: SearchResults) -> list[dict]:
    """Each topic with the address of its results, and whether it is the chosen one."""
    links = []
    address = _build_url(query)
    for topic in results.topics:
        url = f"{address}&topic={topic['slug']}"
        links.append({**topic, "url": url, "chosen": topic["slug"] == chosen})
    return links


def _build_url(query: str, topic: str = "", number: int = 1) -> str:
    parameters: dict[str, str | int] = {"q": query}
    if topic:
        parameters["topic"] = topic
    if number > 1:
        parameters["page"] = number
    return f"{get_path('articles:search')}?{urlencode(parameters)}"
