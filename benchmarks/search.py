"""How well and how fast the search answers: prints tables.

    DATABASE_URL=… python -m benchmarks.search open FOLDER     731 open pages: what is found where
    DATABASE_URL=… python -m benchmarks.search scale FOLDER    18,835 test pages: how fast

It fills the empty database of DATABASE_URL first. FOLDER holds the files that
``shared/data/README.md`` describes.
"""

import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from benchmarks import fill  # noqa: F401 - readies Django for what follows

# isort: split
from django.core.management import call_command
from django.db import connection

from articles.models import Article, SearchEntry
from articles.search import matching, suggestions
from benchmarks import library

QUERIES = 200
SITES = {
    "open": ("symptom_pages_open.jsonl.gz", "causes_open.jsonl.gz"),
    "scale": ("scale_pages.jsonl.gz", "scale_causes.jsonl.gz"),
}


def main(site: str, folder: Path) -> None:
    call_command("migrate", verbosity=0)
    if not Article.objects.exists():
        library.publish_library(*(folder / name for name in SITES[site]))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    print(
        f"{connection.vendor}, {Article.objects.public().count():,} pages,"
        f" {SearchEntry.objects.count():,} entries\n"
    )
    asked = list(library.read_lines(folder / "search_queries_dev.jsonl.gz"))
    measure_quality(asked)
    measure_own_queries()
    measure_times([row["query"] for row in asked])


def measure_quality(queries: list[dict]) -> None:
    """By kind of query: the share with an expected page first, in the first three, in the first
    ten.
    """
    pages = dict(Article.objects.public().values_list("uuid", "live__slug"))
    there = set(pages.values()) | set(
        SearchEntry.objects.filter(kind="cause").values_list("slug", flat=True)
    )
    places, absent = defaultdict(list), defaultdict(int)
    for row in queries:
        expected = {name.lower().replace(":", "") for name in row["expect"]}
        if not expected & there:
            absent[row["kind"]] += 1
            continue
        answers = [
            pages.get(a.candidate.uuid) or a.candidate.slug
            for a in matching.find_matches(row["query"]).candidates
        ]
        place = next((n for n, slug in enumerate(answers, 1) if slug in expected), 999)
        places[row["kind"]].append(place)
        if place > 3 and "-v" in sys.argv:
            print("   ", row["kind"], row["query"], "→", sorted(expected), place, answers[:4])
    print(
        "| kind | queries | first | top 3 | top 10 | expected page not in this site"
        " |\n|---|---:|---:|---:|---:|---:|"
    )
    for kind in sorted({row["kind"] for row in queries}):
        print_quality(kind, places[kind], absent[kind])
    print_quality("all", list(chain.from_iterable(places.values())), sum(absent.values()))


def print_quality(kind: str, ranks: list[int], absent: int) -> None:
    shares = [
        f"{sum(p <= n for p in ranks) / len(ranks):.0%}" if ranks else "–" for n in (1, 3, 10)
    ]
    print(f"| {kind} | {len(ranks)} | {' | '.join(shares)} | {absent} |")


def measure_own_queries() -> None:
    """By kind of fault: in how many queries all that was meant is in the first three."""
    pages = dict(Article.objects.public().values_list("uuid", "live__slug"))
    names = SearchEntry.objects.filter(article=None).values_list("slug", flat=True)
    there = {*pages.values(), *names}
    reached, counted = Counter(), Counter()
    for line in (Path(__file__).parent / "search_queries.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        kind, query, expected, denied = line.split("\t")
        groups = [there.intersection(group.split("/")) for group in expected.split("+")]
        if expected != "foreign" and not all(groups):
            continue
        counted[kind] += 1
        reached[kind] += _reaches(kind, query, groups, denied, pages)
    print("\n| kind of fault | queries | top 3 |\n|---|---:|---:|")
    for kind, count in [*counted.items(), ("all", counted.total())]:
        share = (reached.total() if kind == "all" else reached[kind]) / count
        print(f"| {kind} | {count} | {share:.0%} |")


def _reaches(kind: str, query: str, groups: list[set[str]], denied: str, pages: dict) -> bool:
    if kind == "suggest":
        found = [one.url.strip("/").split("/")[-1] for one in suggestions.suggest(query)]
    else:
        matches = matching.find_matches(query)
        found = [pages.get(a.candidate.uuid) or a.candidate.slug for a in matches.candidates]
    if not any(groups):  # a language that is not guessed at
        return not found
    return denied not in found[:10] and all(group.intersection(found[:3]) for group in groups)


def measure_times(queries: list[str]) -> None:
    """Milliseconds of a mixed lot of queries, in the database and all in all, beside a read by
    primary key.
    """
    mixed = random.Random(5).choices(queries, k=QUERIES)
    typed = [text[: max(2, len(text) // 2)] for text in mixed]
    key = Article.objects.public().values_list("pk", flat=True)[0]
    measured = {
        "one page read by its key": [(None, lambda: Article.objects.get(pk=key))] * QUERIES,
        "search": [(text, lambda text=text: matching.find_matches(text)) for text in mixed],
        "suggestions": [(text, lambda text=text: suggestions.suggest(text)) for text in typed],
    }
    matching.find_matches("warm")
    print(
        "\n| what | in the database, p50 | p99 | all in all, p50 | p99 |\n|---|---:|---:|---:|---:|"
    )
    for name, calls in measured.items():
        lot = [(*_measure_call(call), text) for text, call in calls]
        database, whole = sorted(a for a, _, _ in lot), sorted(b for _, b, _ in lot)
        figures = [database[len(lot) // 2], database[-3], whole[len(lot) // 2], whole[-3]]
        print(
            f"| {name} | {' | '.join(f'{figure * 1000:.2f} ms' for figure in figures)} |",
            flush=True,
        )
        if "-v" in sys.argv:
            for took, _, text in sorted(lot, key=lambda one: -one[0])[:8]:
                print("   ", f"{took * 1000:.1f}", text)


def _measure_call(action: Callable) -> tuple[float, float]:
    """Seconds in the database, and in all."""
    spent = 0.0

    def wrapper(execute, *args):
        nonlocal spent
        began = time.perf_counter()
        try:
            return execute(*args)
        finally:
            spent += time.perf_counter() - began

    began = time.perf_counter()
    with connection.execute_wrapper(wrapper):
        action()
    return spent, time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
