"""How long `verify_ledger` takes over a long ledger, and how much memory; what an event costs.

Run it with `python -m benchmarks.verify [ENTRIES]`. Seconds of verifying are of the processor, the
server's own process of the connection included. Afterwards it appends entries and events.
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
    print("| engine | processor | entries/s | queries | peak memory | of which an empty site |")
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
    print(f"\n{engine}: {measure_appends(database)}\n", flush=True)


def measure_appends(database: str) -> str:
    """What an event costs against an entry of the ledger, in one run over one database."""
    times = run_module("benchmarks.ledger", "append", "500", database=database).split()
    entry, event, many, unchanged = map(float, times)
    seconds, queries, events = run_module("benchmarks.ledger", "roll", database=database).split()
    return (
        f"an entry {entry:.1f} ms; an event alone {event / entry:.2f} of that, among 500 at once "
        f"{many / entry:.2f}, and a row that has its event already {unchanged / entry:.2f}. "
        f"A new copyright year on {int(events):,} pages: {float(seconds):.1f} s, {queries} queries."
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else ENTRIES)
