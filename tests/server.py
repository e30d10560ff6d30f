"""A real gunicorn over a given database, as it serves in life, on a free port; gone afterwards."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Server:
    port: int
    log: Path

    def get(self, path: str) -> int:
        """The status of a page, asked for over a connection of its own."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=120)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def list_worker_pids(self) -> list[str]:
        """The process that answered each request so far."""
        return self.log.read_text().split()


def get_database_url(connection) -> str:
    """The DATABASE_URL of the database that this process is connected to."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    host = values["OPTIONS"].get("host") or values["HOST"]
    return f"postgresql://{quote(values['USER'])}:{quote(values['PASSWORD'])}@/{values['NAME']}?host={host}"


@contextmanager
def run_gunicorn(
    database: str,
    *,
    workers: int = 2,
    threads: int = 4,
    log: bool = True,
    access_log: Path | None = None,
    **environment: str,
) -> Iterator[Server]:
    """Serve a database until the block ends. Raises RuntimeError, with what it printed, where it
    does not start.

    ``access_log`` takes what operators would keep, in place of the log of who answered.
    """
    with (
        tempfile.TemporaryDirectory(prefix="countersign-") as directory,
        socket.socket() as listener,
    ):
        listener.bind((HOST, 0))
        listener.listen(128)
        served, errors = Path(directory, "served"), Path(directory, "errors")
        options = [
            "--workers",
            workers,
            "--worker-class",
            "gthread",
            "--threads",
            threads,
            "--no-control-socket",
        ]
        log_options = ["--access-logfile", served, "--access-logformat", "%(p)s"] if log else []
        log_options = ["--access-logfile", access_log] if access_log else log_options
        # The socket is handed over, so that nobody can take the port meanwhile.
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "config.wsgi",
            "--bind",
            f"fd://{listener.fileno()}",
            *options,
            *log_options,
            "--log-level",
            "warning",
        ]
        own = {
            "DATABASE_URL": database,
            "SECRET_KEY": "only-for-this-server",
            "BUILD": "test",
            "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        }
        with errors.open("w") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=ROOT,
                env=os.environ | own | environment,
                pass_fds=[listener.fileno()],
                stdout=output,
                stderr=output,
            )
        server = Server(listener.getsockname()[1], served)
        try:
            _wait_until_ready(server, process, errors)
            yield server
        finally:
            process.terminate()
            process.wait(120)


def _wait_until_ready(server: Server, process: subprocess.Popen, errors: Path) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            break
        try:
            if server.get("/healthz") == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{errors.read_text()}")
