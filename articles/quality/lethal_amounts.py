"""A check for amounts that kill and methods of suicide, which no page may name.

“An overdose can be fatal” names no amount, and an amount at which to get help is none that kills.
A concentration that kills is one as well (“400 ppm is fatal”); the level at which an alarm sounds
is not.
"""

import re
from collections.abc import Iterable, Iterator

from articles.content.document import Document
from articles.models import Article, SafetyAlert
from articles.quality.base import Check, Problem, check, remember
from articles.quality.text_runs import split_texts

REFERENCES = {"References", "Publishers of references"}  # titles that others gave
NUMBER = (
    r"(?:\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|a\s+dozen|twelve|fifteen"
    r"|twenty|thirty|forty|fifty|sixty|a\s+hundred|a\s+few|several|half\s+an?)"
)
UNIT = (
    r"(?:mg|mcg|µg|μg|g|kg|ml|mL|l|grams?|grammes?|milligrams?|micrograms?|millilit(?:er|re)s?"
    r"|lit(?:er|re)s?|tablets?|pills?|capsules?|drops?|units?|(?:tea|table)?spoon(?:ful)?s?|bottles?"
    r"|packs?|packets?|strips?|boxes|drinks?|ounces?|oz|ppm|cups?|sips?|mouthfuls?|patch(?:es)?"
    r"|puffs?|doses?)"
)
AMOUNT = rf"{NUMBER}\s*(?:of\s+(?:the|these|its)\s+)?(?:[\w-]+\s+){{0,2}}?{UNIT}(?!\w)"
KILLS = (
    r"(?:(?:is|are|was|were|be|prove[sd]?|been|become)\s+(?:[\w-]+\s+){0,2}?(?:fatal|lethal|deadly"
    r"|enough\s+to\s+kill|enough\s+to\s+cause\s+death)|(?:kill|kills|killed|cause\s+death"
    r"|causes\s+death)\b)"
)
PATTERNS = (
    r"\b(?:lethal|fatal|deadly)\s+(?:dos(?:e|es|age)|amounts?|quantit(?:y|ies)|concentrations?)\b",
    r"\bLD\s*-?\s*(?:50|₅₀)(?!\d)",
    rf"\b{AMOUNT}[^.;!?\n]{{0,60}}?\b{KILLS}",
    rf"\b{AMOUNT}[^.;!?\n]{{0,60}}?\benough\s+to\s+(?:kill|die)\b",
    rf"\b(?:fatal|lethal|deadly)\s+(?:at|above|from|in\s+doses)\b[^.;!?\n]{{0,30}}?\b{AMOUNT}",
    rf"\bkill(?:s|ed)?\b[^.;!?\n]{{0,40}}?\b(?:with|at|after)\s+(?:only\s+|just\s+)?{AMOUNT}",
    rf"\b(?:died?|dead|death)\b[^.;!?\n]{{0,40}}?\b(?:after|from|of|with)\s+(?:taking\s+"
    rf"|swallowing\s+|drinking\s+|as\s+little\s+as\s+|as\s+few\s+as\s+|only\s+)+{AMOUNT}",
    r"\bsuicide\s+(?:by|methods?|through|using)\b|\b(?:methods?|ways?|means)\s+(?:of|for)\s+"
    r"(?:suicide|self-harm|killing\s+yourself|ending\s+your\s+life)\b",
    r"\b(?:kill(?:ing)?\s+(?:your|them|him|her|one)sel(?:f|ves)|end(?:ing)?\s+(?:your|their|his|her)"
    r"\s+(?:own\s+)?life|take\s+(?:your|their|his|her)\s+own\s+life)\s+(?:by|with|using)\b",
    r"\b(?:hang|shoot|drown|gas|strangle|suffocate|electrocut)(?:e|ing|s)?\s+"
    r"(?:your|them|him|her|one)sel(?:f|ves)\b",
    r"\b(?:painless|quick(?:est)?|effective|surest|easiest|best)\s+ways?\s+to\s+(?:die|kill)\b",
    r"\b(?:slit|slash)(?:ting|ing)?\s+(?:your|their|the)\s+wrists?\b",
)
LETHAL = re.compile("|".join(f"(?:{pattern})" for pattern in PATTERNS), re.IGNORECASE)


@check(
    "Somebody who thinks of dying may read it: an amount or a method can cost that life.",
    can_block=True,
    is_safety=True,
)
def check_lethal_amounts(page: Article, document: Document) -> Iterable[Problem]:
    for label, quoted in _find_lethal_words(document):
        yield Problem(
            f"{label}: “{quoted}” names an amount that kills, or a method of suicide.",
            "Take it out. Say that too much is dangerous, and what to do after taking too much.",
            blocking=True,
            alert=SafetyAlert.AlertGravity.LETHAL,
        )


def _find_lethal_words(document: Document) -> Iterator[tuple[str, str]]:
    """The first such words of each part of a page, with the label of the part."""
    found = set()
    for label, quoted in split_texts(document).find_in_lines(_quote_lethal_words):
        if label not in found:
            found.add(label)
            yield label, quoted


def _quote_lethal_words(label: str, line: str) -> Iterator[tuple[str, str]]:
    quoted = "" if label in REFERENCES else "".join(_find_words(line))
    if quoted:
        yield label, quoted


def find_lethal_words(line: str) -> str:
    """The words of a line that name an amount that kills or a method of suicide, or nothing."""
    match = LETHAL.search(line)
    return match[0] if match else ""


_find_words = remember(find_lethal_words)  # its signs, one by one
CHECKS: tuple[Check, ...] = (check_lethal_amounts,)
