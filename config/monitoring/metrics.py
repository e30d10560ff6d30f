"""/metrics: what a monitor reads, in the form of Prometheus. Nobody else finds it."""

import os
import time
from collections.abc import Iterator
from threading import Lock
from typing import Any

from django.db import Error, InterfaceError
from django.db.models import Count, F
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from articles.models import PublicationEvent
from articles.public.offline import works_offline
from config import request_metrics
from config.monitoring.views import has_token
from reviews.models import LedgerEntry, Mail

KEPT_SECONDS = 10.0


class DatabaseCounts(Collector):
    """What the database has counted, whoever did it: signatures, publications, mails.

    The same on every machine, kept for ten seconds. Left out while the database cannot be read.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        self._found: list[Metric] = []
        self._found_at = float("-inf")

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            if time.monotonic() - self._found_at >= KEPT_SECONDS:
                try:
                    self._found = [_count_entries(), _count_events(), _count_mails()]
                except (Error, InterfaceError):
                    self._found = []
                self._found_at = time.monotonic()
            yield from self._found


def _count_entries() -> Metric:
    rows = LedgerEntry.objects.order_by().values_list("outcome")
    words = "Entries of the ledger by outcome: a signature is “approved”."
    return _build("countersign_signatures", words, "outcome", rows)


def _count_events() -> Metric:
    rows = PublicationEvent.objects.order_by().values_list("kind")
    words = "Events of the publication log by kind, withdrawals among them."
    return _build("countersign_publications", words, "kind", rows)


def _count_mails() -> Metric:
    rows = Mail.objects.filter(accepted_at__isnull=False).order_by().values_list("kind")
    words = "Mails about reviews that the mail server accepted, by kind."
    return _build("countersign_mails", words, "kind", rows)


def _build(name: str, words: str, label: str, rows: Any) -> Metric:
    family = CounterMetricFamily(name, words, labels=[label])
    for value, count in rows.annotate(count=Count(F("pk"))):
        family.add_metric([value], count)
    return family


database_counts = DatabaseCounts()


@works_offline
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Raises Http404 for who sends no token."""
    if not has_token(request):
        raise Http404
    request_metrics.publisher.publish()
    text = generate_latest(_build_registry()) + generate_latest(_database_registry)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _build_registry() -> CollectorRegistry:
    """The numbers of all processes of this machine; of this one alone where it runs by itself."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return request_metrics.registry
    shared = CollectorRegistry()
    MultiProcessCollector(shared)
    return shared


_database_registry = CollectorRegistry()
_database_registry.register(database_counts)
