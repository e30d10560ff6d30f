"""Web addresses in imported texts: compared by what matters, and led to our own pages."""

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from urllib.parse import urlsplit

LINK = re.compile(r'<a href="([^"]*)">')


def normalize_url(url: str) -> str:
    """A web address without the parts that do not change where it leads.

    Scheme, “www.”, port, last slash and fragment are left out. Empty if it is no full web address.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    address = f"{host}{parts.path.rstrip('/')}"
    return f"{address}?{parts.query}" if parts.query else address


def iter_links(html: str) -> Iterator[str]:
    """The normalized address of each link in a cleaned rich text."""
    for href in LINK.findall(html):
        yield normalize_url(unescape(href))


def relink(html: str, resolve: Callable[[str], str | None]) -> tuple[str, int]:
    """Cleaned rich text with links to pages of this site, and how many links were changed.

    ``resolve`` gives the path for a normalized address, or None. The fragment of a changed link
    is left out, as our page has other anchors.
    """
    changed_count = 0

    def replace_link(link: re.Match[str]) -> str:
        nonlocal changed_count
        address = normalize_url(unescape(link[1]))
        path = resolve(address) if address else None
        if path is None:
            return link[0]
        changed_count += 1
        return f'<a href="{escape(path)}">'

    return LINK.sub(replace_link, html), changed_count
