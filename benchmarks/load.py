"""A load generator: keep-alive connections that ask for paths, in a process of its own.

    python -m benchmarks.load PORT FILE

FILE is JSON: ``paths``; ``connections``; ``headers``; ``seconds``, for which the paths are asked
for in turn, again and again (0: each of them once). Prints JSON: what ``Result`` has.
"""

import json
import socket
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Barrier, Thread

HOST = "127.0.0.1"
TIMEOUT = 120  # seconds


@dataclass
class Result:
    """What came of a load: requests a second, bytes, statuses, and seconds until an answer."""

    requests: int = 0
    seconds: float = 0.0
    bytes: int = 0
    p50: float = 0.0
    p99: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


class Visitor(Thread):
    """One connection. Raw sockets: a client of a library would be slower than our server."""

    def __init__(self, port: int, requests: list[bytes], seconds: float, start: Barrier):
        super().__init__()
        self.port, self.requests, self.duration, self.ready = port, requests, seconds, start
        self.statuses: Counter[str] = Counter()
        self.times: list[float] = []
        self.size = 0
        self.socket = self.connect()

    def connect(self) -> socket.socket:
        connection = socket.create_connection((HOST, self.port), timeout=TIMEOUT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def run(self) -> None:
        self.ready.wait()
        end = time.perf_counter() + self.duration
        while True:
            for request in self.requests:
                self.ask(request)
                if self.duration and time.perf_counter() > end:
                    return
            if not self.duration:
                return

    def ask(self, request: bytes) -> None:
        begun = time.perf_counter()
        try:
            self.socket.sendall(request)
            status, closes = self.read_answer()
        except OSError:
            status, closes = "broken", True
        self.times.append(time.perf_counter() - begun)
        self.statuses[status] += 1
        if closes:
            self.socket.close()
            self.socket = self.connect()

    def read_answer(self) -> tuple[str, bool]:
        """The status of an answer, and whether the connection ends with it. Raises OSError."""
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self.receive()
        head = answer[:end].lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or b"0")
        missing = length - (len(answer) - end - 4)
        while missing > 0:
            missing -= len(self.receive())
        self.size += length
        return head[9:12].decode(), b"connection: close" in head

    def receive(self) -> bytes:
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("The server hung up.")
        return part


def run_load(
    port: int, paths: list[str], *, connections: int, headers: dict[str, str], seconds: float = 0
) -> Result:
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    requests = [
        f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{''.join(lines)}\r\n".encode() for path in paths
    ]
    start = Barrier(connections + 1)
    visitors = []
    for number in range(connections):
        visitors.append(Visitor(port, requests[number::connections], seconds, start))
    for visitor in visitors:
        visitor.start()
    start.wait()
    begun = time.perf_counter()
    for visitor in visitors:
        visitor.join()
    return sum_up(visitors, time.perf_counter() - begun)


def sum_up(visitors: list[Visitor], seconds: float) -> Result:
    times: list[float] = []
    statuses: Counter[str] = Counter()
    for visitor in visitors:
        times += visitor.times
        statuses.update(visitor.statuses)
    times.sort()
    return Result(
        requests=len(times),
        seconds=seconds,
        bytes=sum(visitor.size for visitor in visitors),
        p50=times[len(times) // 2],
        p99=times[min(len(times) - 1, len(times) * 99 // 100)],
        statuses=dict(statuses),
    )


if __name__ == "__main__":
    port, file = sys.argv[1:]
    asked = json.loads(Path(file).read_text())
    print(json.dumps(asdict(run_load(int(port), **asked))))
