"""What a page says, whatever its layout: pages were laid out anew since build 978f4c9 (ADR 62).

A page of that build is the same if this build's has every text of it, each block as it was, and
every link. What else stands around them may change.
"""

import re

from selectolax.lexbor import LexborHTMLParser

BLOCKS = "p, li, h1, h2, h3, dt, dd, td, th, figcaption, summary"
# Furniture of that build which says something else since, or stands there no longer.
REWORDED = re.compile(
    r"[A-Z#]?(?:, no symptoms)?|Symptoms starting with [A-Z#]|Nothing under [A-Z#] yet"
    r"|A symptom appears here once a clinician has read its page and signed it\."
    r"|\d+ symptoms?(?:, page \d+ of \d+)?"
)


# Lists of other pages, which are chosen otherwise since: related ones, and the latest reviews.
CHOSEN_OTHERWISE = ".related, .pair > section:first-child"
# What stands inside a block of text since: what a signature says (ADR 63).
ADDED_INSIDE = ".signature-says"


def find_lost(old: bytes, new: bytes) -> set[str]:
    """Texts and links of an older page that are not on the newer one."""
    was, now = LexborHTMLParser(old), LexborHTMLParser(new)
    for chosen in was.css(CHOSEN_OTHERWISE):
        chosen.decompose()
    for added in now.css(ADDED_INSIDE):
        added.decompose()
    return _list_words(was) - _list_words(now) | _list_links(was) - _list_links(now)


def _list_words(page: LexborHTMLParser) -> set[str]:
    texts = set()
    for block in page.css(f"main :is({BLOCKS})"):
        text = " ".join(block.text().split())
        if not REWORDED.fullmatch(text):
            texts.add(text)
    return texts


def _list_links(page: LexborHTMLParser) -> set[str]:
    return {link.attributes["href"] or "" for link in page.css("main a[href]")}


def says_the_same(old: bytes, new: bytes) -> bool:
    """Whether two pages of evidence have the same texts and links, and nothing besides.

    Their title names the entry, and two of them can have one text.
    """
    was, now = LexborHTMLParser(old), LexborHTMLParser(new)
    facts = [
        (page.css_first("title").text(), _list_words(page), _list_links(page))
        for page in (was, now)
    ]
    return facts[0] == facts[1]


def find_lost_lines(old: bytes, new: bytes) -> set[str]:
    """Lines of an older file, such as the sitemap, that are not in the newer one."""
    return set(old.decode().splitlines()) - set(new.decode().splitlines())
