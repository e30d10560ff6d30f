"""The causes of a document page by page: one page for nearly every symptom, several for one that names thousands."""

from itertools import groupby

from django.core.paginator import EmptyPage, Page, Paginator
from django.urls import reverse

CAUSES_A_PAGE = 500


def page(document, number: int = 1) -> Page:
    """Some causes by group, each with its place among the groups and its heading. Raises EmptyPage past the last."""
    flat = [(place, group.heading, one) for place, group in enumerate(document.causes, start=1) for one in group.causes]
    found = Paginator(flat, CAUSES_A_PAGE).page(number)
    groups = groupby(found.object_list, key=lambda row: row[:2])
    found.object_list = [(place, heading, [one for *_, one in rows]) for (place, heading), rows in groups]
    return found


def part(document, number: int) -> dict:
    """What a preview needs to show one page of the causes: that of a number, or the last. Its addresses are its own."""
    try:
        shown = page(document, number)
    except EmptyPage:
        shown = page(document, -(-len(document.every_cause) // CAUSES_A_PAGE) or 1)
    return {"causes_page": shown, "causes_urls": [(number, "") for number in shown.paginator.page_range]}


def further(count: int) -> range:
    """The numbers of the pages after the first, of so many causes."""
    return range(2, -(-count // CAUSES_A_PAGE) + 1)


def address(slug: str, number: int = 1) -> str:
    return reverse("symptoms:causes", args=[slug] if number == 1 else [slug, number])
