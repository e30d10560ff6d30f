"""A small load client: threads with one keep-alive connection each ask for every path once."""

import http.client
import json
import sys
import time
from pathlib import Path
from threading import Barrier, Thread


def main(port: int, threads: int, paths: list[str]) -> float:
    """Requests a second. Raises SystemExit where any answer is not 200."""
    ready, bad = Barrier(threads + 1), []

    def ask(mine: list[str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.connect()
        ready.wait()
        for path in mine:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                bad.append(f"{answer.status} {path}")

    people = [Thread(target=ask, args=(paths[number::threads],)) for number in range(threads)]
    for person in people:
        person.start()
    ready.wait()
    started = time.perf_counter()
    for person in people:
        person.join()
    if bad:
        sys.exit(f"{len(bad)} answers were not 200: {bad[:3]}")
    return len(paths) / (time.perf_counter() - started)


if __name__ == "__main__":
    print(main(int(sys.argv[1]), int(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text())))
