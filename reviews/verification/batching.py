"""Rows in batches: verification needs little memory and a fixed number of queries a batch."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet
from tqdm import tqdm

BATCH_SIZE = 500
RowT = TypeVar("RowT")


def iter_batches(
    rows: QuerySet[Any, RowT], label: str = "", *, no_progress: bool | None = True
) -> Iterator[list[RowT]]:
    """The rows of a queryset, ``BATCH_SIZE`` at a time, under a bar with a label."""
    total = None if no_progress else rows.count()
    stream = iter(tqdm(rows.iterator(BATCH_SIZE), label, total, disable=no_progress))
    while batch := list(islice(stream, BATCH_SIZE)):
        yield batch
