"""The static files that printed pages ask for, and those that these ask for."""

import posixpath
import re
from collections.abc import Iterator

from django.contrib.staticfiles.storage import staticfiles_storage

IN_A_PAGE = re.compile(rb'(?:href|src)="([^"?#]+)')
IN_A_STYLE_SHEET = re.compile(rb"""url\(\s*["']?([^"')?#:]+)["')?#]|@import\s+["']([^"']+)["']""")


def named_in(page: bytes) -> Iterator[str]:
    """Names of the static files of a page; none where they are on a host of their own."""
    base = staticfiles_storage.base_url.encode()
    for reference in IN_A_PAGE.findall(page):
        if reference.startswith(base):
            yield reference.removeprefix(base).decode()


def named_by(name: str, data: bytes) -> Iterator[str]:
    """Names of the static files that a style sheet asks for."""
    if name.endswith(".css"):
        for quoted, imported in IN_A_STYLE_SHEET.findall(data):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(name), (quoted or imported).decode()))


def read(name: str) -> bytes:
    with staticfiles_storage.open(name) as file:
        return file.read()


def file_name(name: str) -> str:
    """Where a static file stands in the copy."""
    return f"{staticfiles_storage.base_url}{name}".lstrip("/")
