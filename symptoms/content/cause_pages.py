"""The causes of a document by page: one page for nearly every symptom, several for thousands."""

from math import ceil
from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator

from articles.content.paths import get_numbered_path

CAUSES_PER_PAGE = 500


def get_page(document, number: int = 1) -> Page[Any]:
    """Some causes by group: its place among all groups, its heading, and those of its causes.

    Raises EmptyPage past the last page.
    """
    count = sum(len(group.causes) for group in document.causes)
    page: Page[Any] = Paginator(range(count), CAUSES_PER_PAGE).page(number)
    start = (page.number - 1) * CAUSES_PER_PAGE
    stop = start + len(page)
    first = 0  # the place of the first cause of a group among all
    groups: list[tuple] = []
    for place, group in enumerate(document.causes, start=1):
        causes = group.causes[max(start - first, 0) : max(stop - first, 0)]
        if causes:
            groups.append((place, group.heading, list(causes)))
        first += len(group.causes)
    page.object_list = groups
    return page


def build_part(document, number: int) -> dict:
    """What a preview shows of one page of the causes: the page of this number, or the last.

    Its addresses are the preview's own, so they are empty here.
    """
    try:
        page = get_page(document, number)
    except EmptyPage:
        page = get_page(document, max(ceil(len(document.all_causes) / CAUSES_PER_PAGE), 1))
    urls = [(other, "") for other in page.paginator.page_range]
    return {"causes_page": page, "causes_urls": urls}


def get_further_numbers(count: int) -> range:
    """The numbers of the pages after the first, for so many causes."""
    return range(2, ceil(count / CAUSES_PER_PAGE) + 1)


def get_url(slug: str, number: int = 1) -> str:
    return get_numbered_path("symptoms:causes", slug, number=number)
