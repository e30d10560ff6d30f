"""Bulk acts over 20,000 pages, on both engines: processor time, queries, memory and transactions.

    python -m benchmarks.bulk [--pages N] [--before FOLDER] [--sqlite FILE] [--postgresql FOLDER]
        [--only ACT]

Each act runs in a process of its own, over one database of each engine, in this order. Seconds are
those of the processor, the server's own included. The longest transaction is the one that held
other writers back for longest: on SQLite all of it, on PostgreSQL from its lock of an end on.
With ``--before``, the build in that folder does the same first, over a database of its own. Filled
databases may be given: they are copied, and the copies are migrated and changed.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.serving import ROOT, Build
from tests.servers import postgresql

PAGES = 20_000
ACTS = (
    "plan of 1,000",
    "plan of 500",
    "plan of 500, given out",
    "500 reviews requested",
    "recall of 500",
    "its page",
    "100 reassigned",
    "100 withdrawn",
    "20,000 filed under a topic",
    "20,000 given a notice",
    "another holder of their notice",
    "another year",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--sqlite", type=Path)
    parser.add_argument("--postgresql", type=Path)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--only", choices=ACTS, action="append")
    asked = parser.parse_args()
    builds = {"before": asked.before, "now": ROOT} if asked.before else {"now": ROOT}
    for engine in (asked.engine,) if asked.engine else ("sqlite", "postgresql"):
        filled = getattr(asked, engine)
        print(f"\n{engine}\n\n| act | build | queries | CPU, s | peak, MB | transactions |", end="")
        print(" the longest: CPU, s | statements | |\n|---|---|---:|---:|---:|---:|---:|---:|---|")
        for name, root in builds.items():
            with copy_database(engine, filled) as database:
                measure(
                    name, Build(root, database), asked.only or ACTS, 0 if filled else asked.pages
                )


@contextmanager
def copy_database(engine: str, filled: Path | None) -> Iterator[str]:
    """The URL of a database that goes afterwards, empty or with what a filled one has."""
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        if engine == "sqlite":
            target = Path(directory, "db.sqlite3")
            if filled:
                shutil.copy(filled, target)
            yield f"sqlite:///{target}"
            return
        if filled is None:
            with postgresql() as database:
                yield database
            return
        folder = Path(directory, "postgresql")
        shutil.copytree(filled, folder, symlinks=True)
        own = filled.stat()
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, own.st_uid, own.st_gid)
        Path(directory).chmod(0o755)
        with postgresql(folder) as database:
            yield database


def measure(name: str, build: Build, acts: tuple[str, ...], pages: int) -> None:
    if pages:
        build.run("bench_fill", str(pages))
    build.run("bench_bulk", "prepare")
    for act in acts:
        found = json.loads(build.run("bench_bulk", act))
        cells = [
            act,
            name,
            f"{found['queries']:,}",
            f"{found['seconds']:.1f}",
            f"{found['memory']:.0f}",
            f"{found['transactions']:,}",
            f"{found['longest']:.2f}",
            f"{found['longest_statements']:,}",
            found["notified"],
        ]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
