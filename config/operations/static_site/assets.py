"""The static files that exported pages use, and those that these files use."""

import posixpath
import re
from collections.abc import Iterator

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

PAGE_REFERENCE = re.compile(rb'(?:href|src)="([^"?#]+)')
STYLESHEET_REFERENCE = re.compile(
    rb"""url\(\s*["']?([^"')?#:]+)["')?#]|@import\s+["']([^"']+)["']"""
)


def find_in_page(page: bytes) -> Iterator[str]:
    """Names of the static files of a page; none where they are on another host."""
    base = settings.STATIC_URL.encode()
    for reference in PAGE_REFERENCE.findall(page):
        if reference.startswith(base):
            yield reference.removeprefix(base).decode()


def find_in_stylesheet(name: str, data: bytes) -> Iterator[str]:
    """Names of the static files that a style sheet uses."""
    if name.endswith(".css"):
        for quoted, imported in STYLESHEET_REFERENCE.findall(data):
            yield posixpath.normpath(
                posixpath.join(posixpath.dirname(name), (quoted or imported).decode())
            )


def read_asset(name: str) -> bytes:
    with staticfiles_storage.open(name) as file:
        return file.read()


def get_file_name(name: str) -> str:
    """Where a static file is in the exported directory."""
    return f"{settings.STATIC_URL}{name}".lstrip("/")
