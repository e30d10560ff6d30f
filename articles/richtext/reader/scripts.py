"""Raised and lowered words: by tag, by style, by role, in fractions, and never in another."""

import re

from articles.richtext.reader import measures
from articles.richtext.reader.tree import Element, find_parents, has_words, walk

SCRIPT_TAGS = {"sup", "sub"}
POSITIONS = {"super": "sup", "sub": "sub"}
ROLES = {"superscript": "sup", "subscript": "sub"}
EDGES = {"top": "sup", "text-top": "sup", "bottom": "sub", "text-bottom": "sub"}
INLINE_TAGS = {
    *("span", "font", "a", "b", "strong", "i", "em", "small", "u", "ins", "big", "cite", "code"),
    *("abbr", "q", "mark", "tt", "kbd", "samp", "var", "dfn", "time", "bdi", "bdo", "label"),
}
FRACTION_CLASSES = {"frac", "sfrac", "fraction"}
FRACTION_PARTS = {"num": "sup", "numerator": "sup", "den": "sub", "denominator": "sub"}
MIN_SHIFT = 3.0  # pixels
SMALL_SIZES = {"smaller", "small", "x-small", "xx-small"}
MAX_SMALL_SIZE = 12.0  # pixels

# Two figures on a line that stand for one: the signs that there are.
FRACTIONS = {
    ("1", "2"): "½",
    ("1", "3"): "⅓",
    ("2", "3"): "⅔",
    ("1", "4"): "¼",
    ("3", "4"): "¾",
    ("1", "5"): "⅕",
    ("2", "5"): "⅖",
    ("3", "5"): "⅗",
    ("4", "5"): "⅘",
    ("1", "6"): "⅙",
    ("5", "6"): "⅚",
    ("1", "7"): "⅐",
    ("1", "8"): "⅛",
    ("3", "8"): "⅜",
    ("5", "8"): "⅝",
    ("7", "8"): "⅞",
    ("1", "9"): "⅑",
    ("1", "10"): "⅒",
}
SLASHES = {"/", "⁄", "∕"}
RAISED_FRACTION = re.compile(r"<sup>(\d+)</sup>(?:[/⁄∕]<sub>(\d+)</sub>|⁄(\d+))")


def has_fraction(html: str) -> bool:
    """Whether a rich text has a raised figure over a lowered one that one sign could stand for."""
    found = RAISED_FRACTION.findall(html)
    return any((over, under or plain) in FRACTIONS for over, under, plain in found)


def name_scripts(root: Element) -> None:
    """Name each raised or lowered element of a tree ``sup`` or ``sub``.

    One within another stands in brackets in it, so that 2 to the power of 3 does not become 23.
    """
    for element in walk(root):
        if not FRACTION_CLASSES.isdisjoint(element.classes):
            _name_fraction(element)
    parents = find_parents(root)
    outer_scripts: dict[Element, Element] = {}
    for element in walk(root):
        parent = parents.get(element)
        outer = outer_scripts.get(parent) if parent else None
        script = find_script(element)
        if not script or outer is not None:
            if script and outer is not None:
                _put_in_brackets(element, outer, parents)
            if outer is not None:
                outer_scripts[element] = outer
            continue
        outer_scripts[element] = element
        if element.tag not in SCRIPT_TAGS:
            inner = Element(script, {}, element.children)
            element.children = [inner]
            outer_scripts[inner] = element
            for child in inner.elements:
                parents[child] = inner
            parents[inner] = element


def _name_fraction(fraction: Element) -> None:
    for element in walk(fraction):
        for name in element.classes:
            if name in FRACTION_PARTS:
                element.tag = FRACTION_PARTS[name]


def _put_in_brackets(element: Element, outer: Element, parents: dict[Element, Element]) -> None:
    """Make plain words of a script within another one, in brackets if words stand before it."""
    element.tag = "span"
    inside = element
    while inside is not outer:
        parent = parents[inside]
        for child in parent.children:
            if child is inside:
                break
            if has_words([child]):
                element.children = ["(", *element.children, ")"]
                return
        inside = parent


def find_script(element: Element) -> str:
    """How an element puts its words: "sup", "sub", or empty on the line."""
    if element.tag in SCRIPT_TAGS:
        return element.tag
    if element.tag not in INLINE_TAGS:
        return ""
    if element.get("role") in ROLES:
        return ROLES[element.get("role")]
    style = element.style
    if not style:
        return ""
    align = style.get("vertical-align", "")
    for value in (align, style.get("font-variant-position", "")):
        if value in POSITIONS:
            return POSITIONS[value]
    if align in EDGES and _is_small(style):
        return EDGES[align]
    return _find_shift(style, align)


def _find_shift(style: dict[str, str], align: str) -> str:
    """How a style shifts words by a length."""
    up = measures.parse_length(style.get("mso-text-raise", "")) or measures.parse_length(align)
    if not up and style.get("position") == "relative" and _is_small(style):
        up = -(measures.parse_length(style.get("top", "")) or 0.0)
        up = up or measures.parse_length(style.get("bottom", ""))
    if not up or abs(up) < MIN_SHIFT:
        return ""
    return "sup" if up > 0 else "sub"


def _is_small(style: dict[str, str]) -> bool:
    size = style.get("font-size", "")
    if size in SMALL_SIZES:
        return True
    length = measures.parse_length(size)
    return length is not None and length <= MAX_SMALL_SIZE
