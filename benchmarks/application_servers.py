"""Application servers side by side: rate, processor time, slowest hundredth, and half requests.

``python -m benchmarks.application_servers --python PATH`` serves the database of the settings by
each server, with two processes of four threads. PATH is an interpreter of an environment that has
what this project runs on, and granian, uvicorn and a2wsgi beside it; a server that is not there is
left out. Each is asked in turn, so that what else runs hits them alike; processor time is that of
the server's processes. Half requests come without a proxy, and behind nginx and Caddy.
"""

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.half_requests import measure_halves
from tests import proxies, servers

PROCESSES, THREADS = 2, 4
CLIENTS = 8  # connections
PAGES = ("/healthz", "/", "/search/?q=twitching")
TICKS = os.sysconf("SC_CLK_TCK")

GUNICORN = ["-m", "gunicorn", "config.wsgi", "--workers", PROCESSES, "--threads", THREADS]
GUNICORN += ["--no-control-socket", "--log-level", "warning", "--keep-alive", 60]
COMMANDS = {
    "gunicorn, gthread": [*GUNICORN, "--worker-class", "gthread", "--bind", "{host}:{port}"],
    "gunicorn, our worker": [*GUNICORN, "--bind", "{host}:{port}"],
    "granian": [
        *("-m", "granian", "--interface", "wsgi", "--host", "{host}", "--port", "{port}"),
        *(
            "--workers",
            PROCESSES,
            "--blocking-threads",
            THREADS,
            "--no-ws",
            "config.wsgi:application",
        ),
    ],
    "uvicorn, a2wsgi": [
        *("-m", "uvicorn", "--workers", PROCESSES, "--host", "{host}", "--port", "{port}"),
        *("--log-level", "warning", "--no-access-log", "benchmarks.asgi:application"),
    ],
}


@dataclass
class Measured:
    rate: float  # requests a second
    cpu: float  # milliseconds of the server's processes for each
    p99: float  # milliseconds


def list_processes(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += list_processes(int(child))
    return found


def read_cpu(pid: int) -> float:
    """Seconds of the processor of a process and all below it."""
    ticks = 0
    for each in list_processes(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


@contextmanager
def serve(python: str, command: list) -> Iterator[tuple[int, int]]:
    """The port and the process of a server. Raises RuntimeError where it does not start."""
    with socket.socket() as listener:
        listener.bind((servers.HOST, 0))
        port = listener.getsockname()[1]
    own = {
        "SECRET_KEY": "only-for-this-server",
        "BUILD": "test",
        "ALLOWED_HOSTS": f"{servers.HOST},{proxies.NAME}",
        "BEHIND_PROXY": "on",
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    words = [str(word).format(host=servers.HOST, port=port) for word in command]
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [python, *words], cwd=servers.ROOT, env=os.environ | own, stdout=output, stderr=output
        )
        try:
            wait_until_ready(process, port, output)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(60)


def wait_until_ready(process: subprocess.Popen, port: int, output) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            if ask(http.client.HTTPConnection(servers.HOST, port, timeout=30), "/healthz"):
                return
        except OSError:
            time.sleep(0.1)
    output.seek(0)
    raise RuntimeError(f"The server did not start:\n{output.read()[-2000:]}")


def ask(connection: http.client.HTTPConnection, path: str) -> bool:
    connection.request("GET", path, headers={"Host": proxies.NAME, "Accept-Encoding": "br"})
    answer = connection.getresponse()
    answer.read()
    return answer.status == 200


def measure(port: int, pid: int, path: str, requests: int) -> Measured:
    """Eight visitors who keep their connection, each at their next request at once."""
    seconds: list[float] = []

    def visit() -> None:
        connection = http.client.HTTPConnection(servers.HOST, port, timeout=60)
        for _ in range(requests // CLIENTS):
            begun = time.perf_counter()
            if ask(connection, path):
                seconds.append(time.perf_counter() - begun)
        connection.close()

    before, begun = read_cpu(pid), time.perf_counter()
    visitors = [threading.Thread(target=visit) for _ in range(CLIENTS)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    took, spent = time.perf_counter() - begun, read_cpu(pid) - before
    p99 = sorted(seconds)[int(len(seconds) * 0.99)]
    return Measured(len(seconds) / took, 1000 * spent / len(seconds), 1000 * p99)


def report(name: str, path: str, rounds: list[Measured]) -> None:
    rate, cpu, p99 = (
        statistics.median(getattr(each, part) for each in rounds) for part in ("rate", "cpu", "p99")
    )
    print(f"| {name} | {path} | {rate:,.0f} | {cpu:.2f} | {p99:.0f} |", flush=True)


def compare_pages(python: str, rounds: int, requests: int) -> None:
    found: dict[tuple[str, str], list[Measured]] = {}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            with serve(python, command) as (port, pid):
                for path in PAGES:
                    measure(port, pid, path, requests // 4)  # warm
                    found.setdefault((name, path), []).append(measure(port, pid, path, requests))
    print("| server | page | requests/s | CPU, ms | p99, ms |\n|---|---|---:|---:|---:|")
    for (name, path), measured in found.items():
        report(name, path, measured)


def compare_halves(python: str, behind: str) -> None:
    starts = {"nginx": proxies.run_nginx, "caddy": proxies.run_caddy}
    for name, command in COMMANDS.items():
        with ExitStack() as stack:
            port, _ = stack.enter_context(serve(python, command))
            proxy = None
            if behind:
                directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                proxy = stack.enter_context(starts[behind](port, directory))
            print(f"| {name} | {behind or 'none'} | {measure_halves(port, proxy)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=1600, help="of each page and round")
    given = parser.parse_args()
    for name, command in [*COMMANDS.items()]:
        module = str(command[1])
        asked = [given.python, "-c", f"import {module}"]
        if subprocess.run(asked, capture_output=True, check=False).returncode:
            print(f"{name} is not there")
            del COMMANDS[name]
    print("| server | proxy | 100 whole requests beside 40 halves |\n|---|---|---|")
    for behind in ("", "nginx", "caddy"):
        if not behind or proxies.find_program(behind):
            compare_halves(given.python, behind)
    compare_pages(given.python, given.rounds, given.requests)


if __name__ == "__main__":
    main()
