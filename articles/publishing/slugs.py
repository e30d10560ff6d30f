"""Addresses for many pages at once: free ones for new pages, and redirects from old ones."""

from collections.abc import Callable, Iterable

from django.utils.text import slugify

from articles.content.languages import SOURCE_LANGUAGE
from articles.models import Article, Redirect, Topic, TopicEntry
from articles.names import make_name_slug

MAX_SLUG_LENGTH = 200
MAX_TOPIC_SLUG_LENGTH = 100
BATCH = 1000


def make_slug(title: str, key: str) -> str:
    """The slug of a title, or of an id if no letter of the title can be in an address."""
    return (make_name_slug(title) or slugify(key) or make_name_slug(key) or "page")[
        :MAX_SLUG_LENGTH
    ].rstrip("-")


def assign_free_slugs(
    candidates: list[str],
    find_taken: Callable[[Iterable[str]], set[str]],
    max_length: int = MAX_SLUG_LENGTH,
) -> list[str]:
    """A slug for each candidate, none twice: one that is taken gets the next free number.

    ``find_taken`` gives those of some slugs that are in use.
    """
    candidates = [candidate[:max_length].rstrip("-") for candidate in candidates]
    slugs: list[str] = []
    taken = find_taken(candidates)
    last_numbers: dict[str, int] = {}
    for candidate in candidates:
        slug = candidate
        while slug in taken:
            number = last_numbers.get(candidate, 1) + 1
            last_numbers[candidate] = number
            ending = f"-{number}"
            slug = candidate[: max_length - len(ending)] + ending
            if slug not in taken:
                taken |= find_taken([slug])
        taken.add(slug)
        slugs.append(slug)
    return slugs


def find_taken_slugs(kind: str, slugs: Iterable[str]) -> set[str]:
    """Those slugs of a kind that a page has or once had, or that the site needs for itself."""
    address = {"kind": kind, "language": SOURCE_LANGUAGE, "slug__in": list(slugs)}
    pages = Article.objects.active().filter(**address).values_list("slug", flat=True)
    old = Redirect.objects.filter(**address).values_list("slug", flat=True)
    return {*pages, *old, *Article.RESERVED_SLUGS}


def find_taken_topic_slugs(slugs: Iterable[str]) -> set[str]:
    """Those slugs that a topic has, or that public pages are filed under."""
    wanted = list(slugs)
    topics = Topic.objects.filter(slug__in=wanted).values_list("slug", flat=True)
    entries = TopicEntry.objects.filter(slug__in=wanted).values_list("slug", flat=True)
    return {*topics, *entries}


def create_redirects(kind: str, pages: dict[str, int]) -> list[Redirect]:
    """Redirect slugs to pages, given by id, unless they are in use. Returns the new rows.

    The caller has them recorded in the chain of events, last in its transaction.
    """
    taken = find_taken_slugs(kind, pages)
    rows = []
    for slug, page_id in pages.items():
        if slug and slug not in taken:
            row = Redirect(language=SOURCE_LANGUAGE, kind=kind, slug=slug, article_id=page_id)
            rows.append(row)
    return Redirect.objects.bulk_create(rows, batch_size=BATCH)
