"""Links: each gets its full address, or leaves only its words if a page may not carry it."""

import re
from collections import Counter
from urllib.parse import urljoin

from articles.richtext.reader.tree import Element, has_words, walk

SCRIPT_SCHEMES = ("javascript", "vbscript", "data")
LINK_SCHEMES = ("https:", "http:", "mailto:", "tel:")
LINE_BREAKS = re.compile(r"[\t\r\n]+ *")
WITHIN_DOCUMENT = "#_"  # how the names of bookmarks of Word begin


def resolve(root: Element, base: str, left_out: Counter[str]) -> None:
    """Give each link of a tree its address from ``base``, and count those that cannot stay."""
    for element in walk(root):
        if element.tag != "a":
            continue
        href = element.attributes.pop("href", None)
        target = "" if href is None else _resolve_target(href, base, left_out)
        if target and not has_words(element.children):
            left_out["link without words"] += 1
        elif target:
            element.attributes["href"] = target


def _resolve_target(href: str, base: str, left_out: Counter[str]) -> str:
    """The full target of a link; empty if a page may not link to it."""
    target = _join(base, LINE_BREAKS.sub("", href.strip()).replace(" ", "%20"))
    scheme = ""
    if ":" in target.split("/")[0]:
        scheme = target.partition(":")[0].lower()
    if scheme in SCRIPT_SCHEMES:
        left_out["link that runs a script"] += 1
    elif scheme and not target.lower().startswith(LINK_SCHEMES):
        left_out[f"link of a kind that pages do not carry ({scheme}:)"] += 1
    elif not target:
        left_out["link that leads nowhere"] += 1
    elif target.startswith(WITHIN_DOCUMENT) or (target.startswith("#") and base):
        left_out["link within the page"] += 1
    else:
        return target
    return ""


def _join(base: str, href: str) -> str:
    """An address relative to the base in full; empty if it is no address."""
    target = href
    if base and href and not href.startswith("#"):
        try:
            target = urljoin(base, href)
        except ValueError:
            return ""
    return f"https:{target}" if target.startswith("//") else target
