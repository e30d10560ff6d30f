"""Links that somebody wrote: what is wrong with each, in words, and the address that is stored.

A link that a text had before is not refused: whoever mends a word need not mend it first.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from articles.content import kinds
from articles.links.addresses import InvalidLink, LinkKind, parse_address
from articles.links.pages import LinkedPage, find_pages_of_links, get_present_href
from articles.richtext.anchors import RESERVED_ANCHORS, add_anchors
from articles.richtext.links import TextLink, find_links, replace_links

MAX_QUOTED = 60
NO_SUCH_PAGE = "leads to no page of this site. Choose a page, or copy its address again."
NO_SUCH_SECTION = (
    "leads to no section of this page. Link to one of its headings, or remove the link."
)


def describe_link(link: TextLink, fault: str) -> str:
    """A sentence about a link, by its words and its address."""
    words = link.words or "without words"
    name = f"“{_shorten(words)}”" if link.words else words
    return f"The link {name} ({_shorten(link.href) or 'empty'}) {fault}"


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_QUOTED else f"{text[: MAX_QUOTED - 1]}…"


def is_anchor_missing(href: str, anchors: Collection[str]) -> bool:
    """Whether a link to a section of its own page finds none of these."""
    return unquote(href.removeprefix("#")) not in anchors


@dataclass
class LinkCheck:
    """The links of one text: its faults so far, and the addresses that replace those written."""

    faults: list[str] = field(default_factory=list)
    replaced: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    pages: list[TextLink] = field(default_factory=list)
    anchors: list[TextLink] = field(default_factory=list)

    def finish(self, pages: Mapping[str, LinkedPage | None], anchors: Collection[str]) -> None:
        """Look at the pages that its links name, and at the sections of its own page."""
        for link in self.pages:
            href = self.replaced.get(link.href, link.href)
            if href not in pages:
                continue
            page = pages[href]
            if page is None and link.href not in self.known:
                self.faults.append(describe_link(link, NO_SUCH_PAGE))
            elif page is not None and page.has_moved:
                self.replaced[link.href] = get_present_href(href, page)
        for link in self.anchors:
            if link.href not in self.known and is_anchor_missing(link.href, anchors):
                self.faults.append(describe_link(link, NO_SUCH_SECTION))

    def rewrite(self, html: str) -> str:
        """The text with the addresses that are stored."""
        if not self.replaced:
            return html
        return replace_links(html, lambda href: self.replaced.get(href, href))


def check_text(written: str, cleaned: str, before: str = "") -> LinkCheck:
    """The links of a text by their addresses alone, except those that stood there ``before``.

    ``written`` is as it was sent: of that, cleaning drops the addresses that may run something.
    """
    check = LinkCheck(known={link.href for link in find_links(before)})
    links = find_links(cleaned)
    kept = {link.href for link in links}
    for link in find_links(written):
        if link.href not in kept and link.words and _is_unsafe(link.href):
            links.append(link)
    for link in dict.fromkeys(links):
        _check_link(check, link)
    return check


def _check_link(check: LinkCheck, link: TextLink) -> None:
    try:
        address = parse_address(link.href)
    except InvalidLink as fault:
        if link.href not in check.known:
            check.faults.append(describe_link(link, str(fault)))
        return
    if address.href != link.href:
        check.replaced[link.href] = address.href
    if address.kind == LinkKind.PAGE:
        check.pages.append(link)
    elif address.kind == LinkKind.ANCHOR:
        check.anchors.append(link)


def _is_unsafe(href: str) -> bool:
    """Whether cleaning drops it: an address of a scheme that no page may carry."""
    scheme, colon, _ = href.strip().partition(":")
    return bool(colon) and scheme.lower() not in ("http", "https", "mailto", "tel")


def finish_checks(checks: Iterable[LinkCheck], anchors: Collection[str]) -> None:
    """Look at the pages that links of several texts name: one query, or none."""
    checks = list(checks)
    hrefs: list[str] = []
    for check in checks:
        hrefs += [check.replaced.get(link.href, link.href) for link in check.pages]
    pages = find_pages_of_links(hrefs)
    for check in checks:
        check.finish(pages, anchors)


def keep_valid_links(html: str) -> tuple[str, list[str]]:
    """A cleaned text from elsewhere without its invalid links, whose words stay.

    Gives it with a sentence about each of them. Pages are not looked up: they may come with the
    same import.
    """
    faults: dict[str, str] = {}
    replaced: dict[str, str | None] = {}
    anchors = _list_possible_anchors(html)
    for link in find_links(html):
        try:
            address = parse_address(link.href)
        except InvalidLink as fault:
            replaced[link.href] = None
            faults[link.href] = describe_link(link, str(fault))
            continue
        replaced[link.href] = address.href
        if address.kind == LinkKind.ANCHOR and is_anchor_missing(address.href, anchors):
            replaced[link.href] = None
            faults[link.href] = describe_link(link, NO_SUCH_SECTION)
    if replaced:
        html = replace_links(html, lambda href: replaced.get(href, href))
    return html, list(faults.values())


def _list_possible_anchors(html: str) -> set[str]:
    """The anchors of a text, and those that sections of any page can have."""
    anchors = {anchor for anchor, _ in add_anchors(html).contents} | set(RESERVED_ANCHORS)
    return anchors.union(*(kind.section_anchors for kind in kinds.get_all()))
