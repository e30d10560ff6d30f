"""Checks of the links of a page: their addresses, and the pages and sections that they name."""

from collections.abc import Iterable, Iterator

from articles.content.document import Document
from articles.links.addresses import InvalidLink, LinkKind, parse_address
from articles.links.pages import PageState, find_pages_of_links
from articles.links.validation import NO_SUCH_SECTION, describe_link, is_anchor_missing
from articles.models import Article
from articles.quality.base import Check, Problem, check
from articles.quality.text_runs import split_texts
from articles.richtext.links import TextLink, find_links

UNREADABLE = "A link goes to {}, which visitors cannot read."
MEND = "Change where the link leads, or remove it."


def _list_links(document: Document) -> Iterator[tuple[str, TextLink]]:
    """The links of each rich text, each once, with the label of the text."""
    return split_texts(document).find_in_rich(_label_links)


def _label_links(label: str, html: str) -> Iterator[tuple[str, TextLink]]:
    for link in dict.fromkeys(find_links(html)):
        yield label, link


@check("A link that leads nowhere leaves a worried reader alone.", can_block=True)
def check_link_addresses(page: Article, document: Document) -> Iterable[Problem]:
    anchors = document.get_anchors()
    for label, link in _list_links(document):
        try:
            address = parse_address(link.href)
        except InvalidLink as fault:
            message = f"{label}: {_decapitalize(describe_link(link, str(fault)))}"
            yield Problem(message, MEND, blocking=True)
            continue
        if address.kind == LinkKind.ANCHOR and is_anchor_missing(address.href, anchors):
            message = f"{label}: {_decapitalize(describe_link(link, NO_SUCH_SECTION))}"
            yield Problem(message, MEND)


def _decapitalize(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


@check("A link that leads nowhere leaves a worried reader alone.")
def check_linked_pages(page: Article, document: Document) -> Iterable[Problem]:
    hrefs = {link.href for _label, link in _list_links(document)}
    for href, linked in sorted(find_pages_of_links(hrefs).items()):
        if linked is None:
            yield Problem(UNREADABLE.format(href), MEND)
        elif linked.state == PageState.DRAFT:
            fix = "Publish that page first, or remove the link: until then it is shown as words."
            yield Problem(UNREADABLE.format(href), fix)
        elif linked.state == PageState.WITHDRAWN:
            fix = "That page was withdrawn. Link to another one, or remove the link."
            yield Problem(UNREADABLE.format(href), fix)
        elif linked.has_moved:
            fix = "Visitors are led there. Set the link again to have the new address in the text."
            yield Problem(f"A link goes to {href}; that page is at {linked.path} now.", fix)


CHECKS: tuple[Check, ...] = (check_link_addresses, check_linked_pages)
