"""Views that only read: any other method gets 405, before anybody asks for a token of a form."""

from collections.abc import Callable
from typing import TypeVar

from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

ViewT = TypeVar("ViewT", bound=Callable)


def safe_only(view: ViewT) -> ViewT:
    """Allow GET and HEAD. Without the exemption a POST is refused for its token, with 403."""
    return csrf_exempt(require_safe(view))
