"""Rows by the batch, so that verification holds little in memory and asks a fixed number of queries a batch."""

from collections.abc import Callable, Iterator
from itertools import islice

from django.db.models import Model, QuerySet

BATCH = 500

Seen = Callable[[int], None]  # is told after each batch how many rows were looked at
Watch = Callable[[str, Callable[[], int]], Seen]  # is told what is looked at next, and asks how many there are


def unwatched(what: str, size: Callable[[], int]) -> Seen:
    """Nobody looks on: nothing is counted and nothing is told."""
    return lambda number: None


def batches(rows: QuerySet, seen: Seen) -> Iterator[list[Model]]:
    """The rows of a queryset, so many at a time."""
    stream = rows.iterator(BATCH)
    while batch := list(islice(stream, BATCH)):
        yield batch
        seen(len(batch))
