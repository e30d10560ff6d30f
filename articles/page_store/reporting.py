"""Faults of the page store in the log: each at most once a minute."""

import logging
import threading
import time

SECONDS_BETWEEN = 60
logger = logging.getLogger(__name__)
_lock = threading.Lock()
_reported_at: dict[str, float] = {}


def report(message: str) -> None:
    """Log a fault, with the exception that is handled, unless it was logged in the last minute."""
    now = time.monotonic()
    with _lock:
        if now - _reported_at.get(message, float("-inf")) < SECONDS_BETWEEN:
            return
        _reported_at[message] = now
    logger.warning(message, exc_info=True)


def forget_reports() -> None:
    """Log each fault again."""
    with _lock:
        _reported_at.clear()
