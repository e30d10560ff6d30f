"""The numbers and signs of list items: 4., c), iv. or a bullet."""

import re
from dataclasses import dataclass

NUMBER = re.compile(
    r"[(\[]?(?:\d{1,3}\.)*(?P<number>\d{1,9}|[a-z]{1,7}|[A-Z]{1,7})(?P<end>[.):\]]*)"
)
ROMAN = re.compile(r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
STYLES = {
    "decimal": "1",
    "decimal-leading-zero": "1",
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
    "alpha-lower": "a",
    "alpha-upper": "A",
    "roman-lower": "i",
    "roman-upper": "I",
}
BULLET_STYLES = {"disc", "circle", "square", "bullet"}
TYPES = {"1", "a", "A", "i", "I"}
SPACES = " \t\r\n\f\xa0"


@dataclass(frozen=True)
class ItemNumber:
    """How an item is numbered: the type of its list (empty for bullets), and its number."""

    type: str = ""
    number: int | None = None

    @property
    def tag(self) -> str:
        """The tag of its list."""
        return "ol" if self.type else "ul"


BULLET = ItemNumber()


def parse_marker(
    marker: str, before: ItemNumber = BULLET, list_type: str = ""
) -> ItemNumber | None:
    """What the sign before an item says; None if these are words.

    A letter can be a Roman number: ``before`` is the item before it in the same list, if any, and
    ``list_type`` the type of the list where it is known.
    """
    text = marker.strip(SPACES)
    found = NUMBER.fullmatch(text)
    if found is None:
        return BULLET if sum(map(str.isalnum, text)) <= 1 else None
    word = found["number"]
    if word.isdigit():
        return ItemNumber("1", int(word))
    if not found["end"] and not text.startswith(("(", "[")):
        return BULLET if len(word) == 1 else None
    letters = _parse_letters(word)
    roman = _parse_roman(word)
    if roman is not None and _is_roman(word, roman, letters, before, list_type):
        return ItemNumber("i" if word.islower() else "I", roman)
    if letters is None:
        return None
    return ItemNumber("a" if word.islower() else "A", letters)


def _is_roman(
    word: str, roman: int, letters: int | None, before: ItemNumber, list_type: str
) -> bool:
    """Whether what can be a Roman number is one."""
    if letters is None:
        return True
    if list_type:
        return list_type in "iI"
    if before.type and before.number is not None:
        if before.number + 1 == roman and before.type in "iI":
            return True
        return not (before.number + 1 == letters and before.type in "aA")
    return word.lower() == "i" or len(word) > 1


def _parse_letters(word: str) -> int | None:
    """The number of a to z, aa, bb and so on, as Word and browsers count."""
    letters = word.lower()
    if len(letters) == 1:
        return ord(letters) - ord("a") + 1
    if len(letters) > 2:
        return None
    first, second = (ord(letter) - ord("a") + 1 for letter in letters)
    return 26 + first if first == second else first * 26 + second


def _parse_roman(word: str) -> int | None:
    if not ROMAN.fullmatch(word):
        return None
    total = 0
    values = [ROMAN_VALUES[letter] for letter in word.lower()]
    for value, following in zip(values, [*values[1:], 0], strict=True):
        total += value if value >= following else -value
    return total


def read_style(value: str) -> str | None:
    """The type of a list from its ``list-style``: empty for bullets, None if it says neither."""
    for word in value.split():
        if word in STYLES:
            return STYLES[word]
        if word in BULLET_STYLES:
            return ""
    return None
