"""The search page and the suggestions while somebody types. Nothing of either is kept: see ``config.privacy``."""

from urllib.parse import urlencode

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles import crumbs, pages
from articles.fields import UNPRINTABLE
from articles.search.emergency import look_for_help
from articles.search.hits import look_for
from articles.search.suggest import suggest
from articles.search.words import LONGEST


@require_safe
def search(request):
    asked, topic = _asked(request), request.GET.get("topic", "").strip()[:200]
    calls_for = look_for_help(request.GET.get("q", ""))
    number = request.GET.get("page", 1)
    results = look_for(asked, topic=topic, number=number, named_only=calls_for.first) if asked else None
    context = {"sought": asked, "results": results, "help": calls_for, "public": True}
    if not calls_for.first:  # nothing stands before what to do
        context["crumbs"] = crumbs.to("Search", reverse("articles:search"))
    if results:
        context |= {
            "topics": _topics(asked, topic, results),
            "page_urls": pages.around(results.page, lambda number: _address(asked, topic, number)),
        }
    return render(request, "articles/search/search.html", context)


@require_safe
def suggestions(request):
    calls_for = look_for_help(request.GET.get("q", ""))
    found = suggest(_asked(request), named_only=calls_for.first)
    answer = {"suggestions": [{"name": s.name, "title": s.title, "url": s.url} for s in found]}
    if calls_for:
        answer["help"] = [{"text": call.text, "url": f"tel:{call.number}"} for call in calls_for.calls]
    return JsonResponse(answer)


def _asked(request) -> str:
    """What was typed, in one line that can be printed; what goes beyond the longest question is left out."""
    return " ".join(UNPRINTABLE.sub(" ", request.GET.get("q", "")).split())[:LONGEST]


def _topics(asked: str, chosen: str, results) -> list[dict]:
    """Each topic as a link that keeps to it, and the one that was chosen."""
    return [
        topic | {"url": _address(asked, topic["slug"]), "chosen": topic["slug"] == chosen} for topic in results.topics
    ]


def _address(asked: str, topic: str = "", number: int = 1) -> str:
    given = {"q": asked, "topic": topic, "page": number if number > 1 else ""}
    return f"{reverse('articles:search')}?{urlencode({name: value for name, value in given.items() if value})}"
