"""How the items of a numbered list are counted, as browsers show them."""

from collections.abc import Mapping

from articles.richtext.vocabulary import FIRST_NUMBER, is_allowed

LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROMAN_NUMERALS = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
LAST_ROMAN = 3999  # browsers count in figures after it


class Numbering:
    """The numbers of one list: the next one, and the style of all."""

    def __init__(self, attributes: Mapping[str, str | None]) -> None:
        start = attributes.get("start") or ""
        style = attributes.get("type") or ""
        self.next = int(start) if is_allowed("ol", "start", start) else FIRST_NUMBER
        self.style = style if is_allowed("ol", "type", style) else ""

    @property
    def is_plain(self) -> bool:
        """Whether the list begins with 1 and counts in figures."""
        return self.next == FIRST_NUMBER and not self.style

    def count(self) -> str:
        """The number of the next item as it is shown."""
        number = self.next
        self.next += 1
        return format_number(number, self.style)


def format_number(number: int, style: str) -> str:
    """A number of a list in the style of its ``type``: 4, d, D, iv or IV."""
    if style.lower() == "a":
        text = _to_letters(number)
    elif style.lower() == "i" and number <= LAST_ROMAN:
        text = _to_roman(number)
    else:
        return str(number)
    return text.upper() if style.isupper() else text


def _to_letters(number: int) -> str:
    text = ""
    while number:
        number, place = divmod(number - 1, len(LETTERS))
        text = LETTERS[place] + text
    return text


def _to_roman(number: int) -> str:
    text = ""
    for value, numeral in ROMAN_NUMERALS:
        count, number = divmod(number, value)
        text += numeral * count
    return text
