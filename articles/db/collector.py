"""Fewer passes of Python's collector of reference cycles while many rows are read and built.

It looks for cycles each time that some hundred objects more are in use. Bulk work keeps ten
thousands in use and makes next to no cycles, so these passes took a quarter of an import's time,
and a tenth to a fifth of a search's.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

# Objects until a pass over the youngest, and passes until one over older ones.
BULK_THRESHOLDS = (100_000, 50, 50)
# The same of a process that serves: an answer has some thousand objects in use.
SERVING_THRESHOLDS = (20_000, 20, 10)

_lock = Lock()
_usual: list[tuple[int, int, int]] = []  # what each run that is under way found


@contextmanager
def collect_rarely() -> Iterator[None]:
    """Have the collector of this process run rarely in the block; also where blocks overlap."""
    with _lock:
        _usual.append(_usual[0] if _usual else gc.get_threshold())
        gc.set_threshold(*BULK_THRESHOLDS)
    try:
        yield
    finally:
        with _lock:
            thresholds = _usual.pop()
            if not _usual:
                gc.set_threshold(*thresholds)


def settle() -> None:
    """Leave what this process has read so far out of all passes, and have fewer from now on.

    For a process that has read what it serves with, and lives for long.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SERVING_THRESHOLDS)
