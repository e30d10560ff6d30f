"""Addresses for many pages at once: free ones for new pages, and old ones that lead on."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.utils.text import slugify

from articles.models import Article, Redirect

LONGEST = 200
BATCH = 1000


def wished(title: str, key: str) -> str:
    """The address that a title makes; that of an id where the title has no letter that an address can carry."""
    return (slugify(title) or slugify(key) or "page")[:LONGEST].rstrip("-")


def free(wishes: list[str], taken_of: Callable[[Iterable[str]], set[str]]) -> list[str]:
    """An address for each wish, none twice: where one is taken, the next free number is put behind it.

    ``taken_of`` tells which of some addresses are in use.
    """
    given, taken, next_number = [], taken_of(wishes), {}
    for wish in wishes:
        slug = wish
        while slug in taken:
            number = next_number[wish] = next_number.get(wish, 1) + 1
            slug = f"{wish[: LONGEST - len(str(number)) - 1]}-{number}"
            if slug not in taken:
                taken |= taken_of([slug])
        taken.add(slug)
        given.append(slug)
    return given


def taken(kind: str, slugs: Iterable[str]) -> set[str]:
    """Those addresses of a kind of page that are, or once were, a page's, or that the site needs for itself."""
    address = {"kind": kind, "language": settings.LANGUAGE_CODE, "slug__in": list(slugs)}
    pages = Article.objects.kept().filter(**address).values_list("slug", flat=True)
    old = Redirect.objects.filter(**address).values_list("slug", flat=True)
    return {*pages, *old, *Article.RESERVED_ADDRESSES}


def lead_to(kind: str, pages: dict[str, int]) -> int:
    """Let free addresses lead to pages, by their keys. Those in use stay as they are. Returns how many lead now."""
    in_use = taken(kind, pages)
    rows = [
        Redirect(language=settings.LANGUAGE_CODE, kind=kind, slug=slug, article_id=page)
        for slug, page in pages.items()
        if slug and slug not in in_use
    ]
    Redirect.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)
