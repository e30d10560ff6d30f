"""The links of a rich text: their addresses and their words, and the same text with others."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser

from articles.richtext.plaintext import FORMATTING_TAG, PLAIN_HTML

LINK_TAG = re.compile(r'(<a href="[^"]*">|</a>)')
PLAIN_LINK = re.compile(r'<a (?:class="dial" )?href="([^"<>]*)">')
LINK_START = '<a href="'


@dataclass(frozen=True)
class TextLink:
    """A link as it stands in a text: its address and its words."""

    href: str
    words: str


class _LinkParser(HTMLParser):
    """Collects the links of any HTML. A link ends where it is closed or the next one begins."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[TextLink] = []
        self.href: str | None = None
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.end_link()
            values = dict(attrs)
            if "href" in values:
                self.href = values["href"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.end_link()

    def handle_data(self, data: str) -> None:
        if self.href is not None:
            self.words.append(data)

    def end_link(self) -> None:
        if self.href is not None:
            self.links.append(TextLink(self.href, " ".join("".join(self.words).split())))
        self.href = None
        self.words = []


def find_links(html: str) -> list[TextLink]:
    """The links of a text in their order, also of HTML that was not cleaned."""
    if "<a" not in html.lower():
        return []
    if PLAIN_HTML.fullmatch(html):
        return list(_iterate_plain(html))
    parser = _LinkParser()
    parser.feed(html)
    parser.close()
    parser.end_link()
    return parser.links


def _iterate_plain(html: str) -> Iterator[TextLink]:
    """The links of HTML that has no other attributes, and nothing that is no text of a page."""
    _before, *parts = PLAIN_LINK.split(html)
    for href, after in zip(parts[::2], parts[1::2], strict=True):
        words = map(unescape, FORMATTING_TAG.split(after.partition("</a>")[0]))
        yield TextLink(unescape(href), " ".join("".join(words).split()))


def replace_links(html: str, resolve: Callable[[str], str | None]) -> str:
    """A cleaned text whose links have the addresses that ``resolve`` gives for theirs.

    Where it gives None, only the words of the link stay.
    """
    if LINK_START not in html:
        return html
    return "".join(_iterate_replaced(html, resolve))


def _iterate_replaced(html: str, resolve: Callable[[str], str | None]) -> Iterator[str]:
    is_removed = False
    for part in LINK_TAG.split(html):
        if part.startswith(LINK_START):
            href = unescape(part[len(LINK_START) : -2])
            target = resolve(href)
            is_removed = target is None
            if target is not None:
                yield part if target == href else f'{LINK_START}{escape(target)}">'
        elif not (part == "</a>" and is_removed):
            yield part
        else:
            is_removed = False
