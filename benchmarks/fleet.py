"""Signature to visible, withdrawal to gone, through two processes, a replica and a CDN.

``python -m benchmarks.fleet [ROUNDS]``: 100 by default, some 15 seconds each. It needs varnish.
"""

import os
import subprocess
import sys

from tests.servers import postgresql


def main(rounds: str = "100") -> int:
    with postgresql() as database:
        environment = os.environ | {"DATABASE_URL": database, "FLEET_ROUNDS": rounds}
        command = [sys.executable, "-m", "pytest", "-q", "-s", "tests/config/test_fleet.py"]
        return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
