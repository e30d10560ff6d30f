"""Headings keep their rank within the text: the highest becomes h2, all below it h3."""

import re

from articles.richtext.reader.tree import Element, walk

RANKS = {f"h{rank}": rank for rank in range(1, 7)}
PAGE_RANKS = {2, 3}  # of the headings that a page may carry
CLASS_RANK = re.compile(r"mso(?:title|heading([1-9]))(?:cxsp\w+)?")
ROLE_RANK = 2  # of a heading by its role that does not say which
BLOCK_TAGS = {"p", "div", *RANKS}


def rank(root: Element, *, keeps_page_ranks: bool) -> None:
    """Name each heading of a tree as a page has it.

    ``keeps_page_ranks`` leaves h2 and h3 as they are in a text without others: h3 alone stays.
    """
    ranks = {}
    for element in walk(root):
        found = _find_rank(element)
        if found is not None:
            ranks[element] = found
    used = set(ranks.values())
    if keeps_page_ranks and PAGE_RANKS.issuperset(used):
        highest = min(PAGE_RANKS)
    else:
        highest = min(used, default=1)
    for element, found in ranks.items():
        element.tag = "h2" if found == highest else "h3"


def _find_rank(element: Element) -> int | None:
    """The rank of a heading from 1; None for what is no heading."""
    if element.get("role") == "heading":
        level = element.get("aria-level")
        return int(level) if re.fullmatch("[1-9]", level) else RANKS.get(element.tag, ROLE_RANK)
    if element.tag not in BLOCK_TAGS:
        return None
    for name in element.classes:
        if found := CLASS_RANK.fullmatch(name):
            return int(found[1] or 1)
    if element.tag in RANKS:
        return RANKS[element.tag]
    level = element.style.get("mso-outline-level", "")
    return int(level) if re.fullmatch("[1-9]", level) else None
