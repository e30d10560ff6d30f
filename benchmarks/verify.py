"""How long `verify_ledger` takes over a long ledger, and how much memory.

Run it with `python -m benchmarks.verify [ENTRIES]`.
"""

import os
import platform
import sys
import tempfile

from benchmarks.__main__ import run_module
from tests.servers import postgresql

ENTRIES = 100_000
PAGES = 2_000


def main(entries: int) -> None:
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores")
    print(
        f"{entries:,} entries over {min(PAGES, entries):,} symptom pages, each signed again and"
        " again\n"
    )
    print("| engine | verified in | entries/s | queries | peak memory | of which an empty site |")
    print("|---|---:|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        measure("SQLite", f"sqlite:///{directory}/db.sqlite3", entries)
    with postgresql() as database:
        measure("PostgreSQL", database, entries)


def measure(engine: str, database: str, entries: int) -> None:
    """Fill a database and verify it, in a process each, so that the memory is that of verifying
    alone.
    """
    run_module("benchmarks.ledger", "migrate", database=database)
    _, empty, _ = run_module("benchmarks.ledger", "verify", database=database).split()
    run_module("benchmarks.ledger", "fill", str(entries), str(PAGES), database=database)
    measured = run_module("benchmarks.ledger", "verify", database=database).split()
    seconds, peak, queries = map(float, measured)
    rate, least = entries / seconds, float(empty)
    print(
        f"| {engine} | {seconds:,.0f} s | {rate:,.0f} | {queries:,.0f} | {peak:,.0f} MB |"
        f" {least:,.0f} MB |",
        flush=True,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else ENTRIES)
