"""The causes of a document by page: one page for nearly every symptom, several for thousands."""

from math import ceil

from django.core.paginator import EmptyPage, Page, Paginator

from articles.content.paths import get_numbered_path

CAUSES_PER_PAGE = 500


def get_page(document, number: int = 1) -> Page:
    """Some causes by group: its place among all groups, its heading, and those of its causes.

    Raises EmptyPage past the last page.
    """
    causes: list[tuple] = []
    for place, group in enumerate(document.causes, start=1):
        causes.extend((place, group.heading, cause) for cause in group.causes)
    page = Paginator(causes, CAUSES_PER_PAGE).page(number)
    groups: dict[tuple[int, str], list] = {}
    for place, heading, cause in page.object_list:
        groups.setdefault((place, heading), []).append(cause)
    page.object_list = [(*key, causes_of_group) for key, causes_of_group in groups.items()]
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
