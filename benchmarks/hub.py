"""The admin, the desk and the public pages of a symptom with 2,474 causes.

Run it with `python -m benchmarks.hub [PAGES]`.

On SQLite and PostgreSQL, each in a process of its own, on an empty database that it fills first:
with the demonstration, the hub, and as many signed symptoms beside it as PAGES says (18,836 are
those of a large ontology).
"""

import os
import subprocess
import sys
import tempfile

from tests.servers import ROOT, postgresql

PAGES = 2_000


def main(pages: int = PAGES) -> None:
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        measure(f"sqlite:///{directory}/db.sqlite3", pages)
    with postgresql() as database:
        measure(database, pages)


def measure(database: str, pages: int) -> None:
    env = os.environ | {"DATABASE_URL": database, "DEMO_PASSWORD": "not-needed"}
    subprocess.run(
        [sys.executable, "-m", "benchmarks.hub_tables", str(pages)], cwd=ROOT, env=env, check=True
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
