"""The finder over 18,836 symptoms and 253,320 causes named, on SQLite and PostgreSQL: `python -m benchmarks.finder [PAGES]`.

PAGES is a file of lines like {"slug": …, "causes": [{"id": …, "f": [5, 29]}]}, gzipped, whose graph of symptoms and causes is
taken; without it one of the same shape is made up. Some minutes an engine, most of them to write and sign the pages.
"""

import os
import subprocess
import sys
import tempfile

from tests.postgres import postgresql
from tests.server import ROOT


def main(*arguments: str) -> None:
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        measure(f"sqlite:///{directory}/db.sqlite3", arguments)
    with postgresql() as database:
        measure(database, arguments)


def measure(database: str, arguments: tuple[str, ...]) -> None:
    """In a process of its own, on an empty database."""
    env = os.environ | {"DATABASE_URL": database, "DEMO_PASSWORD": "not-needed"}
    subprocess.run([sys.executable, "-m", "benchmarks.rank", *arguments], cwd=ROOT, env=env, check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
