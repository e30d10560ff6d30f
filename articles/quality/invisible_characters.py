"""Checks of what is signed but not seen: attributes of elements, characters without a shape."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from articles.content.document import Document
from articles.models import Article
from articles.quality.base import Check, Problem, check, iterate_text_lines
from articles.richtext import attributes

MAX_QUOTE_LENGTH = 60  # characters of an attribute or a line that are repeated
SOFT_HYPHEN = "\u00ad"
NON_JOINER = "\u200c"
JOINER = "\u200d"
DIRECTION_MARKS = "\u200e\u200f\u061c"  # a text in Hebrew or Arabic needs them
# These are no format characters, but have no shape either.
BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
FORMAT_CATEGORY = "Cf"
CONTROL_CATEGORY = "Cc"


@check("What nobody sees, nobody has read before signing.", can_block=True)
def check_invisible_attributes(page: Article, document: Document) -> Iterable[Problem]:
    for label, html in (document.get_rich_texts() | document.get_figure_texts()).items():
        for (tag, name, value), count in Counter(attributes.find_foreign(html)).items():
            attribute = f"the attribute “{name}”"
            if value:
                attribute += f", which says “{_shorten(value)}”"
            if count > 1:
                attribute += f" ({count} times)"
            message = f"{label}: <{tag}> has {attribute}. Nobody sees it."
            yield Problem(
                message,
                "Type a word of this text again and save: that removes it.",
                blocking=True,
            )


@check("A dose with an unseen sign in it is not the dose that was read.", can_block=True)
def check_invisible_characters(page: Article, document: Document) -> Iterable[Problem]:
    for label, line in iterate_text_lines(document):
        for quote, code in describe_invisible(line):
            message = f"{label}: “{quote}” has an invisible character, at ▯: {code}."
            yield Problem(
                message, "Delete the words around it, and type them again.", blocking=True
            )


def describe_invisible(line: str) -> Iterator[tuple[str, str]]:
    """For each sign without a shape, the text around it with ▯ in its place, and its code."""
    if line.isascii():
        return
    for place in _find_invisible(line):
        name = unicodedata.name(line[place], "a sign without a name").lower()
        yield _quote_around(line, place), f"U+{ord(line[place]):04X}, {name}"


def _find_invisible(line: str) -> Iterator[int]:
    """The places of signs without a shape, except those that a script or an emoji needs."""
    for place, sign in enumerate(line):
        if _is_invisible(sign) and not _is_needed(line, place):
            yield place


def _is_invisible(sign: str) -> bool:
    if unicodedata.category(sign) in (FORMAT_CATEGORY, CONTROL_CATEGORY):
        return True
    is_noncharacter = ord(sign) & 0xFFFE == 0xFFFE or "\ufdd0" <= sign <= "\ufdef"
    return is_noncharacter or sign in BLANK_LETTERS


def _is_needed(line: str, place: int) -> bool:
    sign = line[place]
    before = line[place - 1 : place]
    after = line[place + 1 : place + 2]
    if sign == SOFT_HYPHEN:
        return before.isalpha() and after.isalpha()
    if sign in (JOINER, NON_JOINER):
        return _can_be_joined(before) and (_can_be_joined(after) or sign == NON_JOINER)
    if sign in DIRECTION_MARKS:
        return any(unicodedata.bidirectional(other) in ("R", "AL") for other in before + after)
    is_tag = "\U000e0020" <= sign <= "\U000e007f"  # of a flag
    return is_tag and unicodedata.category(before or " ") in ("So", FORMAT_CATEGORY)


def _can_be_joined(sign: str) -> bool:
    """Whether a letter or an emoji can be joined to the next one: no Latin letter or digit can."""
    if not sign or sign.isascii():
        return False
    category = unicodedata.category(sign)
    return category[0] in "LM" or category in ("So", "Sk")


def _quote_around(line: str, place: int) -> str:
    """The text around a place, with ▯ for the sign that stands there."""
    start = max(0, place - MAX_QUOTE_LENGTH // 2)
    end = place + MAX_QUOTE_LENGTH // 2
    return _shorten(f"{line[start:place]}▯{line[place + 1 : end]}")


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_QUOTE_LENGTH else f"{text[:MAX_QUOTE_LENGTH]}…"


CHECKS: tuple[Check, ...] = (check_invisible_attributes, check_invisible_characters)
