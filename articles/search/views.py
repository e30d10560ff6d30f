"""The search page, and the suggestions while somebody types.

Nothing of either is stored: see ``config.middleware.privacy``.
"""

from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from articles.characters import UNPRINTABLE
from articles.public import breadcrumbs, pages
from articles.public.safe_only import safe_only
from articles.search.emergency import CallPrompt, detect_urgent_help
from articles.search.results import SearchResults, search_pages
from articles.search.suggestions import suggest
from articles.search.words import MAX_QUERY_LENGTH


@safe_only
def search(request: HttpRequest) -> HttpResponse:
    query = _get_query(request)
    topic = request.GET.get("topic", "").strip()[:200]
    urgent_help = detect_urgent_help(request.GET.get("q", ""))
    context: dict[str, Any] = {
        "search_text": query,
        "results": None,
        "help": urgent_help,
        "public": True,
    }
    if query:
        number = request.GET.get("page", 1)
        results = search_pages(query, topic=topic, number=number, named_only=urgent_help.in_danger)
        context["results"] = results
        context["topics"] = _build_topic_links(query, topic, results)
        context["page_urls"] = pages.get_adjacent_urls(
            results.page, partial(_build_url, query, topic)
        )
    if not urgent_help.in_danger:  # nothing stands before what to do
        context["breadcrumbs"] = breadcrumbs.build_trail("Search", reverse("articles:search"))
    return render(request, "articles/search/search.html", context)


@safe_only
def suggestions(request: HttpRequest) -> HttpResponse:
    urgent_help = detect_urgent_help(request.GET.get("q", ""))
    found = suggest(_get_query(request), named_only=urgent_help.in_danger)
    answer = {"suggestions": [asdict(suggestion) for suggestion in found]}
    if urgent_help:
        answer["help"] = [_build_call_link(prompt) for prompt in urgent_help.call_prompts]
    return JsonResponse(answer)


def _build_call_link(prompt: CallPrompt) -> dict[str, str]:
    return {"text": prompt.text, "url": f"tel:{prompt.number}"}


def _get_query(request: HttpRequest) -> str:
    """What was typed, in one line of printable characters, cut to the longest query."""
    typed = UNPRINTABLE.sub(" ", request.GET.get("q", ""))
    return " ".join(typed.split())[:MAX_QUERY_LENGTH]


def _build_topic_links(query: str, chosen: str, results: SearchResults) -> list[dict]:
    """Each topic with the address of its results, and whether it is the chosen one."""
    links = []
    for topic in results.topics:
        url = _build_url(query, topic["slug"])
        links.append({**topic, "url": url, "chosen": topic["slug"] == chosen})
    return links


def _build_url(query: str, topic: str = "", number: int = 1) -> str:
    parameters: dict[str, str | int] = {"q": query}
    if topic:
        parameters["topic"] = topic
    if number > 1:
        parameters["page"] = number
    return f"{reverse('articles:search')}?{urlencode(parameters)}"
