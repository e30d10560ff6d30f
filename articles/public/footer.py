"""The links of the footer: pages about the site that visitors look for, where they are public."""

import threading
from collections.abc import Collection

from django.db import DatabaseError, InterfaceError
from django.db.models import QuerySet

from articles.content import kinds
from articles.content.languages import SOURCE_LANGUAGE
from articles.db.reading import use_primary
from articles.models import Article
from articles.page_store import outage, subjects
from articles.page_store.following import follower
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
    """The links of the footer: read once in each process, and again when one of them changed."""

    SUBJECTS = (subjects.hash_subject(subjects.FOOTER),)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._number: int | None = None
            self._generation = 0
            self._links: tuple[Breadcrumb, ...] | None = None

    def get(self) -> tuple[Breadcrumb, ...]:
        """The links to which changes were followed; one query where one of them changed."""
        subjects.name(subjects.FOOTER)
        number = follower.follow()
        with self._lock:
            if self._links is not None and self._is_current():
                return self._links
        return self._read(number)

    def _is_current(self) -> bool:
        if self._number is None or self._generation != follower.generation:
            return False
        return follower.is_current(self.SUBJECTS, self._number)

    def _read(self, number: int | None) -> tuple[Breadcrumb, ...]:
        generation = follower.generation
        with use_primary():
            slugs = set(get_pages().values_list("live__slug", flat=True))
        links = build_links(slugs)
        with self._lock:
            self._number, self._generation, self._links = number, generation, links
        return links

    def get_last(self) -> tuple[Breadcrumb, ...]:
        """Those that were read last, for search and finder, which follow no changes.

        One query where this process has read none; no links where the database cannot be read.
        """
        with self._lock:
            if self._links is not None:
                return self._links
        try:
            outage.require_database()
            return self._read(None)
        except (DatabaseError, InterfaceError, outage.DatabaseUnreachable):
            return ()


footer_links = FooterLinks()
