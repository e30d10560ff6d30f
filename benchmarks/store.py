"""The page store with many pages: memory of a worker, size, start of another worker, and events.

    python -m benchmarks.store [PAGES] [ASKED] [DATABASE_URL …]

PAGES (20,000) are signed pages, of which ASKED (all of them) are asked for in brotli, each once, of
one worker. Without DATABASE_URL, a database of either engine is filled. Processor time is that of
the worker.
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.serving import OTHER_CORE, ROOT, Build, load, serve
from benchmarks.serving import PinnedServer as Server
from tests.servers import postgresql

PAGES = 20_000
PARTS = 10  # in which pages are asked for, with the memory after each
BROTLI = {"Accept-Encoding": "br"}


def main(pages: int, asked: int, databases: list[str]) -> None:
    os.sched_setaffinity(0, {OTHER_CORE})
    if databases:
        for database in databases:
            measure(database, pages, asked)
        return
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        measure(f"sqlite:///{Path(directory, 'db.sqlite3')}", pages, asked)
    with postgresql() as database:
        measure(database, pages, asked)


def measure(database: str, pages: int, asked: int) -> None:
    build = Build(ROOT, database)
    paths = read_addresses(build, pages)
    random.Random(18).shuffle(paths)
    paths = paths[:asked]
    print(f"\n{database.partition(':')[0]}, {pages:,} pages, {len(paths):,} addresses\n")
    print("| worker | pages | CPU, ms a page | memory, MB |\n|---|---:|---:|---:|")
    build.run("manage", "purge_page_store", "--all")
    with serve(build) as server:
        print_line("renders, and stores", 0, 0.0, server)
        ask_all("renders, and stores", server, paths)
    print_sizes(build)
    before = time.perf_counter()
    with serve(build) as server:
        load(server, paths[:1], connections=1, headers=BROTLI)
        seconds = time.perf_counter() - before
        cpu = server.read_cpu_seconds()
        ask_all("is new, reads the store", server, paths)
    print(f"\nA new worker answers its first page after {cpu:.2f} s of its processor time,")
    print(f"{seconds:.1f} s after gunicorn was started (2 of them waited by the benchmark).")
    print_events(build)
    begun = os.times()
    message = build.run("manage", "purge_page_store")
    print(f"\npurge_page_store: {message} {count_child_seconds(begun):.2f} s of processor time.")


def read_addresses(build: Build, pages: int) -> list[str]:
    return build.read("bench_fill", str(pages))["symptom"]


def ask_all(worker: str, server: Server, paths: list[str]) -> None:
    size = max(1, len(paths) // PARTS)
    for start in range(0, len(paths), size):
        part = paths[start : start + size]
        before = server.read_cpu_seconds()
        load(server, part, headers=BROTLI)
        cpu = 1000 * (server.read_cpu_seconds() - before) / len(part)
        print_line(worker, start + len(part), cpu, server)


def print_line(worker: str, count: int, cpu: float, server: Server) -> None:
    print(f"| {worker} | {count:,} | {cpu:.2f} | {server.read_memory():.0f} |", flush=True)


def print_sizes(build: Build) -> None:
    size = build.read("bench_sizes")
    print(f"\nThe store has {size['rows']:,} rows, {size['size'] / 1e6:.0f} MB by its own count,")
    print(f"{size['tables'] / 1e6:.0f} MB with its subjects and indexes in the database.\n")


def print_events(build: Build) -> None:
    found = build.read("bench_events")
    print(f"\n| event | of {found['stored']:,} stored pages go |\n|---|---:|")
    for name, count in found["gone"].items():
        print(f"| {name} | {count:,} |")


def count_child_seconds(before: os.times_result) -> float:
    after = os.times()
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PAGES
    asked = int(sys.argv[2]) if len(sys.argv) > 2 else count
    main(count, asked, sys.argv[3:])
