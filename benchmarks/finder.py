"""The finder over 18,836 symptoms that name 253,320 causes, on SQLite and PostgreSQL.

Run it with `python -m benchmarks.finder`.

The path of a gzipped file may follow, with lines like {"causes": [{"id": "A:1", "f": [5, 29]}]}:
its graph of symptoms and causes is taken. Without it, one of the same shape is made up. Some
minutes an engine.
"""

import os
import subprocess
import sys
import tempfile

from tests.servers import ROOT, postgresql


def main(*arguments: str) -> None:
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        measure(f"sqlite:///{directory}/db.sqlite3", arguments)
    with postgresql() as database:
        measure(database, arguments)


def measure(database: str, arguments: tuple[str, ...]) -> None:
    """In a process of its own, on an empty database."""
    env = os.environ | {"DATABASE_URL": database, "DEMO_PASSWORD": "not-needed"}
    subprocess.run(
        [sys.executable, "-m", "benchmarks.rank", *arguments], cwd=ROOT, env=env, check=True
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
