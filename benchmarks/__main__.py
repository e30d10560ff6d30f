"""How fast pages are served and forms are saved, next to bare ones of Django.

What `make bench` runs.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from statistics import median

from tests.servers import ROOT, Server, postgresql, run_gunicorn

PAGES = 2000
ROUNDS = 5
REQUESTS = 3000
THREADS = 4
WARM_PATH = "/symptoms/facial-spasms/"


def main() -> None:
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores,"
        f" {PAGES} pages"
    )
    print(
        f"2 gunicorn workers with 4 threads each, {THREADS} keep-alive clients, median of {ROUNDS}"
        " rounds"
    )
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        measure("SQLite", f"sqlite:///{directory}/db.sqlite3")
        measure_editors("SQLite", f"sqlite:///{directory}/editors.sqlite3")
    with postgresql() as database:
        measure("PostgreSQL", database)
    with postgresql() as database:
        measure_editors("PostgreSQL", database)


def measure(engine: str, database: str) -> None:
    """Fill a database, serve it, and print requests a second of each view, in turn so that all meet
    the same noise.
    """
    filled = json.loads(run_module("benchmarks.fill", str(PAGES), database=database))
    names = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", "BARE_SIZE": str(filled["size"])}
    rates: dict[str, list[float]] = {
        "bare view": [],
        "symptom page, warm": [],
        "symptom page, cold": [],
    }
    share = len(filled["addresses"]) // ROUNDS
    with run_gunicorn(database, log=False, **names) as server:
        for path in ("/bare/", WARM_PATH):
            measure_rate(server, [path] * 500)
        for number in range(ROUNDS):
            rates["bare view"].append(measure_rate(server, ["/bare/"] * REQUESTS))
            rates["symptom page, warm"].append(measure_rate(server, [WARM_PATH] * REQUESTS))
            # Each address once in the life of the server: no process has it on its shelf.
            rates["symptom page, cold"].append(
                measure_rate(server, filled["addresses"][number * share : (number + 1) * share])
            )
    print(f"\n{engine}: {filled['size']:,} bytes a page, {filled['cold_size']:,} a cold one\n")
    print_rates(rates)


def measure_editors(engine: str, database: str) -> None:
    """Print what an editor waits for, in a process of its own and without a server around it."""
    print(f"\n{engine}: the form of a symptom of 12 causes and 18 related symptoms\n")
    print("| deed | CPU ms | queries | bytes |\n|---|---:|---:|---:|")
    for action, (milliseconds, queries, size) in json.loads(
        run_module("benchmarks.editors", database=database)
    ).items():
        print(f"| {action} | {milliseconds:.0f} | {queries} | {size:,} |", flush=True)


def measure_rate(server: Server, paths: list[str]) -> float:
    """Requests a second of a client process that asks for these paths."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as asked:
        json.dump(paths, asked)
        asked.flush()
        return float(run_module("benchmarks.client", str(server.port), str(THREADS), asked.name))


def run_module(module: str, *arguments: str, database: str = "") -> str:
    """What a module of ours prints last when it runs in a process of its own."""
    env = os.environ | (
        {"DATABASE_URL": database, "DEMO_PASSWORD": "not-needed"} if database else {}
    )
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()[-1]


def print_rates(rates: dict[str, list[float]]) -> None:
    bare = median(rates["bare view"])
    print("| view | requests/s | slowest to fastest round | ratio to bare |")
    print("|---|---:|---:|---:|")
    for name, measured in rates.items():
        middle, spread = median(measured), f"{min(measured):,.0f} to {max(measured):,.0f}"
        print(f"| {name} | {middle:,.0f} | {spread} | {middle / bare:.2f} |", flush=True)


if __name__ == "__main__":
    main()
