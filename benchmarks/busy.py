"""How long cold pages take while 20,000 pages are imported, on both engines.

    python -m benchmarks.busy FOLDER [PAGES] [RECORDS] [DATABASE_URL]

FOLDER holds the files that ``shared/data/README.md`` describes, of which so many RECORDS are
imported (0: all). PAGES are filled, and asked for in a drawn order by four connections, none twice
until all have been: first while nothing else happens, then until the import has ended. The store is
on, so that whoever renders a page meets the locks of the import. Without DATABASE_URL, a database
of either engine is filled.
"""

import gzip
import itertools
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.load import Result
from benchmarks.serving import OTHER_CORE, ROOT, Build, PinnedServer, load, serve
from tests.servers import postgresql

PAGES = 2_000
QUIET_SECONDS = 20
PART_SECONDS = 10  # the import is watched in parts of so many seconds
FILES = ("scale_causes.jsonl.gz", "scale_pages.jsonl.gz")


def main(folder: Path, pages: int = PAGES, records: int = 0, database: str = "") -> None:
    os.sched_setaffinity(0, {OTHER_CORE})
    print("| engine | | requests | p50, ms | p99, ms | p99 of the slowest part | stored |")
    print("|---|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        files = [cut_file(folder / name, Path(directory), records) for name in FILES]
        if database:
            measure(database, files, pages)
            return
        measure(f"sqlite:///{directory}/db.sqlite3", files, pages)
        with postgresql() as database:
            measure(database, files, pages)


def cut_file(file: Path, directory: Path, records: int) -> Path:
    """The first records of a file of JSON lines."""
    if not records:
        return file
    cut = directory / file.name
    with gzip.open(file, "rt") as lines, gzip.open(cut, "wt") as output:
        output.writelines(itertools.islice(lines, records))
    return cut


def measure(database: str, files: list[Path], pages: int) -> None:
    engine = database.partition(":")[0]
    build = Build(ROOT, database)
    addresses = build.read("bench_fill", str(pages))["symptom"]
    random.Random(18).shuffle(addresses)
    build.run("benchmarks.imports", "begin")
    with serve(build, workers=2) as server:
        cold = ColdPages(build, server, addresses)
        cold.ask(2)
        print_line(engine, "alone", [cold.ask(QUIET_SECONDS)], cold.count_stored())
        parts = []
        for file in files:
            importer = start_import(build, file)
            while importer.poll() is None:
                parts.append(cold.ask(PART_SECONDS))
            if importer.returncode:
                raise RuntimeError(f"The import of {file} failed.")
        print_line(engine, "during the import", parts, cold.count_stored())


class ColdPages:
    """Pages that are asked for in turn, so that none is in a memory or store yet."""

    def __init__(self, build: Build, server: PinnedServer, addresses: list[str]) -> None:
        self.build, self.server, self.addresses = build, server, addresses
        self.stored = 0

    def ask(self, seconds: float) -> Result:
        result = load(self.server, self.addresses, seconds=seconds)
        asked = min(result.requests, len(self.addresses))
        self.addresses = self.addresses[asked:] + self.addresses[:asked]
        return result

    def count_stored(self) -> int:
        """How many pages were stored since it was asked last."""
        before, self.stored = self.stored, self.build.read("bench_sizes")["rows"]
        return self.stored - before


def start_import(build: Build, file: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "benchmarks.imports", "bring", str(file), "open-data"]
    return subprocess.Popen(
        command, cwd=ROOT, env=build.get_environment(), stdout=subprocess.DEVNULL
    )


def print_line(engine: str, when: str, parts: list[Result], stored: int) -> None:
    count = sum(part.requests for part in parts)
    p50 = sum(part.p50 * part.requests for part in parts) / count
    p99 = sum(part.p99 * part.requests for part in parts) / count
    slowest = max(part.p99 for part in parts)
    cells = [engine, when, f"{count:,}", *(f"{1000 * value:.1f}" for value in (p50, p99, slowest))]
    print(f"| {' | '.join(cells)} | {stored:,} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:4]), *sys.argv[4:])
