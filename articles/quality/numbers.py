"""Checks of numbers that lost their shape: powers of ten, halves, and doses that ran together."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from articles.content.document import Document
from articles.models import Article
from articles.quality.base import Check, Problem, check, group_digits, remember
from articles.quality.text_runs import split_texts
from articles.richtext.raised import SUPERSCRIPT_TABLE

DASH = "[-–−‐‑]"
POWER_OF_TEN = "(?P<power>[2-9]|1[0-8])"  # those of ten that medicine writes
NEGATIVE_POWER = "(?P<minus>[1-9])"
NUMBER_START = rf"(?<![\d.,:/])(?<!\d{DASH})"
NUMBER_END = r"(?!\d|[.,]\d)"
MULTIPLIED_BY = r"(?:(?<![^\W\d_])x|[×✕*]|(?<=\s)[·∙⋅])\s?"
# 5 x 102 mm is a size.
NOT_A_SIZE = r"(?!\s?(?:mm|cm|m|km|min|minutes?|hours?|days?|times|people|patients)\b)"
PER = r"\s?(?:/|per\s)\s?"
LITRE = r"(?:d|m|milli)?(?:l|litres?|liters?)\b"
SMALL_VOLUME = r"(?:(?:µ|μ|u|mc)l\b|mm3\b|mm³)"
COUNTED_NOUN = "cells?|cfu|copies|colonies|platelets?|organisms?|bacteria|sperms?"
COUNTED_NOUNS = rf"(?:(?:white|red|blood|live)\s)*(?:{COUNTED_NOUN})"
MASS = r"(?:[kmµμunp]g|mcg|g|(?:kilo|milli|micro|nano)?grams?)"
VOLUME = r"(?:[dcmµμu]?l|cc|(?:milli)?lit(?:re|er)s?)"
AMOUNT = r"(?:[mµμnp]?mol|meq|iu|(?:international\s)?units?|[mµμnc]?m|[mµμ]?(?:gy|sv)|[km]?bq|%)"
UNIT = rf"(?:{MASS}|{VOLUME}|{AMOUNT})(?!\w)"
DOSE_FORM = r"(?:tablets?|pills?|capsules?|caplets?|drops?|puffs?|sprays?)"
SPOON_MEASURE = r"(?:(?:tea|table)spoons?|tsp|tbsp|cups?|hours?)"
WEIGHT_UNIT = r"[mµμun]g|mcg|(?:milli|micro|nano)grams?|ml|millilit(?:re|er)s?"
DOSE = rf"(?:{WEIGHT_UNIT}|iu|(?:international\s)?units?|meq|mmol|{DOSE_FORM})"
LARGE_UNIT = r"(?:k?g|(?:kilo)?grams?|l|lit(?:re|er)s?|%)"
ALTERNATIVE_WORDING = "“{0} in each litre” or “2 times {0} mg”"
HALVES = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/8": "⅛", "3/8": "⅜"}

POWER_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{MULTIPLIED_BY}10{POWER_OF_TEN}{NUMBER_END}{NOT_A_SIZE}",  # 150 x 109/L
        rf"[·∙⋅]10{POWER_OF_TEN}(?=\s?/)",
        rf"{MULTIPLIED_BY}10\s{POWER_OF_TEN}(?=\s?/)",
        rf"{MULTIPLIED_BY}10\s?{DASH}\s?(?:{NEGATIVE_POWER}{NUMBER_END}|(?P<tiny>1[0-8])(?=\s?(?:mol|m\b|/)))",
        rf"{NUMBER_START}10\s?{POWER_OF_TEN}\s?(?:{COUNTED_NOUNS})?{PER}{LITRE}",  # 109/L
        rf"{NUMBER_START}10(?P<power>[36])\s?(?:{COUNTED_NOUNS})?{PER}{SMALL_VOLUME}",
        rf"{NUMBER_START}10{POWER_OF_TEN}\s?{COUNTED_NOUNS}{PER}(?:kg|g|(?:kilo)?gram)\b",
        rf"\bper\s10{POWER_OF_TEN}\s?{COUNTED_NOUNS}\b",
        rf"{NUMBER_START}10\s?{DASH}\s?{NEGATIVE_POWER}(?=\s?(?:{UNIT}|/\s?{LITRE}))",  # 10-3 mg
        rf"{NUMBER_START}10\s?{DASH}\s?(?P<tiny>1[0-8])(?=\s?mol\b)",
    )
]
FUSED_HALF = re.compile(
    rf"(?<![\d./])[1-9](?P<half>{'|'.join(HALVES)})(?!\d)\s?(?:{UNIT}|{DOSE_FORM}\b|{SPOON_MEASURE}\b)",
    re.I,
)
FUSED_NUMBER = re.compile(
    rf"(?<![\d.,])(?P<number>\d{{4,}})(?:\.\d+)?(?:\s?{DASH}\s?[\d.,]+)?[\s-]?(?:(?P<dose>{DOSE})|{LARGE_UNIT})(?!\w)",
    re.I,
)


@dataclass(frozen=True)
class DoubtfulNumber:
    """A number that may not be meant: what stands there, and what to write instead."""

    text: str
    reason: str
    fix: str


@check("A number that lost its raised figure is a wrong dose that looks right.", can_block=True)
def check_numbers(page: Article, document: Document) -> Iterable[Problem]:
    return split_texts(document).find_in_lines(_find_number_problems)


def _find_number_problems(label: str, line: str) -> Iterator[Problem]:
    for doubt in dict.fromkeys(_find_numbers(line)):
        yield Problem(f"{label}: “{doubt.text}” {doubt.reason}", doubt.fix, blocking=True)


def find_doubtful_numbers(line: str) -> Iterator[DoubtfulNumber]:
    """The numbers of a line that lost a raised figure, a half or the space between two of them."""
    if "10" in line:
        yield from _find_powers(line)
    if "/" in line:
        yield from map(_describe_half, FUSED_HALF.finditer(line))
    for found in FUSED_NUMBER.finditer(line):
        if _looks_fused(found["number"], bool(found["dose"])):
            yield _describe_fused(found)


def _find_powers(line: str) -> Iterator[DoubtfulNumber]:
    """The first of the numbers that overlap."""
    matches = chain.from_iterable(pattern.finditer(line) for pattern in POWER_PATTERNS)
    end = 0
    for found in sorted(matches, key=lambda match: match.start()):
        if found.start() >= end:
            end = found.end()
            yield _describe_power(line, found)


def _describe_power(line: str, found: re.Match) -> DoubtfulNumber:
    parts = found.groupdict()
    minus = parts.get("minus") or parts.get("tiny")
    if minus:
        exponent = f"-{minus}"
        pattern = rf"10\s?{DASH}\s?{minus}"
        otherwise = f"for a range, “10 to {minus}”"
    else:
        exponent = parts["power"]
        pattern = rf"10\s{{0,2}}{exponent}"
        whole = f"10{exponent}"
        wording = ALTERNATIVE_WORDING.format(f"{int(whole):,}")
        otherwise = f"for {whole} itself, {wording}"
    raised = exponent.translate(SUPERSCRIPT_TABLE)
    start, end = _expand_to_number(line, found.start(), found.end())
    text = line[start:end]
    meant = re.sub(pattern, f"10{raised}", text, count=1)
    reason = "may be a power of ten that lost its raised figure."
    return DoubtfulNumber(text, reason, f"Write “{meant}”, or, {otherwise}.")


def _expand_to_number(line: str, start: int, end: int) -> tuple[int, int]:
    """The start and end with the number before and the unit after included."""
    before = re.search(r"\d[\d.,]*\s?$", line[max(0, start - 20) : start])
    after = re.match(r"\s?/?\s?[^\W\d_]{1,12}|\s?/\s?\S{1,12}", line[end:])
    if before:
        start -= len(before[0])
    if after:
        end += len(after[0])
    return start, end


def _describe_half(found: re.Match) -> DoubtfulNumber:
    meant = found[0].replace(found["half"], HALVES[found["half"]], 1)
    reason = "may be a whole number with a half or a quarter that ran together."
    return DoubtfulNumber(found[0], reason, f"Write “{meant}”, or the number in words.")


def _looks_fused(number: str, is_dose: bool) -> bool:
    """Whether a number looks like two in one. Round ones are doses: 1250 mg, 2550 mg, 50000 IU."""
    if len(number) > 4:
        return len(number.rstrip("0")) > 2
    if not is_dose:
        return False
    if int(number) % 25:
        return True
    return number[1] == "0" and not number.endswith("000")


def _describe_fused(found: re.Match) -> DoubtfulNumber:
    meant = found[0].replace(found["number"], group_digits(found["number"]), 1)
    reason = "may be two numbers that ran together."
    return DoubtfulNumber(
        found[0], reason, f"If it is one number, write it with a comma: “{meant}”."
    )


_find_numbers = remember(find_doubtful_numbers)
CHECKS: tuple[Check, ...] = (check_numbers,)
