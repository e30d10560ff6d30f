"""How long `export_site` takes, first and again, and in how much memory.

Run it with `python -m benchmarks.export [PAGES]`.
"""

import json
import os
import resource
import sys
import tempfile
import time

from benchmarks.__main__ import run_module
from tests.servers import postgresql

PAGES = 2_000


def main(count: int) -> None:
    print("| engine | site | files | first run | files/s | second run | files/s | peak memory |")
    print("|---|---|---:|---:|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        measure("SQLite", f"sqlite:///{directory}/db.sqlite3", count)
    with postgresql() as database:
        measure("PostgreSQL", database, count)


def measure(engine: str, database: str, count: int) -> None:
    """Export the demonstration, and then as many pages more, each time in a process of its own."""
    site = "the demonstration"
    for pages in (0, count):
        if pages:
            site = f"and {pages:,} symptoms"
            run_module("benchmarks.fill", str(pages), database=database)
        else:
            run_module("benchmarks.export", "demo", database=database)
        with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
            first, again = (
                json.loads(run_module("benchmarks.export", "run", directory, database=database))
                for _ in "12"
            )
        rates = [
            f"{run['seconds']:.1f} s | {run['files'] / run['seconds']:,.0f}"
            for run in (first, again)
        ]
        peak = max(first["peak"], again["peak"])
        print(
            f"| {engine} | {site} | {first['files']:,} | {' | '.join(rates)} | {peak:,.0f} MB |",
            flush=True,
        )


def run_step(step: str, *arguments: str) -> dict:
    """One deed in this process, which has a database of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    os.environ["STATICFILES_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    if step == "demo":
        call_command("migrate", verbosity=0)
        call_command("load_demo", verbosity=0)
        return {}
    settings.STATIC_ROOT = settings.BASE_DIR / "static"
    directory, begun = arguments[0], time.perf_counter()
    call_command("export_site", directory, site_url="https://example.org", stdout=sys.stderr)
    seconds = time.perf_counter() - begun
    files = sum(len(names) for _, _, names in os.walk(directory))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "files": files, "peak": peak}


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in ("demo", "run"):
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else PAGES)
