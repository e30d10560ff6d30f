"""Links to addresses elsewhere whose pages are here now: they lead to our own."""

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import urlsplit

from articles import kinds
from articles.models import Origin

HREF = re.compile(r'<a href="(https?://[^"]+)"')
INDEX = re.compile(r"/(?:index\.html?)?$")


def bare(url: str) -> str:
    """An address without scheme, www. and fragment, by which two links to one page are alike."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{INDEX.sub('', parts.path)}{query}"[:500]


class Links:
    """The links of some records that lead to pages here. ``found`` are the pages with such a link."""

    def __init__(self, job, pages, records: dict):
        self._pages = pages
        named = {pk: set(_addresses(pages.rich(record))) for pk, record in records.items()}
        self._paths = _paths({bare(url) for urls in named.values() for url in urls})
        self.found = {pk for pk, urls in named.items() if any(bare(url) in self._paths for url in urls)}

    def written(self, pk: int, record):
        """The record with its links led to our pages."""
        return self._pages.with_rich(record, self.html) if pk in self.found else record

    def html(self, html: str) -> str:
        return HREF.sub(self._led, html)

    def _led(self, link: re.Match) -> str:
        path = self._paths.get(bare(unescape(link[1])))
        return f'<a href="{path}"' if path else link[0]


def _addresses(htmls: Iterable[str]) -> Iterable[str]:
    return (unescape(url) for html in htmls if html for url in HREF.findall(html))


def _paths(addresses: set[str]) -> dict[str, str]:
    """Address elsewhere → path here, of those whose page is here and was not discarded."""
    rows = Origin.objects.filter(url__in=addresses - {""}, article__discarded_at__isnull=True).order_by("-pk")
    found = rows.values_list("url", "article__kind", "article__slug")
    return {url: kinds.path(kind, slug) for url, kind, slug in found}
