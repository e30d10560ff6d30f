"""Whether a text is already as a page may carry it: then not one byte of it changes."""

import re

import nh3

from articles.richtext.reader import scripts, tables
from articles.richtext.reader.bounds import MAX_DEPTH
from articles.richtext.reader.tree import Element, parse, serialize
from articles.richtext.vocabulary import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_TAGS,
    URL_SCHEMES,
    tidy_attribute,
)

# A tag as it is saved here. Other texts are not even sanitised to see whether they change.
SAVED_TAG = (
    r"/?[a-z0-9]{1,10}>|a href=\"[^\"<>]+\">|(?:ol|td|th)(?: (?:start|type|colspan|rowspan|scope)"
    r"=\"[a-zA-Z0-9]{1,4}\")+>"
)
SAVED = re.compile(rf"(?:[^<>&]++|<(?:{SAVED_TAG})|&(?:amp|lt|gt|quot|nbsp);)*+")
TAG = re.compile(r"<(/?)([a-z0-9]+)([^>]*)>([^<]*)")
TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
HREF = re.compile(r'<a href="([^"]*)">')
ABSOLUTE_URL = re.compile(r"(?:https?:|mailto:|tel:).", re.IGNORECASE)
EMPTY_LINK = re.compile(r"<a\b[^<>]*>\s*</a>|<a>")
EMPTY_TAIL = re.compile(r"^(?:\s|&nbsp;|<br>|<(p|h2|h3)>(?:\s|&nbsp;|<br>)*</\1>)*$")
LIST_TAGS = {"ul", "ol"}
SCRIPT_TAGS = {"sup", "sub"}


def sanitize(html: str) -> str:
    """The HTML without anything that a page may not carry."""
    return nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        # The default of nh3 for all elements allows titles.
        attributes={"*": set(), **ALLOWED_ATTRIBUTES},
        attribute_filter=tidy_attribute,
        url_schemes=URL_SCHEMES,
        link_rel=None,
    )


def is_carried(html: str, base: str) -> bool:
    """Whether a page may have a text as it is. ``base`` is where it comes from, if known."""
    if not SAVED.fullmatch(html) or EMPTY_TAIL.match(html) or EMPTY_LINK.search(html):
        return False
    if not all(_is_full_address(href, base) for href in HREF.findall(html)):
        return False
    if scripts.has_fraction(html) or not _is_well_nested(html):
        return False
    return sanitize(html) == html and all(map(_is_normal, TABLE.findall(html)))


def _is_full_address(href: str, base: str) -> bool:
    if ABSOLUTE_URL.match(href):
        return True
    return not base and not href.startswith("//")


def _is_well_nested(html: str) -> bool:
    """Whether items stand in lists and nothing else does, and no raised words in others."""
    open_tags = [""]
    for ends, tag, _, text in TAG.findall(html):
        if ends:
            open_tags.pop()
            if not open_tags:
                return False
        elif not _may_stand_in(tag, open_tags[-1], open_tags) or len(open_tags) > MAX_DEPTH:
            return False
        elif tag != "br":
            open_tags.append(tag)
        if open_tags[-1] in LIST_TAGS and text.strip():
            return False
    return True


def _may_stand_in(tag: str, parent: str, open_tags: list[str]) -> bool:
    if tag in SCRIPT_TAGS and not SCRIPT_TAGS.isdisjoint(open_tags):
        return False
    return (tag == "li") == (parent in LIST_TAGS)


def _is_normal(html: str) -> bool:
    """Whether a table is in its normal form."""
    table = parse(html).children[0]
    if not isinstance(table, Element):
        return False
    return serialize([tables.normalize(table)]) == html
