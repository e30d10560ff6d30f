"""What people did, as lines of the log: who signed in, what was signed, published, given out.

A line has an event, the request and a few facts: keys of rows, numbers, and words of the program.
There is no way for a word that somebody typed (ADR 92).
"""

import enum
import logging
import re
import time
from contextvars import ContextVar
from functools import partial

from django.db import transaction

SECONDS_BETWEEN_REFUSALS = 60
logger = logging.getLogger("countersign.events")
request_id: ContextVar[str] = ContextVar("request_id", default="")
UNTYPED = re.compile(r"[a-z0-9][a-z0-9 _.:-]{0,59}")


class Event(enum.StrEnum):
    """What is logged. The guide of operators has a line about each."""

    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_OUT = "sign_out"
    SIGNATURE = "signature"
    DECISION = "decision"
    PUBLICATION = "publication"
    WITHDRAWAL = "withdrawal"
    IMPORT = "import"
    EXPORT = "export"
    REFUSAL = "refusal"


# The facts of an event. ``by`` is the key of a user, ``page`` the UUID of a page.
FACTS: dict[Event, set[str]] = {
    Event.SIGN_IN: {"by"},
    Event.SIGN_IN_REFUSED: set(),
    Event.SIGN_OUT: {"by"},
    Event.SIGNATURE: {"by", "page", "entry", "outcome"},
    Event.DECISION: {"by", "page", "entry", "outcome"},
    Event.PUBLICATION: {"by", "page", "number", "kind", "pages"},
    Event.WITHDRAWAL: {"by", "page", "number"},
    Event.IMPORT: {"by", "kind", "run"},
    Event.EXPORT: {"by", "kind", "rows"},
    Event.REFUSAL: {"kind"},
}


class RefusalLog:
    """When a kind of refusal may be logged again: each once a minute in a process."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}

    def may_log(self, kind: str) -> bool:
        now = time.monotonic()
        if now < self._next.get(kind, float("-inf")):
            return False
        self._next[kind] = now + SECONDS_BETWEEN_REFUSALS
        return True

    def clear(self) -> None:
        self._next.clear()


refusals = RefusalLog()


def log(event: Event, **facts: object) -> None:
    """Log an event. Raises ValueError for a fact that it has not."""
    if unknown := facts.keys() - FACTS[event]:
        raise ValueError(f"{event} has no {', '.join(sorted(unknown))}.")
    known = {name: _check(value) for name, value in facts.items() if value is not None}
    words = " ".join([event.value, *(f"{name}={value}" for name, value in known.items())])
    logger.info(words, extra={"event": event.value, "facts": known})


def log_refusal(kind: str) -> None:
    """Log that something was refused: the first of each kind in a minute."""
    if refusals.may_log(kind):
        log(Event.REFUSAL, kind=kind)


def log_once_committed(event: Event, **facts: object) -> None:
    """Log an event when its transaction is committed; never if it is rolled back."""
    transaction.on_commit(partial(log, event, **facts), robust=True)


def _check(value: object) -> int | str:
    """A number, or a word of the program; “?” for anything else."""
    if isinstance(value, int):
        return value
    text = str(value).lower()
    return text if UNTYPED.fullmatch(text) else "?"
