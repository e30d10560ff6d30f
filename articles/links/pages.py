"""The pages of this site that links name: whether they are public, and where they are now."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from urllib.parse import urlsplit

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from articles.content import kinds
from articles.content.languages import SOURCE_LANGUAGE
from articles.db.prepared import PreparedQuery
from articles.links.addresses import PagePath, split_path
from articles.models import Article, PublicationEvent, Redirect


class PageState(StrEnum):
    """What visitors find at the page that a link names."""

    PUBLIC = "public"
    DRAFT = "draft"
    WITHDRAWN = "withdrawn"


STATE_LABELS = {
    PageState.PUBLIC: "public",
    PageState.DRAFT: "not public yet",
    PageState.WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True)
class LinkedPage:
    """A page that a link names: its state, its address now, and whether that is another one."""

    key: int
    state: PageState
    kind: str
    slug: str
    title: str
    has_moved: bool = False

    @property
    def path(self) -> str:
        return kinds.get_path(self.kind, self.slug)


PageKey = tuple[str, str]  # kind and slug, as a link has them


def find_linked_pages(paths: Iterable[PagePath]) -> dict[PageKey, LinkedPage]:
    """The pages at some paths, and those that moved away from there. One query, or none.

    A page that nobody discarded stands before one that once had its address.
    """
    wanted = {(path.kind, path.slug) for path in paths}
    if not wanted:
        return {}
    found: dict[PageKey, LinkedPage] = {}
    rows = _pages_query.fetch(
        names=sorted({kind for kind, _ in wanted}), slugs=sorted({slug for _, slug in wanted})
    )
    for was_kind, was_slug, key, kind, slug, title, live, is_logged in sorted(rows, key=_is_moved):
        if (was_kind, was_slug) not in wanted:  # of one kind, with the slug of another
            continue
        state = PageState.DRAFT
        if live is not None:
            state = PageState.PUBLIC
        elif is_logged:
            state = PageState.WITHDRAWN
        has_moved = (was_kind, was_slug) != (kind, slug)
        found.setdefault((was_kind, was_slug), LinkedPage(key, state, kind, slug, title, has_moved))
    return found


def _is_moved(row: tuple) -> bool:
    return row[:2] != row[3:5]


def _build_pages_query(names: list[str], slugs: list[str]) -> QuerySet:
    """The pages that once had an address of these kinds and slugs, and those that have one."""
    address = Q(kind__any_of=names, slug__any_of=slugs, language=SOURCE_LANGUAGE)
    logged = PublicationEvent.objects.filter(article=OuterRef("pk"))
    pages = Article.objects.active().order_by().filter(address).annotate(is_logged=Exists(logged))
    logged = PublicationEvent.objects.filter(article=OuterRef("article"))
    moved = Redirect.objects.order_by().filter(address, article__discarded_at__isnull=True)
    rows = moved.annotate(is_logged=Exists(logged)).values_list(
        "kind",
        "slug",
        "article",
        "article__kind",
        "article__slug",
        "article__title",
        "article__live",
        "is_logged",
    )
    present = pages.values_list(
        "kind", "slug", "pk", F("kind"), F("slug"), "title", "live", "is_logged"
    )
    return rows.union(present, all=True)


_pages_query = PreparedQuery(_build_pages_query, names=list[str], slugs=list[str])


def find_pages_of_links(hrefs: Iterable[str]) -> dict[str, LinkedPage | None]:
    """By address, the page of each link that names one of a kind; None where there is none.

    One query for all pages, one for all causes and one for all topics, where there are any.
    """
    paths = {href: path for href in hrefs if (path := split_path(href))}
    targets = kinds.get_link_targets()
    pages = find_linked_pages(path for path in paths.values() if path.kind not in targets)
    for name in targets:
        slugs = {path.slug for path in paths.values() if path.kind == name}
        if slugs:
            pages |= _find_targets(name, slugs)
    return {href: pages.get((path.kind, path.slug)) for href, path in paths.items()}


def _find_targets(name: str, slugs: set[str]) -> dict[PageKey, LinkedPage]:
    """What is no page, such as causes, at some slugs. One query."""
    states: dict[str, PageState] = {}
    for slug, state in _get_target_query(name).fetch(slugs=sorted(slugs)):
        if states.get(slug) != PageState.PUBLIC:
            states[slug] = PageState(state)
    return {
        (name, slug): LinkedPage(0, state, name, slug, title="") for slug, state in states.items()
    }


@cache
def _get_target_query(name: str) -> PreparedQuery:
    """The query for the slugs of a link target, each with what visitors find there."""
    target = kinds.get_link_targets()[name]

    def build(slugs: list[str]) -> QuerySet:
        parts = []
        for state, rows in (
            (PageState.PUBLIC, target.readable()),
            (PageState.DRAFT, target.known()),
        ):
            for queryset in rows:
                found = queryset.order_by().filter(slug__any_of=slugs)
                parts.append(found.annotate(link_state=Value(state)))
        first, *others = [part.values_list("slug", "link_state") for part in parts]
        return first.union(*others)

    return PreparedQuery(build, slugs=list[str])


def get_present_href(href: str, page: LinkedPage) -> str:
    """The address of a link to a page where that is now; what follows the page's own path stays."""
    path = split_path(href)
    if path is None or not page.has_moved:
        return href
    return page.path + path.rest


def get_fragment(href: str) -> str:
    """The section that a link names, without its sign."""
    return urlsplit(href).fragment
