"""Rows in batches: verification needs little memory and a fixed number of queries a batch."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

BATCH_SIZE = 500
RowT = TypeVar("RowT")

# Called after each batch with the number of rows that were checked.
ProgressReporter = Callable[[int], None]
# Called with what is checked next, and with what counts its rows.
ProgressStarter = Callable[[str, Callable[[], int]], ProgressReporter]


def ignore_batch(count: int) -> None:
    """A ProgressReporter that reports nothing."""


def ignore_progress(what: str, count_rows: Callable[[], int]) -> ProgressReporter:
    """A ProgressStarter that counts and reports nothing."""
    return ignore_batch


def iter_batches(
    rows: QuerySet[Any, RowT], report_progress: ProgressReporter
) -> Iterator[list[RowT]]:
    """The rows of a queryset, ``BATCH_SIZE`` at a time."""
    stream = rows.iterator(BATCH_SIZE)
    batch = list(islice(stream, BATCH_SIZE))
    while batch:
        yield batch
        report_progress(len(batch))
        batch = list(islice(stream, BATCH_SIZE))
