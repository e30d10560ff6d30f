"""Tries to sign in and messages about a page: how many are let through, beside their limits.

``python -m benchmarks.throttles`` makes small databases, serves them by real processes, and sends
10,000 tries to each from 2,000 names and addresses: half of them to sign in, half of them messages.
A few of these try very often. Meanwhile the database is as each case says. ``--tries`` sends fewer.
"""

import argparse
import http.client
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg2

from tests import servers

ADDRESSES = 2000
EAGER = 20  # of the names and of the addresses, that send three quarters of the tries
CLIENTS = 16
# What the program promises (ADR 86, docs/settings.md), for one span in seconds.
WRONG_PASSWORDS_OF_A_NAME = (5, 300)
WRONG_PASSWORDS_FROM_AN_ADDRESS = (10, 60)
MESSAGES_FROM_AN_ADDRESS = (10, 3600)
MESSAGES = (1000, 3600)
TOKEN = "t" * 32  # of a form, in its cookie too


@dataclass
class Trial:
    """What is done to a database while tries arrive. ``spans`` is how often keys begin anew."""

    name: str
    engine: str
    workers: int = 2
    disturb: Callable[["Database"], None] | None = None
    spans: int = 1


@dataclass
class Database:
    url: str
    revision: str
    is_over: threading.Event = field(default_factory=threading.Event)
    pids: list[int] = field(default_factory=list)

    def connect(self):
        """Another connection, whose statements stand at once; to PostgreSQL."""
        connection = psycopg2.connect(self.url)
        connection.autocommit = True
        return connection


@dataclass
class Tally:
    answers: Counter = field(default_factory=Counter)
    let_through: Counter = field(default_factory=Counter)
    slowest: float = 0.0


# What happens to a database


def lock_counters(database: Database) -> None:
    """For four seconds of every eight, nobody else can write the table of counters."""
    connection = psycopg2.connect(database.url)
    while not database.is_over.is_set():
        with connection, connection.cursor() as cursor:
            cursor.execute("LOCK TABLE articles_attemptcounter IN ACCESS EXCLUSIVE MODE")
            database.is_over.wait(4)
        database.is_over.wait(4)
    connection.close()


def refuse_writes(database: Database) -> None:
    """For four seconds of every eight, the server takes no writes."""
    connection = database.connect()
    is_on = False
    while not database.is_over.is_set():
        is_on = not is_on
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER SYSTEM SET default_transaction_read_only = {is_on}")
            cursor.execute("SELECT pg_reload_conf()")
        database.is_over.wait(4)
    connection.close()


def fill_disk(database: Database) -> None:
    """For four seconds of every eight, no file of the server's processes grows."""
    while not database.is_over.is_set():
        for limit in (4096, resource.RLIM_INFINITY):
            for pid in database.pids:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            database.is_over.wait(4)


def begin_new_day(database: Database) -> None:
    """After five seconds the key of today is gone, as at midnight: the next try makes another."""
    database.is_over.wait(5)
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_attemptkey")


TRIALS = [
    Trial("database up, 2 processes", "sqlite"),
    Trial("no file grows, half of the time", "sqlite", disturb=fill_disk),
    Trial("database up, 4 processes", "postgresql", workers=4),
    Trial("counters locked, half of the time", "postgresql", disturb=lock_counters),
    Trial("writes refused, half of the time", "postgresql", disturb=refuse_writes),
    Trial("another day begins", "postgresql", disturb=begin_new_day, spans=2),
]


# Databases and processes


def manage(url: str, *words: str) -> str:
    own = {"DATABASE_URL": url}
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(
        command, cwd=servers.ROOT, env=os.environ | own, capture_output=True, text=True, check=True
    )
    return done.stdout


SIGN_A_PAGE = """
from tests.factories import get_person, make_article, sign_page
ann, ravi = get_person("ann"), get_person("ravi")
sign_page(make_article(ann), by=ravi, asked_by=ann)
from articles.models import Article
print("revision", Article.objects.public()[0].live.revision.uuid)
"""


@contextmanager
def open_database(engine: str) -> Iterator[Database]:
    with ExitStack() as stack:
        if engine == "sqlite":
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="countersign-"))
            url = f"sqlite:///{Path(directory, 'db.sqlite3')}"
        else:
            url = stack.enter_context(servers.postgresql())
        manage(url, "migrate", "--verbosity", "0")
        found = manage(url, "shell", "--verbosity", "0", "--command", SIGN_A_PAGE)
        yield Database(url, found.split("revision ")[-1].strip())


def list_children() -> list[int]:
    """The processes of the server that was started: gunicorn and its workers."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        parents[int(stat.parent.name)] = int(fields[1])
    own = [pid for pid, parent in parents.items() if parent == os.getpid()]
    served = [pid for pid in own if "gunicorn" in _read_command(pid)]
    return [*served, *(pid for pid, parent in parents.items() if parent in served)]


def _read_command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


# Tries


def choose(number: int) -> int:
    """Which of the names or addresses tries: a few of them most often. The same each time."""
    draw = random.Random(number)
    return draw.randrange(EAGER) if draw.random() < 0.75 else draw.randrange(ADDRESSES)


def write_address(number: int) -> str:
    return f"198.18.{number // 250}.{number % 250 + 1}"


class Client(threading.local):
    """A connection of each thread."""

    connection: http.client.HTTPConnection | None = None


class Attack:
    """Tries against one server, and what they were answered."""

    def __init__(self, port: int, revision: str) -> None:
        self.port, self.revision = port, revision
        self.client = Client()
        self.lock = threading.Lock()
        self.sign_in, self.message = Tally(), Tally()

    def post(self, path: str, fields: dict[str, str], address: str) -> tuple[int, str]:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={TOKEN}",
            "Origin": f"http://{servers.HOST}:{self.port}",
            "X-Forwarded-For": address,
        }
        for _ in range(2):
            if self.client.connection is None:
                self.client.connection = http.client.HTTPConnection(
                    servers.HOST, self.port, timeout=120
                )
            try:
                self.client.connection.request("POST", path, urlencode(fields), headers)
                answer = self.client.connection.getresponse()
                return answer.status, answer.read().decode()
            except (http.client.HTTPException, OSError):
                self.client.connection.close()
                self.client.connection = None
        return 0, ""

    def try_to_sign_in(self, number: int) -> None:
        name, address = f"name{choose(number)}", write_address(choose(number + 10**6))
        fields = {"login": name, "password": f"guess {number}", "csrfmiddlewaretoken": TOKEN}
        begun = time.perf_counter()
        status, body = self.post("/accounts/login/", fields, address)
        checked = status == 200 and "are not correct" in body
        self._note(self.sign_in, begun, str(status), [name, address] if checked else [])

    def send_message(self, number: int) -> None:
        address = write_address(choose(number))
        words = f"The dose in line {number} looks wrong."
        fields = {"key": str(uuid.uuid4()), "kind": "wrong", "words": words}
        begun = time.perf_counter()
        status, _ = self.post(f"/feedback/{self.revision}/problem/", fields, address)
        self._note(self.message, begun, str(status), [address, "all"] if status == 303 else [])

    def _note(self, tally: Tally, begun: float, status: str, through: list[str]) -> None:
        with self.lock:
            tally.answers[status] += 1
            tally.let_through.update(through)
            tally.slowest = max(tally.slowest, time.perf_counter() - begun)


def attack(attacked: Attack, tries: int) -> float:
    """Send them all, half to sign in; the seconds that it took."""
    begun = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        for number in range(tries // 2):
            pool.submit(attacked.try_to_sign_in, number)
            pool.submit(attacked.send_message, number)
    return time.monotonic() - begun


# What came of it


def report(trial: Trial, attacked: Attack, seconds: float) -> int:
    """Print a line of the table. How many were let through over a limit."""

    def count_over(tally: Tally, limit: tuple[int, int], chosen: Callable[[str], bool]) -> int:
        """Over the limit of one name or address. A span begins with its first try."""
        spans = max(int(seconds // limit[1]) + 1, trial.spans)
        most = limit[0] * spans
        counts = [count for by, count in tally.let_through.items() if chosen(by)]
        return sum(max(0, count - most) for count in counts)

    signed, sent = attacked.sign_in, attacked.message
    over = [
        count_over(signed, WRONG_PASSWORDS_OF_A_NAME, lambda by: by.startswith("name")),
        count_over(signed, WRONG_PASSWORDS_FROM_AN_ADDRESS, lambda by: by.startswith("198")),
        count_over(sent, MESSAGES_FROM_AN_ADDRESS, lambda by: by.startswith("198")),
        count_over(sent, MESSAGES, lambda by: by == "all"),
    ]
    names = {by: n for by, n in signed.let_through.items() if by.startswith("name")}
    print(
        f"| {trial.name} | {trial.engine} | {sum(names.values())} of {signed.answers.total()}, "
        f"{max(names.values(), default=0)} of one name | {sent.let_through['all']} of "
        f"{sent.answers.total()} | {signed.answers['503'] + sent.answers['503']} "
        f"| {sum(over)} | {seconds:.0f} s, longest {max(signed.slowest, sent.slowest):.1f} s |"
        f" <!-- {dict(signed.answers)} {dict(sent.answers)} -->",
        flush=True,
    )
    return sum(over)


def run(trial: Trial, tries: int) -> int:
    own = {"BEHIND_PROXY": "on", "TRUSTED_PROXIES": "1", "COUNTERSIGN_DEMO": "off"}
    own["DJANGO_SETTINGS_MODULE"] = "benchmarks.throttle_settings"
    with ExitStack() as stack:
        database = stack.enter_context(open_database(trial.engine))
        server = stack.enter_context(
            servers.run_gunicorn(database.url, workers=trial.workers, log=False, **own)
        )
        database.pids = list_children()
        thread = threading.Thread(target=trial.disturb or (lambda given: None), args=[database])
        attacked = Attack(server.port, database.revision)
        thread.start()
        seconds = attack(attacked, tries)
        database.is_over.set()
        thread.join()
    return report(trial, attacked, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=10_000)
    parser.add_argument("--only", default="", help="cases with this word")
    given = parser.parse_args()
    socket.setdefaulttimeout(120)
    print("| while | engine | signing in let through | messages let through | 503 | over a limit |")
    print("|---|---|---|---|---|---|")
    over = [run(trial, given.tries) for trial in TRIALS if given.only in trial.name]
    if sum(over):
        sys.exit("Some were let through over a limit.")


if __name__ == "__main__":
    main()
