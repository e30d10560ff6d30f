"""The links of the footer: pages about the site that visitors look for, where they are public."""

import threading
from collections.abc import Collection

from django.db import DatabaseError
from django.db.models import QuerySet

from articles.content import kinds
from articles.content.languages import SOURCE_LANGUAGE
from articles.models import Article, PublicationEvent
from articles.page_store import subjects
from articles.public.breadcrumbs import Breadcrumb

# By their address, as visitors of any site look for them.
LABELS = {
    "contact": "Contact",
    "privacy": "Privacy",
    "accessibility": "Accessibility",
    "editorial-policy": "Editorial policy",
}


def get_pages() -> QuerySet[Article]:
    """The public pages to which the footer leads."""
    pages = Article.objects.public().order_by()
    return pages.filter(kind="about", language=SOURCE_LANGUAGE, live__slug__in=LABELS)


def build_links(slugs: Collection[str]) -> tuple[Breadcrumb, ...]:
    """The links to those pages, by the slugs of those that are public."""
    links = []
    for slug, label in LABELS.items():
        if slug in slugs:
            links.append(Breadcrumb(label, kinds.get_path("about", slug)))
    return tuple(links)


class FooterLinks:
    """The links of one site revision: read once in each process, as all its lists have them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._site_revision: int | None = None
            self._links: tuple[Breadcrumb, ...] = ()

    def get(self, site_revision: int) -> tuple[Breadcrumb, ...]:
        """Those of a site revision; one query where it is another one than before.

        For a page without a site revision (0) they are read each time.
        """
        subjects.name(subjects.FOOTER)
        with self._lock:
            if site_revision and site_revision == self._site_revision:
                return self._links
        links = build_links(set(get_pages().values_list("live__slug", flat=True)))
        with self._lock:
            self._site_revision, self._links = site_revision, links
        return links

    def get_last(self) -> tuple[Breadcrumb, ...]:
        """Those that were read last, for search and finder, which know no site revision.

        Two queries where this process has read none; no links where the database cannot be read.
        """
        with self._lock:
            if self._site_revision is not None:
                return self._links
        try:
            return self.get(PublicationEvent.objects.site_revision())
        except DatabaseError:
            return ()


footer_links = FooterLinks()
