"""Public paths as ``reverse`` gives them, by patterns of the URL map that are read once.

A list of 300 names has 300 addresses, and ``reverse`` walks the URL map for each.
"""

import re
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import get_script_prefix, reverse

SLUG = re.compile(r"[-a-zA-Z0-9_]+")
Argument = str | int | UUID
# What stands for an argument while the pattern is read: nothing in the URL map is like it.
MARKS: dict[type[Argument], Argument] = {
    str: "slug-that-no-page-has",
    int: 98765432123456789,
    UUID: UUID("98765432-1234-5678-9876-543212345678"),
}


def get_path(url_name: str, *args: Argument) -> str:
    """The path of an entry of the URL map whose arguments are slugs, numbers and UUIDs.

    Raises NoReverseMatch where there is none.
    """
    for value in args:
        if isinstance(value, str) and not SLUG.fullmatch(value):
            return reverse(url_name, args=args)  # which refuses it, or quotes it
    types = tuple(map(type, args))
    return _get_pattern(url_name, types, get_script_prefix(), settings.ROOT_URLCONF) % args


def get_numbered_path(url_name: str, *args: Argument, number: int = 1) -> str:
    """The same of one page of a list, of which the first has no number in its path."""
    return get_path(url_name, *args) if number == 1 else get_path(url_name, *args, number)


@lru_cache(maxsize=1000)
def _get_pattern(url_name: str, types: tuple[type, ...], _prefix: str, _urlconf: str) -> str:
    """A path with ``%s`` for each argument."""
    marks = [MARKS[next(mark for mark in MARKS if issubclass(one, mark))] for one in types]
    path = reverse(url_name, args=marks).replace("%", "%%")
    for mark in marks:
        path = path.replace(str(mark), "%s", 1)
    return path
