"""How long `export_archive` and `import_archive` take, and in how much memory.

Run it with `python -m benchmarks.archives [PAGES]`. Seconds are of the processor, the server's own
process of the connection included. Run it in the folder of another build to compare.
"""

import json
import os
import resource
import sys
import tempfile
from pathlib import Path

from benchmarks.__main__ import run_module
from benchmarks.imports import measure_processor
from tests.servers import postgresql

PAGES = 20_000


def main(count: int) -> None:
    print("| engine | pages | export | peak memory | import | peak memory |")
    print("|---|---:|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        source, target = (f"sqlite:///{directory}/{name}.sqlite3" for name in ("full", "empty"))
        measure("SQLite", source, target, count)
    with postgresql() as source, postgresql() as target:
        measure("PostgreSQL", source, target, count)


def measure(engine: str, source: str, target: str, count: int) -> None:
    """Each step in a process of its own, so that the memory is that of the step alone."""
    run_module("benchmarks.fill", str(count), database=source)
    run_module("benchmarks.archives", "migrate", database=target)
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        folder = str(Path(directory) / "archive")
        cells = [engine, f"{count:,}"]
        for step, database in (("export", source), ("import", target)):
            run = json.loads(run_module("benchmarks.archives", step, folder, database=database))
            cells += [f"{run['seconds']:,.1f} s", f"{run['peak']:,.0f} MB"]
    print(f"| {' | '.join(cells)} |", flush=True)


def run_step(step: str, *arguments: str) -> dict:
    """One step in this process, which has a database of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django

    django.setup()
    from django.core.management import call_command

    if step == "migrate":
        call_command("migrate", verbosity=0)
        return {}
    begun = measure_processor()
    call_command(f"{step}_archive", *arguments, no_progress=True, stdout=sys.stderr)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": measure_processor() - begun, "peak": peak}


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in ("migrate", "export", "import"):
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else PAGES)
