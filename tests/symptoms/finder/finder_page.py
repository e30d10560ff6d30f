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


def list_missed(answer) -> list[str]:
    """The causes that must not be missed, in the order of the page."""
    found, inside = [], False
    for tag, text in html.Outline(answer.text).steps:
        if tag in ("h2", "h3"):
            inside = text == "Must not be missed"
        elif tag == "h4" and inside:
            found.append(text)
    return found


def list_headings(answer, tag="h3") -> list[str]:
    return [text for kind, text in html.Outline(answer.text).steps if kind == tag]
