"""Views that answer without a database, some of what they are asked for at least."""

from collections.abc import Callable
from typing import TypeVar

ViewT = TypeVar("ViewT", bound=Callable)


def works_offline(view: ViewT) -> ViewT:
    """Let a view answer while the database cannot be read; others are not asked then.

    Where it needs the database all the same, it raises DatabaseUnreachable or what the driver
    raises.
    """
    view.works_offline = True  # type: ignore[attr-defined]
    return view


def needs_no_database(view: ViewT) -> ViewT:
    """Let a view answer always: it reads nothing, and nobody tries the database because of it."""
    view.needs_no_database = True  # type: ignore[attr-defined]
    return view
