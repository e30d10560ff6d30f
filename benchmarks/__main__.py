"""How fast pages are served, beside bare views of Django: what `make bench` runs.

    make bench BENCH="[--pages N] [--before FOLDER] [--keep FOLDER] [--engine sqlite|postgresql]"

The server has one core, the load generator the other, with PostgreSQL and the publisher. With
``--before``, the build in that folder fills the databases and is measured first; then they are
migrated, and this build is measured. ``--keep`` is where the databases stay for the next run.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Result
from benchmarks.serving import OTHER_CORE, ROOT, Build, PinnedServer, load, serve
from tests.servers import postgresql

PAGES = 20_000
FEW_PAGES = 1_000
DRAWN = 400  # addresses of a view that is rendered for each request, each asked for once
REPEATED = 4_000  # requests of a view that is not
STAFF_REQUESTS = 20
MIXED_SECONDS = 60  # of warming up, and then of measuring
MIXED_CONNECTIONS = 8
FILLING = "config/management/commands/fill_page_store.py"
WARM_PATH = "/symptoms/facial-spasms/"
BARE, BARE_QUERY, WARM = "bare view", "bare view with one query", "symptom page, warm"
MIXED = ("mixed, 2 workers", "mixed, 2 workers, after fill_page_store")
BROTLI = {"Accept-Encoding": "br"}
WORDS = ("burning", "cramp", "dull ache", "fever", "itching rash", "lump", "numb", "swelling")


@dataclass(frozen=True)
class Line:
    """One measured view: requests a second, milliseconds of processor time and bytes of each."""

    name: str
    beside: str
    rate: float
    cpu: float
    size: float
    p99: float
    memory: float


class Bench:
    """The lines of one build over one database, each printed when it is measured."""

    def __init__(self, build: Build, addresses: dict[str, list[str]], size: int):
        self.build, self.addresses, self.size = build, addresses, size
        self.lines: dict[str, Line] = {}
        self.draw = random.Random(18)

    @contextmanager
    def serve(self, **more: str) -> Iterator[PinnedServer]:
        with serve(self.build, BARE_SIZE=str(self.size), **more) as server:
            yield server

    def measure(
        self, name: str, server: PinnedServer, paths: list[str], *, beside: str = "", **how
    ) -> Line:
        before = server.read_cpu_seconds()
        result = load(server, paths, **how)
        cpu = 1000 * (server.read_cpu_seconds() - before) / result.requests
        return self.add(name, result, cpu, server.read_memory(), beside or BARE_QUERY)

    def add(self, name: str, result: Result, cpu: float, memory: float, beside: str) -> Line:
        size = result.bytes / result.requests
        line = Line(name, beside, result.rate, cpu, size, 1000 * result.p99, memory)
        self.lines[name] = line
        print_line(line, self.lines.get(beside, line))
        return line

    def draw_addresses(self, kind: str, count: int = DRAWN) -> list[str]:
        found = self.addresses[kind]
        return self.draw.sample(found, min(count, len(found)))

    def run(self, *, short: bool = False) -> None:
        """All lines; ``short``: those that say whether more pages cost more."""
        keys = [f"/bare/{key}/" for key in range(1, 41)]
        print(HEAD, flush=True)
        with self.serve() as server:
            for path in ("/bare/", keys[0], WARM_PATH):
                load(server, [path] * 500)
            self.measure(BARE, server, ["/bare/"] * REPEATED, beside=BARE)
            self.measure(BARE_QUERY, server, keys * 50, beside=BARE_QUERY)
            self.measure(WARM, server, [WARM_PATH] * REPEATED, beside=BARE)
            if not short:
                br = [WARM_PATH] * REPEATED
                self.measure("the same, brotli", server, br, beside=BARE, headers=BROTLI)
        self.measure_cold(short=short)
        if not short:
            self.measure_views()
            self.measure_staff()
            self.measure_mixed()

    def measure_cold(self, *, short: bool) -> None:
        with self.serve(PAGE_STORE="0") as server:
            drawn = self.draw_addresses("symptom")
            self.measure("symptom page, rendered", server, drawn)
            if not short:
                br = self.draw_addresses("symptom")
                self.measure("the same, brotli, rendered", server, br, headers=BROTLI)
        stored = self.draw_addresses("symptom", 2 * DRAWN)
        with self.serve() as server:
            load(server, stored)
        with self.serve() as server:
            self.measure("symptom page, new worker, stored", server, stored)

    def measure_views(self) -> None:
        with self.serve(PAGE_STORE="0") as server:
            for kind in ("cause", "history", "topic", "A–Z"):
                self.measure(f"{kind}, rendered", server, self.draw_addresses(kind))
            searches = list_searches()
            self.measure("search", server, searches)
            chosen = [path.split("/")[2] for path in self.draw_addresses("symptom", 200)]
            self.measure("finder", server, [f"/finder/?s={slug}" for slug in chosen])

    def measure_staff(self) -> None:
        cookie = {"Cookie": self.build.run("bench_session")}
        forms = self.draw_addresses("form", STAFF_REQUESTS)
        with self.serve() as server:
            load(server, forms[:2], headers=cookie)
            self.measure("editor's form, 12 causes", server, forms, headers=cookie)
            for name, path in (("list", "/admin/symptoms/symptom/"), ("home", "/admin/")):
                self.measure(name, server, [path] * STAFF_REQUESTS, headers=cookie)

    def measure_mixed(self) -> None:
        """Two workers, addresses by Zipf (s = 1), and one publication a second.

        Once with an empty store, as after a deployment, and once with one that was filled.
        """
        addresses = self.draw_addresses("symptom", len(self.addresses["symptom"]))
        weights = [1 / rank for rank in range(1, len(addresses) + 1)]
        paths = self.draw.choices(addresses, weights, k=200_000)
        how = {"connections": MIXED_CONNECTIONS, "headers": BROTLI, "seconds": MIXED_SECONDS}
        with self.serve_by_two() as server:
            load(server, [WARM_PATH] * 1000, headers=BROTLI)
            warm = [WARM_PATH] * 2 * REPEATED
            two = "symptom page, warm, 2 workers, brotli"
            self.measure(two, server, warm, beside=BARE, connections=8, headers=BROTLI)
        has_filling = (self.build.root / FILLING).exists()  # not so in builds of before
        for name in MIXED[: 1 + has_filling]:
            if has_filling:
                self.build.run("manage", "purge_page_store", "--all")
            if "fill" in name:
                print(f"\n{self.build.run('manage', 'fill_page_store', '--share', '100')}\n")
            with self.serve_by_two() as server, self.publish():
                load(server, paths[:100_000], **how)
                self.measure(name, server, paths[100_000:], beside=two, **how)

    @contextmanager
    def serve_by_two(self) -> Iterator[PinnedServer]:
        with serve(self.build, workers=2, BARE_SIZE=str(self.size)) as server:
            yield server

    @contextmanager
    def publish(self) -> Iterator[None]:
        """Publish a change of a page each second. Raises RuntimeError if that stopped."""
        process = subprocess.Popen(
            [sys.executable, "-m", "bench_publish", "18"],
            cwd=self.build.root,
            env=self.build.get_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield
            if process.poll() is not None:
                raise RuntimeError("The publisher stopped.")
        finally:
            process.terminate()
            printed, _ = process.communicate()
        print(f"\n{len(printed.splitlines())} publications meanwhile.\n", flush=True)


def list_searches() -> list[str]:
    """Searches of one or two words with a number, which is another one each time."""
    searches = []
    for word in WORDS:
        searches += [f"/search/?q={word.replace(' ', '+')}+{number}" for number in range(25)]
    return searches


HEAD = """
| view | requests/s | CPU, ms | bytes | p99, ms | worker, MB | × rate | × CPU | of |
|---|---:|---:|---:|---:|---:|---:|---:|---|"""


def print_line(line: Line, beside: Line) -> None:
    cells = [line.name, f"{line.rate:,.0f}", f"{line.cpu:.2f}", f"{line.size:,.0f}"]
    cells += [f"{line.p99:.1f}", f"{line.memory:,.0f}", f"{line.rate / beside.rate:.2f}"]
    cells += [f"{line.cpu / beside.cpu:.2f}" if beside.cpu else "", beside.name]
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    options = read_options()
    os.sched_setaffinity(0, {OTHER_CORE})  # PostgreSQL and all that is started here too
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores")
    for engine in options.engine or ("sqlite", "postgresql"):
        with open_database(engine, options.keep) as database:
            measure_engine(engine, database, options)
        with open_database(engine, None) as database:
            measure_editors(engine, database)


@contextmanager
def open_database(engine: str, kept: Path | None) -> Iterator[str]:
    """The URL of an empty database, or of the one that was kept."""
    with tempfile.TemporaryDirectory(prefix="countersign-") as temporary:
        if engine == "sqlite":
            yield f"sqlite:///{kept or temporary}/db.sqlite3"
        else:
            with postgresql(kept and kept / "postgresql") as database:
                yield database


def measure_engine(engine: str, database: str, options: argparse.Namespace) -> None:
    now = Build(ROOT, database)
    first = Build(options.before.resolve(), database) if options.before else now
    if not options.before and not options.keep:
        print(f"\n## {engine}, {FEW_PAGES:,} pages", flush=True)
        measure_build(now, FEW_PAGES, short=True)
    for build in dict.fromkeys((first, now)):
        which = "" if first is now else ", this build" if build is now else ", the build before"
        print(f"\n## {engine}, {options.pages:,} pages{which}", flush=True)
        measure_build(build, options.pages)


def measure_editors(engine: str, database: str) -> None:
    """Print what an editor waits for, in a process of its own and without a server around it."""
    print(f"\n{engine}: the form of a symptom of 12 causes and 18 related symptoms\n")
    print("| deed | CPU ms | queries | bytes |\n|---|---:|---:|---:|")
    for action, (milliseconds, queries, size) in json.loads(
        run_module("benchmarks.editors", database=database)
    ).items():
        print(f"| {action} | {milliseconds:.0f} | {queries} | {size:,} |", flush=True)


def measure_build(build: Build, pages: int, *, short: bool = False) -> None:
    addresses = json.loads(build.run("bench_fill", str(pages)))
    with serve(build) as server:
        result = load(server, [WARM_PATH])
    Bench(build, addresses, round(result.bytes / result.requests)).run(short=short)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--before", type=Path, help="the folder of the build to compare with")
    parser.add_argument("--keep", type=Path, help="where databases stay for the next run")
    parser.add_argument("--engine", action="append", choices=("sqlite", "postgresql"))
    return parser.parse_args()


def run_module(module: str, *arguments: str, database: str = "") -> str:
    """What a module of ours prints last when it runs in a process of its own."""
    env = os.environ | (
        {"DATABASE_URL": database, "DEMO_PASSWORD": "not-needed"} if database else {}
    )
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()[-1]


if __name__ == "__main__":
    main()
