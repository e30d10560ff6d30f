"""What two workers answer, second by second, while the database cannot be read.

    python -m benchmarks.outage [sqlite|postgresql]

PUBLIC_OUTAGE_SECONDS is 10. Seconds with the same answers are one line; "marked" is a page that
says that it could not be checked. The slowest answer of all is that of whoever tries the database.
"""

import http.client
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.load import HOST
from benchmarks.serving import ROOT, Build, PinnedServer, serve
from tests import servers

PAGES = 20
OUTAGE_SECONDS = 10
WATCHED_SECONDS = 14
TIMEOUT = 60
MARK = b"could not be checked for changes since"
SEARCHES = ("/search/?q=he+is+having+a+stroke", "/search/?q=headache")
HEAD = ("failure", "second", "page in memory", "page in none", "emergency", "other search")


def main(engine: str = "") -> None:
    print("|", " | ".join([*HEAD, "slowest, s", "the other worker: page in memory"]), "|")
    print("|---|---|---|---|---|---|---:|---|")
    if engine != "postgresql":
        measure_sqlite()
    if engine != "sqlite":
        measure_postgresql()


def measure_sqlite() -> None:
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        file = Path(directory, "db.sqlite3")
        url = f"sqlite:///{file}"
        addresses = fill(url)
        with run_two(url, url) as workers:
            watch("SQLite: the file is locked", workers, addresses, servers.lock_file(file))
            watch("SQLite: the file is gone", workers, addresses, move_away(file))


def measure_postgresql() -> None:
    with servers.postgresql_server() as server:
        url = server.get_uri()
        addresses = fill(url)
        with servers.run_proxy(url) as proxy, run_two(proxy.url, url) as workers:
            for name, cut in (("refuses", proxy.refuse), ("drops packets", proxy.drop_packets)):
                with_proxy = cut_and_restore(cut, proxy.restore)
                watch(f"PostgreSQL: the network of one {name}", workers, addresses, with_proxy)
            watch("PostgreSQL hangs", workers, addresses, servers.freeze(server))
            stopped = cut_and_restore(server.stop, server.start)
            watch("PostgreSQL is stopped", workers, addresses, stopped)


def fill(database: str) -> list[str]:
    return Build(ROOT, database).read("bench_fill", str(PAGES))["symptom"]


@contextmanager
def run_two(cut_off: str, other: str) -> Iterator[list[PinnedServer]]:
    """Two servers of one worker each, over these databases."""
    seconds = {"PUBLIC_OUTAGE_SECONDS": str(OUTAGE_SECONDS)}
    with ExitStack() as stack:
        yield [stack.enter_context(serve(Build(ROOT, url), **seconds)) for url in (cut_off, other)]


@contextmanager
def cut_and_restore(cut: Callable[[], Any], restore: Callable[[], Any]) -> Iterator[None]:
    cut()
    try:
        yield
    finally:
        restore()


@contextmanager
def move_away(file: Path) -> Iterator[None]:
    away = file.with_name("away.sqlite3")
    shutil.move(file, away)
    try:
        yield
    finally:
        for rest in file.parent.glob(f"{file.name}*"):
            rest.unlink()
        shutil.move(away, file)


def watch(name: str, workers: list[PinnedServer], addresses: list[str], failure: Any) -> None:
    """Print what each worker answers from the second of a failure on, and that it comes back."""
    first, other = workers
    known, cold = addresses[0], iter(addresses[1:])
    wait_until_back(workers, known)
    time.sleep(1)
    for worker in workers:
        ask(worker, known)  # which reads the changes just now
    rows: list[tuple[list[int], list[str], float]] = []
    with failure, ThreadPoolExecutor(8) as threads:
        begun = time.monotonic()
        while (second := int(time.monotonic() - begun)) < WATCHED_SECONDS:
            asked = [(first, path) for path in (known, next(cold), *SEARCHES)]
            answers = list(threads.map(lambda each: ask(*each), [*asked, (other, known)]))
            cells = [answer for answer, _ in answers]
            slowest = max(seconds for _, seconds in answers)
            if rows and rows[-1][1] == cells:
                rows[-1][0].append(second)
                rows[-1] = (rows[-1][0], cells, max(slowest, rows[-1][2]))
            else:
                rows.append(([second], cells, slowest))
            time.sleep(max(0, begun + second + 1 - time.monotonic()))
    for seconds, cells, slowest in rows:
        when = f"{seconds[0]}" if len(seconds) == 1 else f"{seconds[0]}–{seconds[-1]}"
        print("|", " | ".join([name, when, *cells[:-1], f"{slowest:.1f}", cells[-1]]), "|")
    wait_until_back(workers, known)


def ask(server: PinnedServer, path: str) -> tuple[str, float]:
    """What is answered, and the seconds that it takes."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection(HOST, server.port, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        marked = ", marked" if MARK in answer.read() else ""
        return f"{answer.status}{marked}", time.monotonic() - begun
    except OSError as error:
        return type(error).__name__, time.monotonic() - begun
    finally:
        connection.close()


def wait_until_back(workers: list[PinnedServer], path: str) -> None:
    """Raises RuntimeError where a worker does not show pages as they are within a minute."""
    for worker in workers:
        for _ in range(300):
            if ask(worker, path)[0] == "200":
                break
            time.sleep(0.2)
        else:
            raise RuntimeError("A worker does not come back.")


if __name__ == "__main__":
    main(*sys.argv[1:])
