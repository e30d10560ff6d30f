"""Whole requests beside half ones that never end: how many are answered, and how long they take.

``python -m benchmarks.half_requests`` asks a server of two processes with four threads each, over
the database of the settings, with gunicorn's own worker and with ours, and each behind nginx with
the file of docs/deploy where it is installed. Seconds are of the clock: see beside what else ran.
"""

import http.client
import os
import resource
import socket
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests import proxies, servers

PATH = "/healthz"
HALVES, WHOLES = 40, 100
PATIENCE = 8  # seconds for one answer
AT_ONCE = 5  # of the whole requests
REQUESTS = 3000  # of one connection, for the processor time of each
HALF = [
    b"GET /healthz HT",
    b"GET /healthz HTTP/1.1\r\nHost: symptoms.example.org\r\n",
    b"POST /accounts/login/ HTTP/1.1\r\nHost: symptoms.example.org\r\nContent-Length: 9\r\n\r\na",
]


def connect(port: int, proxy: proxies.RunningProxy | None) -> socket.socket:
    if proxy:
        return proxy.connect()
    return socket.create_connection((servers.HOST, port), timeout=60)


def ask_once(port: int, proxy: proxies.RunningProxy | None) -> float | None:
    """The seconds until an answer of 200; None where none came."""
    begun = time.perf_counter()
    try:
        with connect(port, proxy) as sent:
            sent.settimeout(PATIENCE)
            head = f"GET {PATH} HTTP/1.1\r\nHost: {proxies.NAME}\r\nConnection: close\r\n\r\n"
            sent.sendall(head.encode())
            if not sent.recv(4096).startswith(b"HTTP/1.1 200"):
                return None
    except OSError:
        return None
    return time.perf_counter() - begun


def measure_halves(port: int, proxy: proxies.RunningProxy | None) -> str:
    with ExitStack() as stack:
        for number in range(HALVES):
            sent = stack.enter_context(connect(port, proxy))
            sent.sendall(HALF[number % len(HALF)])
        time.sleep(0.5)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = [*pool.map(lambda _: ask_once(port, proxy), range(WHOLES))]
    answered = sorted(seconds for seconds in found if seconds is not None)
    if not answered:
        return f"0 of {len(found)} answered"
    p99 = answered[min(len(answered) - 1, int(len(answered) * 0.99))]
    median = statistics.median(answered)
    return (
        f"{len(answered)} of {len(found)} answered, median {1000 * median:.0f} ms, "
        f"p99 {1000 * p99:.0f} ms"
    )


def measure_processor(port: int) -> None:
    kept = http.client.HTTPConnection(servers.HOST, port, timeout=60)
    for _ in range(REQUESTS):
        kept.request("GET", "/robots.txt")
        kept.getresponse().read()
    kept.close()


def run(worker: str, *, behind_nginx: bool) -> None:
    own = {"ALLOWED_HOSTS": f"{servers.HOST},{proxies.NAME}", "BEHIND_PROXY": "on"}
    own["GUNICORN_CMD_ARGS"] = f"--worker-class {worker} --keep-alive 60"
    with ExitStack() as stack:
        database = os.environ["DATABASE_URL"]
        server = stack.enter_context(servers.run_gunicorn(database, workers=2, log=False, **own))
        proxy = None
        if behind_nginx:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            proxy = stack.enter_context(proxies.run_nginx(server.port, directory))
        name = worker.rpartition(".")[2] + (" behind nginx" if behind_nginx else "")
        print(f"{name}: {measure_halves(server.port, proxy)}", flush=True)


def run_processor(worker: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with servers.run_gunicorn(
        os.environ["DATABASE_URL"],
        workers=1,
        log=False,
        GUNICORN_CMD_ARGS=f"--worker-class {worker} --keep-alive 60",
    ) as server:
        measure_processor(server.port)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{worker.rpartition('.')[2]}: {spent:.2f} s of the processor", flush=True)


WORKERS = ("gthread", "config.buffering_worker.BufferingWorker")

if __name__ == "__main__":
    for worker in WORKERS:
        run(worker, behind_nginx=False)
    if proxies.find_program("nginx"):
        for worker in WORKERS:
            run(worker, behind_nginx=True)
    for worker in WORKERS * 2:
        run_processor(worker)
