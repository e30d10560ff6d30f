"""Links to addresses elsewhere whose pages are here now: they become links to our pages."""

from collections.abc import Iterable

from articles.content import kinds
from articles.imports import addresses
from articles.imports.staging import batched
from articles.models import ExternalId


class InternalLinks:
    """The links of some records that lead to pages here. ``page_ids`` are the pages with one."""

    def __init__(self, importer, records: dict):
        self._importer = importer
        urls_by_page = {}
        for pk, record in records.items():
            urls_by_page[pk] = _find_urls(importer.iter_rich_texts(record))
        all_urls = set().union(*urls_by_page.values())
        self._paths = _find_paths(all_urls - {""})
        self.page_ids = {pk for pk, urls in urls_by_page.items() if urls & self._paths.keys()}

    def rewrite(self, pk: int, record):
        """The record with links to our pages in place of those to their addresses elsewhere."""
        if pk not in self.page_ids:
            return record
        return self._importer.replace_rich_texts(record, self._relink)

    def _relink(self, html: str) -> str:
        relinked, _ = addresses.relink(html, self._paths.get)
        return relinked


def _find_urls(htmls: Iterable[str]) -> set[str]:
    """The normalized addresses of all links in some texts."""
    found: set[str] = set()
    for html in htmls:
        found.update(addresses.iter_links(html or ""))
    return found


def _find_paths(urls: set[str]) -> dict[str, str]:
    """Address elsewhere → path here, of those whose page is here and was not discarded."""
    found = {}
    for batch in batched(urls):
        external_ids = ExternalId.objects.filter(
            url__any_of=batch, article__discarded_at__isnull=True
        )
        rows = external_ids.order_by("-pk").values_list("url", "article__kind", "article__slug")
        for url, kind, slug in rows:
            found[url] = kinds.get_path(kind, slug)
    return found
