"""How long cold pages take while 20,000 pages are imported, on both engines.

    python -m benchmarks.busy FOLDER [PAGES]

FOLDER holds the files that ``shared/data/README.md`` describes. Pages are asked for in a drawn
order by four connections, first while nothing else happens, then until the import has ended.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.load import Result
from benchmarks.serving import OTHER_CORE, ROOT, Build, load, serve
from tests.servers import postgresql

PAGES = 2_000
QUIET_SECONDS = 20
PART_SECONDS = 10  # the import is watched in parts of so many seconds
FILES = ("scale_causes.jsonl.gz", "scale_pages.jsonl.gz")


def main(folder: Path, pages: int = PAGES) -> None:
    os.sched_setaffinity(0, {OTHER_CORE})
    print("| engine | | requests | p50, ms | p99, ms | p99 of the slowest part |")
    print("|---|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        measure("SQLite", f"sqlite:///{directory}/db.sqlite3", folder, pages)
    with postgresql() as database:
        measure("PostgreSQL", database, folder, pages)


def measure(engine: str, database: str, folder: Path, pages: int) -> None:
    build = Build(ROOT, database)
    addresses = json.loads(build.run("bench_fill", str(pages)))["symptom"]
    random.Random(18).shuffle(addresses)
    build.run("benchmarks.imports", "begin")
    with serve(build, workers=2, PAGE_STORE="0") as server:
        load(server, addresses[:100])
        print_line(engine, "alone", [load(server, addresses, seconds=QUIET_SECONDS)])
        parts = []
        for name in FILES:
            importer = start_import(build, folder / name)
            while importer.poll() is None:
                parts.append(load(server, addresses, seconds=PART_SECONDS))
            if importer.returncode:
                raise RuntimeError(f"The import of {name} failed.")
        print_line(engine, "during the import", parts)


def start_import(build: Build, file: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "benchmarks.imports", "bring", str(file), "open-data"]
    return subprocess.Popen(
        command, cwd=ROOT, env=build.get_environment(), stdout=subprocess.DEVNULL
    )


def print_line(engine: str, when: str, parts: list[Result]) -> None:
    count = sum(part.requests for part in parts)
    p50 = sum(part.p50 * part.requests for part in parts) / count
    p99 = sum(part.p99 * part.requests for part in parts) / count
    slowest = max(part.p99 for part in parts)
    cells = [engine, when, f"{count:,}", *(f"{1000 * value:.1f}" for value in (p50, p99, slowest))]
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
