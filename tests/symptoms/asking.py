"""Asking the finder, and reading its answer."""

from articles.shelf import shelf
from tests import html

FINDER = "/finder/"


def ask(client, *slugs, **more):
    shelf.clear()
    return client.get(FINDER, {"s": slugs} | more)


def named(answer) -> list[str]:
    """The causes in the order of the page."""
    return [text for tag, text in html.Outline(answer.text).steps if tag == "h4"]


def headings(answer, tag="h3") -> list[str]:
    return [text for kind, text in html.Outline(answer.text).steps if kind == tag]
