"""What rendering costs: CPU ms of each public page that is in no store, beside a bare view.

`python -m benchmarks.rendering [ROUNDS]` reads the filled database of DATABASE_URL, such as that of
the demonstration, and prints a table. All pages go through the WSGI handler and its middleware in
one process, in turn with the bare view that reads one page by its key; medians of CPU time, so that
a busy machine changes little. The connection stays open, on SQLite too, where opening one takes
longer than the bare view, and the store is off. `queries` is the time in the database driver; that
of writing SQL and of making rows is in `ms` alone. `lines` is how many pages or names a list has.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from unittest.mock import patch

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
os.environ["PAGE_STORE"] = "0"
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 - needs the settings first
from django.db import connection  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.template.backends.django import Template as BackendTemplate  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.urls import path  # noqa: E402

from articles.models import Article, PublicationEvent, TopicEntry  # noqa: E402
from articles.public import json_ld  # noqa: E402
from articles.public.page_cache import page_cache  # noqa: E402
from benchmarks import urls  # noqa: E402
from symptoms.models import PublishedCause, PublishedName  # noqa: E402

ROUNDS = 40
BARE = "/bare/query/"
PARTS = ("queries", "template", "json_ld")


def bare_query_view(request):
    article = Article.objects.get(pk=PUBLIC_PK)
    return HttpResponse(f"{article.title} {urls.BODY}".encode())


urls.urlpatterns.insert(0, path("bare/query/", bare_query_view))
connection.settings_dict["CONN_MAX_AGE"] = None
PUBLIC_PK = Article.objects.public().values_list("pk", flat=True).first()


class Stopwatch:
    """CPU seconds of the parts of one request, each counted once however deep it is nested."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(PARTS, 0.0)
        self.asked = 0
        self._open: set[str] = set()

    @contextmanager
    def count(self, part: str) -> Iterator[None]:
        if part in self._open:
            yield
            return
        self._open.add(part)
        started = time.process_time()
        try:
            yield
        finally:
            self.spent[part] += time.process_time() - started
            self._open.discard(part)

    def wrap(self, part: str, function: Callable) -> Callable:
        def timed(*args, **kwargs):
            with self.count(part):
                return function(*args, **kwargs)

        return timed

    def execute(self, execute, sql, params, many, context):
        self.asked += 1
        with self.count("queries"):
            return execute(sql, params, many, context)


def main(rounds: int) -> None:
    handler = WSGIHandler()
    paths = build_paths()
    for name, address in paths.items():
        status = ask(handler, address)[0]
        if status != 200:
            print(f"left out: {name} {address} answers {status}")
    paths = {name: one for name, one in paths.items() if ask(handler, one)[0] == 200}
    taken: dict[str, list[float]] = {name: [] for name in ["bare", *paths]}
    for _ in range(rounds):
        for name, address in paths.items():
            taken["bare"].append(measure(handler, BARE))
            taken[name].append(measure(handler, address))
    bare = median(taken.pop("bare")) * 1000
    print(f"{connection.vendor}, {rounds} rounds; the bare view with one query: {bare:.2f} ms\n")
    print(
        "| page | bytes | ms | × bare | without queries | number | queries | template | JSON-LD |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, address in paths.items():
        ms = median(taken[name]) * 1000
        size = len(ask(handler, address)[1])
        parts, asked = split(handler, address, rounds)
        rest = ms - parts["queries"]
        print(
            f"| {name} | {size:,} | {ms:.1f} | {ms / bare:.1f} | {rest / bare:.1f} | {asked} |"
            f" {parts['queries']:.1f} | {parts['template']:.1f} | {parts['json_ld']:.1f} |"
        )


def build_paths() -> dict[str, str]:
    symptom = "/symptoms/facial-spasms/"
    cause = PublishedCause.objects.authoritative().values_list("slug", flat=True).first()
    article = Article.objects.public().filter(kind="article").first()
    topics = TopicEntry.objects.values_list("slug").annotate(count=Count("id"))
    topic = topics.order_by("-count").values_list("slug", flat=True).first()
    old = PublicationEvent.objects.filter(revision__number=1, article__live__revision__number__gt=1)
    old = old.exclude(article__kind="emergency").select_related("article").first()
    letter = PublishedName.objects.values_list("letter").annotate(count=Count("id"))
    letter = letter.order_by("-count").values_list("letter", flat=True).first()
    return {
        "symptom": symptom,
        "causes of it": f"{symptom}causes/",
        "history": f"{symptom}history/",
        "old version": f"{old.article.path}history/1/" if old else "/no-old-version/",
        "article": article.path if article else "/",
        "cause": f"/causes/{cause}/",
        "causes A–Z": "/causes/",
        "A–Z": "/symptoms/",
        "letter": f"/symptoms/a-z/{letter}/",
        "topics": "/topics/",
        "topic": f"/topics/{topic}/",
        "articles": "/articles/",
        "home": "/",
        "emergencies": "/emergencies/",
        "search": "/search/?q=facial+spasms",
        "search, nothing": "/search/?q=zzzz",
        "search, danger": "/search/?q=chest+pain",
        "suggestions": "/search/suggestions/?q=facial",
        "finder": "/finder/",
        "finder, one": "/finder/?s=facial-spasms",
        "finder, two": "/finder/?s=facial-spasms&s=headache",
        "sitemap": "/sitemap.xml",
        "feed": "/feeds/reviewed.atom",
        "reviewers": "/reviewers/",
        "no page": "/symptoms/no-such-page/",
    }


def ask(handler: WSGIHandler, address: str) -> tuple[int, bytes]:
    environ = RequestFactory(headers={"host": "127.0.0.1"}).get(address).environ
    statuses: list[str] = []
    page_cache.memory.clear()  # what follows the changes stays, as in a process that serves
    body = b"".join(handler(environ, lambda status, headers: statuses.append(status)))
    return int(statuses[0].split()[0]), body


def measure(handler: WSGIHandler, address: str) -> float:
    """CPU seconds of one answer."""
    environ = RequestFactory(headers={"host": "127.0.0.1"}).get(address).environ
    page_cache.memory.clear()  # what follows the changes stays, as in a process that serves
    started = time.process_time()
    response = handler(environ, lambda status, headers: None)
    b"".join(response)
    response.close()
    return time.process_time() - started


def split(handler: WSGIHandler, address: str, rounds: int) -> tuple[dict[str, float], int]:
    """Median CPU ms of each part of an answer, and the number of its queries."""
    found: dict[str, list[float]] = {part: [] for part in PARTS}
    asked = 0
    for _ in range(max(rounds // 3, 3)):
        watch = Stopwatch()
        render = watch.wrap("template", BackendTemplate.render)
        script = watch.wrap("json_ld", json_ld.render_script)
        patches = (
            patch.object(BackendTemplate, "render", render),
            patch.object(json_ld, "render_script", script),
            connection.execute_wrapper(watch.execute),
        )
        with patches[0], patches[1], patches[2]:
            measure(handler, address)
        asked = watch.asked
        for part, spent in watch.spent.items():
            found[part].append(spent * 1000)
    return {part: median(spent) for part, spent in found.items()}, asked


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
