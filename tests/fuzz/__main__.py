"""Send all odd requests, on SQLite and on a real PostgreSQL: ``make fuzz``."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.servers import postgresql

COUNTS = {"FUZZ_PUBLIC": "10000", "FUZZ_STAFF": "2000", "FUZZ_FORMS": "2000"}


def run(database: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "tests/fuzz"]
    return subprocess.call(command, env=COUNTS | os.environ | {"DATABASE_URL": database})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        codes = [run(f"sqlite:///{Path(directory, 'db.sqlite3')}")]
    with postgresql() as address:
        codes.append(run(address))
    sys.exit(max(codes))
