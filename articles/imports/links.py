"""Links to addresses elsewhere whose pages are here now: they lead to our own."""

from collections.abc import Iterable, Iterator
from html import unescape

from articles import kinds
from articles.imports import wild
from articles.imports.spool import batched
from articles.models import Origin


class Links:
    """The links of some records that lead to pages here. ``found`` are the pages with such a link."""

    def __init__(self, pages, records: dict):
        self._pages = pages
        named = {pk: set(_addresses(pages.rich(record))) for pk, record in records.items()}
        self._paths = _paths(set().union(*named.values()) - {""})
        self.found = {pk for pk, addresses in named.items() if addresses & self._paths.keys()}

    def written(self, pk: int, record):
        """The record with its links led to our pages."""
        return self._pages.with_rich(record, self._html) if pk in self.found else record

    def _html(self, html: str) -> str:
        return wild.relink(html, self._paths.get)[0]


def _addresses(htmls: Iterable[str]) -> Iterator[str]:
    return (wild.normal(unescape(url)) for html in htmls if html for url in wild.LINK.findall(html))


def _paths(addresses: set[str]) -> dict[str, str]:
    """Address elsewhere → path here, of those whose page is here and was not discarded."""
    found = {}
    for some in batched(addresses):
        rows = Origin.objects.filter(url__in=some, article__discarded_at__isnull=True).order_by("-pk")
        led = rows.values_list("url", "article__kind", "article__slug")
        found |= {url: kinds.path(kind, slug) for url, kind, slug in led}
    return found
