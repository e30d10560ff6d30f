"""What searches, suggestions and the finder cost: CPU ms of each kind, beside a bare view.

`python -m benchmarks.searches [ROUNDS]` reads the filled database of DATABASE_URL and prints a
table. Every round asks for other words. All go through the WSGI handler and its middleware in one
process, in turn with the bare view that reads one page by its key; medians of CPU time, so that a
busy machine changes little. `driver` is the time in the database driver, with that of fetching
candidates: on SQLite that is the query itself. `server` is the CPU time of the server process of
PostgreSQL, which is beside ours.
"""

import sys
from itertools import chain
from pathlib import Path
from statistics import median
from unittest.mock import patch

from benchmarks.rendering import BARE, Stopwatch, ask, measure

# isort: split
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from articles.db import collector
from articles.models import Article
from articles.search import queries, startup
from benchmarks.__main__ import WORDS

ROUNDS = 40
HEAD = (
    "| what | × bare | without its queries | ms | driver | server | queries | p99, ms |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|"
)


def main(rounds: int) -> None:
    handler = WSGIHandler()
    startup.prepare()  # as ``config.wsgi`` does
    collector.settle()
    kinds = list_kinds(rounds)
    for address in chain(*(addresses[:3] for addresses in kinds.values())):
        status = ask(handler, address)[0]  # what is read once in a process
        if status not in (200, 302):
            raise RuntimeError(f"{address} answers {status}")
    bare: list[float] = []
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    for number in range(rounds):
        for name, addresses in kinds.items():
            bare.append(measure(handler, BARE))
            taken[name].append(measure(handler, addresses[number % len(addresses)]))
    unit = median(bare) * 1000
    print(
        f"{connection.vendor}, {Article.objects.public().count():,} pages, {rounds} rounds;", end=""
    )
    print(f" the bare view with one query: {unit:.2f} ms\n\n{HEAD}")
    for name, addresses in kinds.items():
        whole = sorted(seconds * 1000 for seconds in taken[name])
        driver, server, asked = split(handler, addresses, rounds)
        ms = median(whole)
        own = ms - driver
        print(
            f"| {name} | {ms / unit:.1f} | {own / unit:.1f} | {ms:.1f} | {driver:.1f} |"
            f" {server:.1f} | {asked} | {whole[-1 - len(whole) // 100]:.1f} |",
            flush=True,
        )


def list_kinds(rounds: int) -> dict[str, list[str]]:
    """By kind of request its addresses, as many different ones as there are rounds."""
    numbers = range(rounds)
    words = [WORDS[number % len(WORDS)].replace(" ", "+") for number in numbers]
    slugs = Article.objects.public().filter(slug__startswith="bench-").order_by("pk")
    chosen = list(slugs.values_list("slug", flat=True)[: 12 * rounds])
    starts = [word[: 2 + number % 5] for number, word in enumerate(words)]
    return {
        "hits": [f"/search/?q={word}+{n}" for n, word in enumerate(words)],
        "page 2": [f"/search/?q={word}&page=2" for word in words],
        "question": [f"/search/?q=why+do+i+get+{w}+in+the+night+{n}" for n, w in enumerate(words)],
        "did you mean": [f"/search/?q={misspell(word)}+{n}" for n, word in enumerate(words)],
        "no hits": [f"/search/?q=zqxw{n}+vkpj" for n in numbers],
        "emergency": [f"/search/?q=he+is+not+breathing+{n}" for n in numbers],
        "emergency, named": [f"/search/?q=stroke+{n}" for n in numbers],
        "crisis": [f"/search/?q=i+want+to+end+my+life+{n}" for n in numbers],
        "Spanish": [f"/search/?q=me+duele+la+cabeza+{n}" for n in numbers],
        "emergency in Spanish": [f"/search/?q=no+puedo+respirar+{n}" for n in numbers],
        "suggestions": [f"/search/suggestions/?q={start}" for start in starts],
        "suggestions, mistyped": [f"/search/suggestions/?q={misspell(word)}" for word in words],
        "finder, nothing chosen": ["/finder/"],
        **{f"finder, {count} chosen": choose(chosen, count, rounds) for count in (1, 5, 12)},
        "finder, typed": [f"/finder/?q={word}+{n}" for n, word in enumerate(words)],
        "finder, all symptoms": [f"/finder/?system=all&page={n + 1}" for n in numbers],
    }


def misspell(word: str) -> str:
    """A word with its second and third letters swapped."""
    return word[0] + word[2] + word[1] + word[3:]


def choose(slugs: list[str], count: int, rounds: int) -> list[str]:
    addresses = []
    for start in range(0, count * rounds, count):
        some = slugs[start : start + count] or slugs[:count]
        addresses.append(f"/finder/?{'&'.join(f's={slug}' for slug in some)}")
    return addresses


def split(handler: WSGIHandler, addresses: list[str], rounds: int) -> tuple[float, float, int]:
    """Median ms in the driver, ms of the server, and the most queries of one request."""
    driver: list[float] = []
    most = 0
    ask(handler, addresses[0])  # so that the connection is an old one
    before = read_server_seconds()
    for number in range(rounds):
        watch = Stopwatch()
        fetch = watch.wrap("queries", queries._fetch_rows)
        with (
            connection.execute_wrapper(watch.execute),
            patch.object(queries, "_fetch_rows", fetch),
        ):
            measure(handler, addresses[number % len(addresses)])
        driver.append(watch.spent["queries"] * 1000)
        most = max(most, watch.asked)
    server = 1000 * (read_server_seconds() - before) / rounds
    return median(driver), server, most


def read_server_seconds() -> float:
    """The CPU time of the server process of this connection; 0 on SQLite, which has none."""
    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    pid = connection.connection.get_backend_pid()
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
