"""How long imports take, in how much memory, beside a bare load of every row that they left.

    python -m benchmarks.imports scale FOLDER    18,836 symptoms and 253,320 edges, on both engines
    python -m benchmarks.imports open FOLDER     ontology, pages, articles, MedlinePlus; each twice

FOLDER holds the files that ``shared/data/README.md`` describes. Nobody clinical has read any of it.
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.__main__ import run_module
from tests.servers import postgresql

FILES = {
    "scale": [("scale_causes.jsonl.gz", "open-data"), ("scale_pages.jsonl.gz", "open-data")],
    "open": [
        ("symp.obo.gz", "obo"),
        ("causes_open.jsonl.gz", "open-data"),
        ("symptom_pages_open.jsonl.gz", "open-data"),
        ("articles.jsonl.gz", "open-data"),
        ("mplus_topics_en_reconstructed_dev.xml.gz", "medlineplus"),
        ("mplus_topics_2012-07-21_official_sample.xml", "medlineplus"),
    ],
}
EXCLUDED_TABLES = (
    "django_",
    "auth_",
    "sqlite_",
    "account_",
    "mfa_",
    "articles_search",
    "reviews_signedwords_",
)


def main(site: str, folder: str) -> None:
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        measure("SQLite", f"sqlite:///{directory}/db.sqlite3", site, folder)
    with postgresql() as database:
        measure("PostgreSQL", database, site, folder)


def measure(engine: str, database: str, site: str, folder: str) -> None:
    print(
        f"\n{engine}\n\n| file | seconds | records/s | peak memory | what came"
        " |\n|---|---:|---:|---:|---|",
        flush=True,
    )
    run_module("benchmarks.imports", "begin", database=database)
    spent = 0.0
    times = 1 if site == "scale" else 2
    for name, format in FILES[site]:
        for _ in range(times):
            run = json.loads(
                run_module(
                    "benchmarks.imports",
                    "bring",
                    str(Path(folder) / name),
                    format,
                    database=database,
                )
            )
            spent += run["seconds"]
            rate = run["records"] / run["seconds"]
            summary = ", ".join(
                f"{number:,} {what}" for what, number in sorted(run["counts"].items())
            )
            cells = [
                name,
                f"{run['seconds']:.1f}",
                f"{rate:,.0f}",
                f"{run['peak']:,.0f} MB",
                summary,
            ]
            print(f"| {' | '.join(cells)} |", flush=True)
    if site == "scale":
        bare = json.loads(run_module("benchmarks.imports", "bare", database=database))
        times, rate = spent / bare["seconds"], bare["rows"] / spent
        print(
            f"\nA bare load of the {bare['rows']:,} rows that are there: {bare['seconds']:.1f} s."
        )
        print(
            f"The imports took {spent:.1f} s, {times:.1f} times as long: {rate:,.0f} rows/s.",
            flush=True,
        )


def prepare_database() -> dict:
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("importer")
    return {}


def run_import(path: str, format: str) -> dict:
    from django.contrib.auth.models import User

    from articles.imports import formats
    from articles.imports.plan import plan_import

    owner, begun = User.objects.get(username="importer"), measure_processor()
    asked = {"reader": formats.get(format), "format": format, "source": "benchmark", "by": owner}
    with plan_import(Path(path), **asked) as plan:
        records = sum(sum(verdicts.values()) for verdicts in plan.counts.values())
        counts = {}
        for kind, verdicts in plan.counts.items():
            counts.update((f"{kind} {what}", number) for what, number in verdicts.items())
        counts |= {str(what): number for what, number in plan.finding_counts.items()}
        if plan.write_count:
            counts |= {
                name: n for name, n in plan.apply().counts.items() if name.startswith("dangling")
            }
    seconds = measure_processor() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "records": records, "peak": peak, "counts": counts}


def measure_processor() -> float:
    """Seconds of the processor so far: of this process, and of its PostgreSQL if it is here."""
    from django.db import connection

    seconds = time.process_time()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
        fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def measure_bare_load() -> dict:
    """Every row of every table of ours, loaded into copies of these tables with their keys, indexes
    and checks.
    """
    from django.db import connection

    tables = [
        name
        for name in connection.introspection.table_names()
        if not name.startswith(EXCLUDED_TABLES)
    ]
    load = _load_postgresql if connection.vendor == "postgresql" else _load_sqlite
    rows, seconds = load(connection, tables)
    return {"rows": rows, "seconds": seconds}


def _load_sqlite(connection, tables: list[str]) -> tuple[int, float]:
    import sqlite3

    marks = ", ".join("?" * len(tables))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN"
            f" ({marks}) AND type IN ('table', 'index') ORDER BY type DESC".replace("?", "%s"),
            tables,
        )
        made = cursor.fetchall()
        data = {}
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            data[table] = cursor.fetchall()
    with (
        tempfile.TemporaryDirectory() as directory,
        sqlite3.connect(f"{directory}/bare.sqlite3") as copy,
    ):
        for _, _, statement in made:
            copy.execute(statement)
        copy.commit()
        begun = time.process_time()
        for table, rows in data.items():
            if rows:
                copy.executemany(
                    f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows
                )
        copy.commit()
        return sum(map(len, data.values())), time.process_time() - begun


def _load_postgresql(connection, tables: list[str]) -> tuple[int, float]:
    with connection.cursor() as cursor, tempfile.TemporaryDirectory() as directory:
        files = {}
        for table in tables:
            files[table] = Path(directory) / table
            with files[table].open("wb") as file:
                cursor.copy_expert(f"COPY {table} TO STDOUT", file)
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        total, begun = 0, measure_processor()
        for table, path in files.items():
            with path.open("rb") as file:
                cursor.copy_expert(f"COPY bare_{table} FROM STDIN", file)
            total += cursor.rowcount
        return total, measure_processor() - begun


def run_step(step: str, *arguments: str) -> dict:
    """One deed in this process, which has a database of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django

    django.setup()
    return {"begin": prepare_database, "bring": run_import, "bare": measure_bare_load}[step](
        *arguments
    )


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in ("begin", "bring", "bare"):
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main(*sys.argv[1:])
