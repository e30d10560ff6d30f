"""The numbers of this process in the form of Prometheus, which all processes of a machine share.

gunicorn's processes write them into files of one directory, which ``gunicorn.conf.py`` makes; any
of them answers for all. No label has a word of a request: labels are names of views, classes of
statuses and words of the program (ADR 92).
"""

import threading
from collections.abc import Mapping

from django.http import HttpRequest
from prometheus_client import CollectorRegistry, Counter, Histogram

from articles import counts

FROM_MEMORY = "from memory"
NO_VIEW = "none"
registry = CollectorRegistry()
requests = Counter(
    "countersign_requests",
    "Requests by the name of their view and the class of the status.",
    ["view", "status"],
    registry=registry,
)
durations = Histogram(
    "countersign_request_seconds",
    "How long views took. What memory answers is not timed.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)
pages = Counter(
    "countersign_pages",
    "Public pages by where they came from: memory, store, rendered; and rows stored.",
    ["source"],
    registry=registry,
)
throttled = Counter(
    "countersign_throttled",
    "Attempts over a limit by what was tried, and those that could not be counted.",
    ["what"],
    registry=registry,
)
refused = Counter(
    "countersign_refused",
    "Requests that were refused before a view, by kind.",
    ["kind"],
    registry=registry,
)


def count_request(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    view = match.view_name if match else NO_VIEW
    requests.labels(view, _name_class(status)).inc()
    durations.labels(view).observe(seconds)


def _name_class(status: int) -> str:
    return f"{status // 100}xx"


class CountPublisher:
    """Adds what was counted in plain numbers since the last time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._published: dict[tuple[Counter, tuple[str, ...]], int] = {}

    def publish(self) -> None:
        with self._lock:
            by_class: dict[str, int] = {}
            for status, count in list(counts.from_memory.items()):
                name = _name_class(status)
                by_class[name] = by_class.get(name, 0) + count
            self._add(requests, by_class, FROM_MEMORY)
            from_memory = sum(by_class.values())
            self._add(pages, counts.pages | {"memory": counts.pages["memory"] + from_memory})
            self._add(throttled, counts.throttled)
            self._add(refused, counts.refused)

    def _add(self, counter: Counter, found: Mapping[str, int], *before: str) -> None:
        for label, count in list(found.items()):
            key = (counter, (*before, label))
            more = count - self._published.get(key, 0)
            if more > 0:
                counter.labels(*before, label).inc(more)
                self._published[key] = count


publisher = CountPublisher()
