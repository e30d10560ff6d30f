"""Checks of what is signed and nobody sees: attributes of elements, signs without a shape."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from articles import attributes
from articles.content import Document
from articles.models import Article
from articles.quality.problem import Check, Problem, check, every_text

LONGEST = 60  # characters of an attribute or a line that are repeated
SOFT_HYPHEN, NON_JOINER, JOINER = "\u00ad", "\u200c", "\u200d"
MARKS_OF_DIRECTION = "\u200e\u200f\u061c"  # a text in Hebrew or Arabic needs them
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # no format characters, and without a shape all the same
FORMAT, CONTROL = "Cf", "Cc"


@check("What nobody sees, nobody has read before signing.", stops=True)
def unseen_attributes(page: Article, document: Document) -> Iterable[Problem]:
    for label, html in (document.rich_texts() | document.figure_texts()).items():
        for (tag, name, value), count in Counter(attributes.foreign(html)).items():
            said = f", which says “{_shortened(value)}”" if value else ""
            again = f" ({count} times)" if count > 1 else ""
            message = f"{label}: <{tag}> has the attribute “{name}”{said}{again}. Nobody sees it."
            yield Problem(message, "Type a word of this text anew and save: a page loses it then.", blocking=True)


@check("A dose with an unseen sign in it is not the dose that was read.", stops=True)
def unseen_signs(page: Article, document: Document) -> Iterable[Problem]:
    for label, line in every_text(document):
        if line.isascii():
            continue
        for place in _unseen(line):
            name = unicodedata.name(line[place], "a sign without a name").lower()
            code = f"U+{ord(line[place]):04X}, {name}"
            shown = _shortened("".join("▯" if at == place else sign for at, sign in _around(line, place)))
            message = f"{label}: “{shown}” has a sign that nobody sees, at ▯: {code}."
            yield Problem(message, "Delete the words around it, and type them again.", blocking=True)


def _unseen(line: str) -> Iterator[int]:
    """The places of signs without a shape, save those that a script or an emoji needs there."""
    for place, sign in enumerate(line):
        if _has_no_shape(sign) and not _is_needed(line, place):
            yield place


def _has_no_shape(sign: str) -> bool:
    is_no_character = ord(sign) & 0xFFFE == 0xFFFE or "\ufdd0" <= sign <= "\ufdef"
    return unicodedata.category(sign) in (FORMAT, CONTROL) or sign in BLANK or is_no_character


def _is_needed(line: str, place: int) -> bool:
    sign = line[place]
    before, after = line[place - 1 : place], line[place + 1 : place + 2]
    if sign == SOFT_HYPHEN:
        return before.isalpha() and after.isalpha()
    if sign in (JOINER, NON_JOINER):
        return _joins(before) and (_joins(after) or sign == NON_JOINER)
    if sign in MARKS_OF_DIRECTION:
        return any(unicodedata.bidirectional(other) in ("R", "AL") for other in before + after)
    return "\U000e0020" <= sign <= "\U000e007f" and unicodedata.category(before or " ") in ("So", FORMAT)  # flags


def _joins(sign: str) -> bool:
    """Whether a letter or an emoji may be tied to the next one: no Latin letter and no figure is."""
    kind = unicodedata.category(sign) if sign else ""
    return bool(sign) and not sign.isascii() and (kind[0] in "LM" or kind in ("So", "Sk"))


def _around(line: str, place: int) -> Iterator[tuple[int, str]]:
    start = max(0, place - LONGEST // 2)
    yield from enumerate(line[start : place + LONGEST // 2], start)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


CHECKS: tuple[Check, ...] = (unseen_attributes, unseen_signs)
