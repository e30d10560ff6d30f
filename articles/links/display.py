"""Links of signed texts as visitors get them: to where pages are now, to nothing that is not there.

The signed text stays as it is. What is shown has other addresses, or only the words of a link.
"""

from collections.abc import Iterable

from articles.links.addresses import InvalidLink, parse_address, split_path
from articles.links.pages import PageState, find_pages_of_links, get_present_href
from articles.page_store import subjects
from articles.richtext.links import find_links, replace_links

OUTSIDE = ("http:", "https:", "mailto:", "tel:")
# By address as signed: the address that is shown, or None where the words alone are.
LinkChanges = dict[str, str | None]


def find_link_changes(htmls: Iterable[str]) -> LinkChanges:
    """The links of some texts that are not shown as they were signed. One query, or none."""
    hrefs: set[str] = set()
    for html in htmls:
        hrefs.update(link.href for link in find_links(html))
    changes: LinkChanges = {}
    parsed: dict[str, str] = {}
    for href in hrefs:
        try:
            parsed[href] = parse_address(href).href
        except InvalidLink:
            if not href.lower().startswith(OUTSIDE):  # of these, browsers may make something
                changes[href] = None
    _name_links(parsed.values())
    pages = find_pages_of_links(parsed.values())
    for href, address in parsed.items():
        if address not in pages:
            continue
        page = pages[address]
        shown: str | None = None
        if page is not None and page.state != PageState.DRAFT:
            shown = get_present_href(address, page)
        if shown != href:
            changes[href] = shown
    return changes


def _name_links(addresses: Iterable[str]) -> None:
    for address in addresses:
        if path := split_path(address):
            subjects.name(subjects.link(path.kind, path.slug))


def follow_links(html: str, changes: LinkChanges) -> str:
    """Finished HTML with these changes to its plain links. Links with a class stay as they are."""
    if not changes:
        return html
    return replace_links(html, lambda href: changes.get(href, href))
