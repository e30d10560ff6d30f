"""Reads the numbers of a typed text: how old a baby is, how far pregnant, fever, blood sugar.

Each is a reading of one or more words. A phrase names it with # before it: "#infant fever".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

DECIMAL = re.compile(r"(?<![\w.,])(\d{1,4})[.,](\d{1,2})(?![\d.,]\d)")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
DECIMAL_POINT = "p"  # within a word, which is only letters and figures
NUMBER = re.compile(r"(\d{1,6})(?:p(\d{1,2}))?")
NUMBER_WITH_UNIT = re.compile(
    r"(\d{1,4}(?:p\d{1,2})?)(mo|mos|mth|mths|month|months|wk|wks|w|week|weeks|d|day|days|yr|yrs|yo"
    r"|year|years|c|f|mg|ml|mmol|pills?|tablets?|tabs?|mins?|hrs?|m|mes|meses|semanas?|dias?|anos?"
    r"|grados?|pastillas?)"
)
DAYS_OF_UNITS = {
    **dict.fromkeys(["day", "days", "d", "dia", "dias"], 1),
    **dict.fromkeys(["week", "weeks", "wk", "wks", "w", "semana", "semanas"], 7),
    **dict.fromkeys(["month", "months", "mo", "mos", "mth", "mths", "m", "mes", "meses"], 30),
}
WEEKS = frozenset({"week", "weeks", "wk", "wks", "w", "semana", "semanas"})
MONTHS = frozenset({"month", "months", "mo", "mos", "mth", "mths", "m", "mes", "meses"})
DEGREES = frozenset({"c", "f", "degrees", "degree", "celsius", "fahrenheit", "grados", "grado"})
OLD_UNITS = frozenset({"day", "week", "month"})
OLD = frozenset({"old", "olds", "nacido", "nacida", "edad"})
BABY = frozenset({"baby", "babys", "newborn", "infant", "bub", "bebe", "bb", "nene", "nena"})
OF_AGE = frozenset({"de", "is", "es", "tiene", "just", "only", "solo", "cumplio"})
SINCE_WORDS = "for since past last every after in within hace desde cada ultimos ultimas por"
SINCE = frozenset(SINCE_WORDS.split())
NO_AGE_WORDS = """
    pregnant pregnancy postpartum gestation along ago later since supply early late apart
    embarazada embarazo gestacion hace despues
"""
NO_AGE = frozenset(NO_AGE_WORDS.split())
MAX_INFANT_DAYS = 92
PREGNANCY_WEEKS = (20, 43)
LARGE_NUMBER = 10  # of anything that somebody took
TWENTY = 20
LOW_SUGAR = (10, 60)  # mg/dL
LOW_SUGAR_MMOL = (0.5, 4)
HIGH_SUGAR = 300
HIGH_SUGAR_MMOL = (17, 60)
FEVERS = ((38, 43.5), (100.4, 109))
LOW_TEMPERATURES = ((30, 36), (86, 97))


@dataclass(frozen=True)
class Quantity:
    """What a number and the words after it say, and the place after them."""

    end: int
    readings: frozenset[str]


def join_decimals(text: str) -> str:
    """A text in which a decimal number is one word: "38.5" is "38p5"."""
    return DECIMAL.sub(rf"\1{DECIMAL_POINT}\2", THOUSANDS.sub("", text))


def split_unit(word: str) -> list[str]:
    """A number and the unit that stands at it without a space: "2mo" is "2 mo"."""
    found = NUMBER_WITH_UNIT.fullmatch(word)
    return [found[1], found[2]] if found else [word]


def read_number(word: str, names: Mapping[str, int]) -> float | None:
    """The number that a word is, in figures or by its name."""
    if word in names:
        return names[word]
    found = NUMBER.fullmatch(word) if word[:1].isdecimal() and word.isascii() else None
    if not found:
        return None
    return float(f"{found[1]}.{found[2] or 0}")


def iter_quantities(
    words: Sequence[str], place: int, names: Mapping[str, int]
) -> Iterator[Quantity]:
    """What the words from this place say in numbers."""
    number, last = _read_whole_number(words, place, names)
    if number is None:
        before = _get_word(words, place - 1)
        is_first = read_number(before, names) is None  # "a month old"
        if is_first and words[place] in OLD_UNITS and _get_word(words, place + 1) in OLD:
            yield Quantity(place + 2, frozenset({"#infant"}))
        return
    unit = _get_word(words, last + 1)
    is_exact = DECIMAL_POINT in words[place]
    yield Quantity(last + 1, _read_amount(number, is_exact=is_exact, unit=unit))
    if unit in DAYS_OF_UNITS and _is_age(words, place, last):
        end = last + 3 if _get_word(words, last + 2) in OLD else last + 2
        days = number * DAYS_OF_UNITS[unit]
        yield Quantity(end, frozenset({"#infant" if days <= MAX_INFANT_DAYS else "#older"}))
    if unit in WEEKS and _is_within(number, PREGNANCY_WEEKS):
        yield Quantity(last + 2, frozenset({"#gestation"}))


def _read_whole_number(
    words: Sequence[str], place: int, names: Mapping[str, int]
) -> tuple[float | None, int]:
    """The number that starts here, and the place of its last word: "thirty six" has two."""
    number = read_number(words[place], names)
    following = _get_word(words, place + 1)
    if words[place] in names and number and number >= TWENTY and following in names:
        ones = names[following]
        if 0 < ones < LARGE_NUMBER:
            return number + ones, place + 1
    return number, place


@lru_cache(maxsize=4_000)
def _read_amount(number: float, *, is_exact: bool, unit: str) -> frozenset[str]:
    """What a number says by itself, with its unit or as a decimal number (``is_exact``)."""
    readings = {"#number"}
    if number >= LARGE_NUMBER:
        readings.add("#many")
    if any(_is_within(number, fever) for fever in FEVERS):
        readings.add("#fever")
        if is_exact or unit in DEGREES:
            readings.add("#temperature")
    if any(_is_within(number, cold) for cold in LOW_TEMPERATURES):
        readings.add("#cold")
    return frozenset(readings | _read_sugar(number, is_mmol=is_exact or unit == "mmol"))


def _read_sugar(number: float, *, is_mmol: bool) -> set[str]:
    if is_mmol and _is_within(number, LOW_SUGAR_MMOL):
        return {"#lowsugar"}
    if is_mmol and _is_within(number, HIGH_SUGAR_MMOL):
        return {"#highsugar"}
    if _is_within(number, LOW_SUGAR):
        return {"#lowsugar"}
    return {"#highsugar"} if number >= HIGH_SUGAR else set()


def _is_age(words: Sequence[str], place: int, last: int) -> bool:
    """Whether a number of days, weeks or months says how old a child is, not how long it lasts."""
    before, unit, after = (_get_word(words, at) for at in (place - 1, last + 1, last + 2))
    if after in OLD:
        return True
    if before in SINCE or after in NO_AGE:
        return False
    if before in OF_AGE:
        before = _get_word(words, place - 2)
    return unit in MONTHS or before in BABY or after in BABY


def _get_word(words: Sequence[str], place: int) -> str:
    return words[place] if 0 <= place < len(words) else ""


def _is_within(number: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= number < limits[1]
