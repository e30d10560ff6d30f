"""Checks of numbers that lost their shape: powers of ten, halves, and doses that ran together."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from articles import raised
from articles.content import Document
from articles.models import Article
from articles.quality.problem import Check, Problem, check, every_text

DASH = "[-–−‐‑]"
POWER = "(?P<power>[2-9]|1[0-8])"  # those of ten that medicine writes
SMALLER = "(?P<minus>[1-9])"
ALONE = rf"(?<![\d.,:/])(?<!\d{DASH})"
END = r"(?!\d|[.,]\d)"
TIMES = r"(?:(?<![^\W\d_])x|[×✕*]|(?<=\s)[·∙⋅])\s?"
SIZE = r"(?!\s?(?:mm|cm|m|km|min|minutes?|hours?|days?|times|people|patients)\b)"  # 5 x 102 mm is a size
PER = r"\s?(?:/|per\s)\s?"
LITRE = r"(?:d|m|milli)?(?:l|litres?|liters?)\b"
SMALL_VOLUME = r"(?:(?:µ|μ|u|mc)l\b|mm3\b|mm³)"
COUNTED = r"(?:(?:white|red|blood|live)\s)*(?:cells?|cfu|copies|colonies|platelets?|organisms?|bacteria|sperms?)"
MASS = r"(?:[kmµμunp]g|mcg|g|(?:kilo|milli|micro|nano)?grams?)"
VOLUME = r"(?:[dcmµμu]?l|cc|(?:milli)?lit(?:re|er)s?)"
AMOUNT = r"(?:[mµμnp]?mol|meq|iu|(?:international\s)?units?|[mµμnc]?m|[mµμ]?(?:gy|sv)|[km]?bq|%)"
UNIT = rf"(?:{MASS}|{VOLUME}|{AMOUNT})(?!\w)"
FORM = r"(?:tablets?|pills?|capsules?|caplets?|drops?|puffs?|sprays?)"
SPOON = r"(?:(?:tea|table)spoons?|tsp|tbsp|cups?|hours?)"
BY_WEIGHT = r"[mµμun]g|mcg|(?:milli|micro|nano)grams?|ml|millilit(?:re|er)s?"
DOSE = rf"(?:{BY_WEIGHT}|iu|(?:international\s)?units?|meq|mmol|{FORM})"
HEAVY = r"(?:k?g|(?:kilo)?grams?|l|lit(?:re|er)s?|%)"
OTHERWISE = "“{0} in each litre” or “2 times {0} mg”"
HALVES = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/8": "⅛", "3/8": "⅜"}

POWERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{TIMES}10{POWER}{END}{SIZE}",  # 150 x 109/L
        rf"[·∙⋅]10{POWER}(?=\s?/)",
        rf"{TIMES}10\s{POWER}(?=\s?/)",
        rf"{TIMES}10\s?{DASH}\s?(?:{SMALLER}{END}|(?P<tiny>1[0-8])(?=\s?(?:mol|m\b|/)))",
        rf"{ALONE}10\s?{POWER}\s?(?:{COUNTED})?{PER}{LITRE}",  # 109/L
        rf"{ALONE}10(?P<power>[36])\s?(?:{COUNTED})?{PER}{SMALL_VOLUME}",
        rf"{ALONE}10{POWER}\s?{COUNTED}{PER}(?:kg|g|(?:kilo)?gram)\b",
        rf"\bper\s10{POWER}\s?{COUNTED}\b",
        rf"{ALONE}10\s?{DASH}\s?{SMALLER}(?=\s?(?:{UNIT}|/\s?{LITRE}))",  # 10-3 mg
        rf"{ALONE}10\s?{DASH}\s?(?P<tiny>1[0-8])(?=\s?mol\b)",
    )
)
HALF = re.compile(rf"(?<![\d./])[1-9](?P<half>{'|'.join(HALVES)})(?!\d)\s?(?:{UNIT}|{FORM}\b|{SPOON}\b)", re.I)
LONG = re.compile(
    rf"(?<![\d.,])(?P<number>\d{{4,}})(?:\.\d+)?(?:\s?{DASH}\s?[\d.,]+)?[\s-]?(?:(?P<dose>{DOSE})|{HEAVY})(?!\w)", re.I
)


@dataclass(frozen=True)
class Doubt:
    """A number that may not be what was meant: what stands there, and what to write instead."""

    words: str
    why: str
    fix: str


@check("A number that lost its raised figure is a wrong dose that looks right.", stops=True)
def doubtful_numbers(page: Article, document: Document) -> Iterable[Problem]:
    for label, line in every_text(document):
        for doubt in dict.fromkeys(doubts(line)):
            yield Problem(f"{label}: “{doubt.words}” {doubt.why}", doubt.fix, blocking=True)


def doubts(line: str) -> Iterator[Doubt]:
    """The numbers of a line that lost a raised figure, a half or the space between two of them."""
    if "10" in line:
        yield from _powers(line)
    if "/" in line:
        yield from map(_half, HALF.finditer(line))
    for found in LONG.finditer(line):
        if _is_odd(found["number"], bool(found["dose"])):
            yield _long(found)


def _powers(line: str) -> Iterator[Doubt]:
    seen = 0
    matches = chain.from_iterable(pattern.finditer(line) for pattern in POWERS)
    found = sorted(matches, key=lambda match: match.start())
    for match in found:
        if match.start() >= seen:
            seen = match.end()
            yield _power(line, match)


def _power(line: str, found: re.Match) -> Doubt:
    parts = found.groupdict()
    minus = parts.get("minus") or parts.get("tiny")
    figure = f"-{minus}" if minus else parts["power"]
    (small,) = raised.plain([figure], "sup")
    start, end = _around(line, found.start(), found.end())
    fallen = rf"10\s?{DASH if minus else ''}\s?{minus or parts['power']}"
    plain = re.sub(fallen, f"10{small}", line[start:end], count=1)
    why = "may be a power of ten that lost its raised figure."
    itself = "" if minus else f"{int('10' + figure):,}"
    other = f"for a range, “10 to {minus}”" if minus else f"for 10{figure} itself, {OTHERWISE.format(itself)}"
    return Doubt(line[start:end], why, f"Write “{plain}”, or, {other}.")


def _around(line: str, start: int, end: int) -> tuple[int, int]:
    """With the number before it and the unit after it, so that the whole of it is read."""
    before = re.search(r"\d[\d.,]*\s?$", line[max(0, start - 20) : start])
    after = re.match(r"\s?/?\s?[^\W\d_]{1,12}|\s?/\s?\S{1,12}", line[end:])
    return start - (len(before[0]) if before else 0), end + (len(after[0]) if after else 0)


def _half(found: re.Match) -> Doubt:
    meant = found[0].replace(found["half"], HALVES[found["half"]], 1)
    why = "may be a whole number with a half or a quarter that ran together."
    return Doubt(found[0], why, f"Write “{meant}”, or the number in words.")


def _is_odd(number: str, is_dose: bool) -> bool:
    """Whether it looks like two numbers in one. Round ones are doses: 1250 mg, 2550 mg, 50000 IU."""
    if len(number) > 4:
        return len(number.rstrip("0")) > 2
    return is_dose and (int(number) % 25 != 0 or (number[1] == "0" and not number.endswith("000")))


def _long(found: re.Match) -> Doubt:
    meant = found[0].replace(found["number"], f"{int(found['number']):,}", 1)
    why = "may be two numbers that ran together."
    return Doubt(found[0], why, f"If it is one number, write it with a comma: “{meant}”.")


CHECKS: tuple[Check, ...] = (doubtful_numbers,)
