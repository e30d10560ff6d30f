"""Comments of colleagues and footnotes: their numbers and their words are left out, and counted.

What they speak of stays. A comment or footnote has a number in the text and words below it, and
counts once.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from articles.richtext.reader.tree import Element, Node, find_parents, get_text, remove, walk

COMMENT = "comment"
FOOTNOTE = "footnote"
NUMBER, WORDS, LIST = "number", "words", "list"
COMMENT_TEXT_CLASSES = ("msocommenttext", "msocommentsubject", "msocomtxt")
FOOTNOTE_TEXT_CLASSES = ("msofootnotetext", "msoendnotetext", "sdfootnote", "sdendnote")
LINK = re.compile(r"(?:file:[^#]*)?#(.+)")
COMMENT_WORDS_TARGET = re.compile(r"cmnt_ref\d")
COMMENT_NUMBER_TARGET = re.compile(r"_msocom|_msoanchor|cmnt\d")
FOOTNOTE_TARGET = re.compile(
    r"_?(?:ftn|edn)\d|ftnt\d|sd(?:foot|end)note\d+sym|cite_note|fn[-:.]?\d|(?:foot|end)notes?[-_:]?\d"
)
BACK_TARGET = re.compile(
    r"_?(?:ftn|edn)ref|ftnt_ref|sd(?:foot|end)note\d+anc|cite_ref|fn-?ref|(?:foot|end)note-?ref"
)
NOTE_NUMBER = re.compile(r"\W*(?:\w{0,3}\s?\d{1,4}|[a-z]{1,4}|)\W*", re.IGNORECASE)
RAISED_TAGS = {"sup"}
CLIMBED_TAGS = {"p", "div", "span", "sup", "font", "small", "cite", "b", "strong", "em", "i", "a"}
MAX_SIBLINGS = 20  # nodes before a number that may stand in the same note

Part = tuple[str, str]  # the kind of a note, and which part of it


def remove_notes(root: Element, left_out: Counter[str]) -> None:
    """Leave comments and footnotes out of a tree, and count them."""
    parents = find_parents(root)
    parts = {}
    for element in walk(root):
        part = _find_part(element, parents)
        if part is not None:
            parts[element] = part
    if not parts:
        return
    back_links = _count_back_links(parts, parents)
    inside: dict[Element, Part] = {}
    removed = set()
    counts: Counter[Part] = Counter()
    for element in walk(root):
        part = parts.get(element)
        around = inside.get(parents.get(element, root))
        if around is None and part is not None:
            element = _find_whole(element, part, parents, back_links)
            removed.add(element)
        if part is not None and (around is None or (around[1] == LIST and part[1] == WORDS)):
            counts[part] += 1
            inside[element] = part
        elif around is not None:
            inside[element] = around
    remove(root, removed)
    for kind in (COMMENT, FOOTNOTE):
        number = max(counts[kind, part] for part in (NUMBER, WORDS, LIST))
        if number:
            left_out[kind] += number


def _find_part(element: Element, parents: dict[Element, Element]) -> Part | None:
    """Which part of a note an element is; None if it is none."""
    mso_element = element.style.get("mso-element", "")
    role = element.get("role")
    if mso_element == "comment-list":
        return COMMENT, LIST
    if mso_element in ("footnote-list", "endnote-list") or role in (
        "doc-endnotes",
        "doc-footnotes",
    ):
        return FOOTNOTE, LIST
    if mso_element == "comment" or _has_class(element, COMMENT_TEXT_CLASSES) or role == "comment":
        return COMMENT, WORDS
    if mso_element in ("footnote", "endnote") or role in ("doc-footnote", "doc-endnote"):
        return FOOTNOTE, WORDS
    if element.style.get("mso-special-character") == "comment":
        return COMMENT, NUMBER
    if _has_class(element, ("msocom",)):
        return COMMENT, NUMBER
    if _has_class(element, FOOTNOTE_TEXT_CLASSES) and element.tag in ("p", "div", "li"):
        return FOOTNOTE, WORDS
    return _find_link_part(element, parents) if element.tag == "a" else None


def _has_class(element: Element, beginnings: tuple[str, ...]) -> bool:
    return any(name.startswith(beginnings) for name in element.classes)


def _find_link_part(link: Element, parents: dict[Element, Element]) -> Part | None:
    found = LINK.match(link.get("href"))
    if found is None:
        return None
    target = found[1].lower()
    if COMMENT_WORDS_TARGET.match(target):
        return COMMENT, WORDS
    if COMMENT_NUMBER_TARGET.match(target):
        return COMMENT, NUMBER
    if BACK_TARGET.match(target) or link.get("role") == "doc-backlink":
        return FOOTNOTE, WORDS
    if not NOTE_NUMBER.fullmatch(get_text([link])):
        return None
    is_number = FOOTNOTE_TARGET.match(target) or link.get("role") == "doc-noteref"
    if is_number or _is_raised(link, parents):
        return FOOTNOTE, NUMBER
    return None


def _is_raised(link: Element, parents: dict[Element, Element]) -> bool:
    around = [link, *islice(_iter_parents(link, parents), 2)]
    inside = list(islice(link.elements, 2))
    for element in around + inside:
        if element.tag in RAISED_TAGS or element.style.get("vertical-align") == "super":
            return True
    return False


def _iter_parents(element: Element, parents: dict[Element, Element]) -> Iterator[Element]:
    while element in parents:
        element = parents[element]
        yield element


def _count_back_links(
    parts: dict[Element, Part], parents: dict[Element, Element]
) -> Counter[Element]:
    """How many links back to a number stand in each element."""
    counts: Counter[Element] = Counter()
    for element, part in parts.items():
        if element.tag == "a" and part[1] == WORDS:
            counts.update(_iter_parents(element, parents))
    return counts


def _find_whole(
    element: Element, part: Part, parents: dict[Element, Element], back_links: Counter[Element]
) -> Element:
    """The element that holds a whole note: its words stand beside the link back to its number."""
    if element.tag != "a" or part[1] != WORDS:
        return element
    for parent in _iter_parents(element, parents):
        if parent.tag == "li":
            return parent
        if parent.tag not in CLIMBED_TAGS or back_links[parent] > 1:
            break
        if not _begins_with(parent, element):
            break
        element = parent
    return element


def _begins_with(parent: Element, element: Element) -> bool:
    """Whether no words stand before an element in its parent."""
    nodes: Iterator[Node] = islice(parent.children, MAX_SIBLINGS)
    for node in nodes:
        if node is element:
            return True
        if get_text([node]).strip():
            return False
    return False
