"""Asking the finder, and reading its answer."""

from articles.public.page_cache import page_cache
from tests import html

FINDER = "/finder/"


def ask_finder(client, *slugs, **more):
    page_cache.clear()
    return client.get(FINDER, {"s": slugs} | more)


def list_causes(answer) -> list[str]:
    """The causes in the order of the page."""
    return [text for tag, text in html.Outline(answer.text).steps if tag == "h4"]


def list_headings(answer, tag="h3") -> list[str]:
    return [text for kind, text in html.Outline(answer.text).steps if kind == tag]
