"""Numbers that a text tells somebody to call, and the other words that send somebody to emergency help.

One recogniser for the checks, for the way advice is shown and for the links (see ``dialling``), so that they never
disagree. It reads English, line by line, and knows no other numbers than those it is asked for.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from django.conf import settings

from articles.lines import SHORT, plain

EMERGENCY_NUMBERS = frozenset({"911", "999", "112", "000", "111", "995"})
BEFORE, AFTER = 240, 80  # characters on each side of a number that tell whether it is one to call
WORDS_BEFORE, WORDS_AFTER = re.compile(r"(?:\S+\s+){0,3}\S*$"), re.compile(r"\S*(?: \S+){0,2}")  # to be quoted
REMEMBERED = 2_000  # advice texts that were asked about
BROKEN = re.compile("<br ?/?>")

WORDS = {
    "0": "(?:zero|oh)",
    "1": "one",
    "2": "two",
    "3": "three",
    "4": "four",
    "5": "five",
    "6": "six",
    "7": "seven",
    "8": "eight",
    "9": "nine",
}
JOINTS = ("", "[-‐‑]", r"\.", "[ \u00a0]", "·")  # what may stand between digits: nothing, or one sign all along
GAP = r"""[\s"'“”‘’(\[*:,/–—-]"""  # between words that belong together

VERB = re.compile(
    r"(?<![-\w])(?<!on )(?:call(?:s|ing)?|dial(?:s|l?ing|led|ed)?|(?:tele)?phon(?:e|es|ing)|ring(?:s|ing)?"
    r"|text(?:s|ing)?|contact(?:s|ing)?|alert(?:s|ing)?|notify(?:ing)?"
    r"|(?<=have )called|(?<=has )called|(?<=you )called|(?<=they )called|(?<=who )called|(?<=one )called)(?!\w)",
    re.IGNORECASE,
)
FILLER = (
    r"(?:up|out|for|to|on|at|the|an?|your|our|now|first|instead|just|only|also|too|today|again"
    r"|either|both|even|immediately|urgently|directly|quickly|at once|right away|straight away"
    r"|as well|toll-free|someone|somebody|help|local|national|emergency|medical|ambulances?"
    r"|paramedics|police|rescue|crisis|suicide|services?|numbers?|lines?|lifeline|helpline"
    r"|hotline|operator|dispatcher|team|\([^()\d]{0,40}\))"
)
# The number follows the verb, but for words that lead to it: “call the emergency services at 911”.
NEXT = re.compile(rf"(?:{GAP}+{FILLER})*{GAP}+", re.IGNORECASE)
# Or some words further on, after one that leads to it: “call your doctor or 911”, “call an ambulance on 999”.
FURTHER = re.compile(
    rf"\W.*(?:\b(?:on|at|via|through|using|or|and|to|then)(?:{GAP}+{FILLER})*{GAP}+|[:(/–—]\s*[\"“]?)",
    re.IGNORECASE | re.DOTALL,
)
MEASURED = re.compile(
    r"\b(?:pulse|rate|pressure|reading|sugar|glucose|level|temperature|weigh\w*|dose|score|count"
    r"|above|below|over|under|than|exceed\w*|reach\w*|ris(?:es|ing)|drop\w*|fall(?:s|ing)"
    r"|room|ward|page|extension|ext|floor|bed|box)\b",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"\b(?:if|when|whenever|unless|once|because|until|while|which|who|is|are|was|were|about"
    r"|between|of)\b",
    re.IGNORECASE,
)
THEN = re.compile(
    r"\s*[,(–—]?\s*(?:if|for|when|in (?:an?|case|the)|right away|now|immediately|at once"
    r"|straight|instead|first)\b",
    re.IGNORECASE,
)
AND_ALSO = re.compile(rf"\W*(?:\b(?:or|and|in|{FILLER})\b\W*)*", re.IGNORECASE)

JOINED, LED_ON = re.compile(r"[/,]|\b(?:or|and)\b", re.I), re.compile(r"(?:\b(?:or|and)|,)\s*$", re.I)

IS = r"(?:(?:\s+[a-z’'-]+){0,6}\s+(?:is|are)|\s*[:,(=–—-])?\s*[\"“(]?\s*$"
NAMED_BEFORE = re.compile(
    r"\bemergenc(?:y|ies)(?:\s+(?:phone|telephone|medical|contact|services?|help|rescue))*"
    rf"\s+(?:number|line|helpline|hotline)s?(?!\s+of\b){IS}"
    rf"|\b(?:crisis line|lifeline|helpline|hotline)s?(?!\s+of\b){IS}"
    r"|\bnumbers?\s+(?:that\s+)?(?:to|(?:you|we|they)(?:\s+(?:should|must|can|may|need to))?)"
    r"\s+(?:call|dial|ring|phone|text)(?:\s+[a-z’'-]+){0,6}?\s*(?:\bis|\bare|[:,(–—])\s*[\"“]?$"
    r"|\bemergenc(?:y|ies)\s*[:,–—-]?\s*$",
    re.IGNORECASE,
)
NAMED_AFTER = re.compile(
    r"\s+(?:is|are)\s+(?:the|your|our|an?)\s+(?:number\s+(?:to|you|for)\b"
    r"|(?:[a-z-]+\s+){0,3}?(?:emergency|crisis|ambulance|suicide)\b(?:\s+[a-z-]+){0,2}?"
    r"\s+(?:number|line|lifeline)\b(?!\s+of\b))"
    r"|\s+(?:is|are)\s+(?:only\s+)?for\s+(?:[a-z-]+\s+){0,2}?emergencies\b"
    r"|\s+(?:should|must|needs?\s+to|has\s+to|can|may)\s+be"
    r"\s+(?:called|dial(?:l?ed)|phoned|rung|texted)\b",
    re.IGNORECASE,
)
A_CALL = re.compile(
    r"\b(?:mak(?:e|es|ing)|plac(?:e|es|ing)|needs?|means|requires?|is|warrants?)\s+an?\s+$",
    re.IGNORECASE,
)
CALL_OF_IT = re.compile(r"[\s-]+call\b", re.IGNORECASE)
NEEDED = re.compile(r"\bneeds?\s+$", re.IGNORECASE)
AT_ONCE = re.compile(r"\s*(?:[.,;:!?)]|$|(?:at once|now|right away|immediately|straight away|help)\b)", re.IGNORECASE)

UNITS = (
    r"(?:mg|mcg|µg|μg|kg|g|ml|dl|l|mmhg|mmol|bpm|beats|breaths|per|percent|degrees|units?|iu"
    r"|tablets?|pills?|capsules?|drops|puffs?|doses?|kcal|calories|km|kilometers|kilometres"
    r"|met(?:er|re)s|cm|mm|feet|ft|inch(?:es)?|lbs?|pounds?|kilos?|kilograms?|grams?"
    r"|milligrams?|liters?|litres?|dollars|euros|cents)"
)
COUNTS = (
    r"(?:times|people|persons?|patients|men|women|boys|girls|babies|children|adults|users"
    r"|callers|volunteers|nurses|participants|members|deaths|cases|calls|operators|doctors"
    r"|hospitals|clinics|cent(?:er|re)s|rooms?|beds?|pages?|hours|minutes|seconds|days|nights"
    r"|weeks|months|years|steps|words|letters|miles|points|countries|states|cities|places"
    r"|attacks)"
)
SO_MANY = re.compile(
    rf"[\s\u00a0-]+(?:{UNITS}|{COUNTS})(?![\w-])"
    r"|[-‐‑](?:day|year|hour|minute|week|month|bed|mile|page|person)\b"
    r"|\s*[%°‰]"
    r"|\s+(?:or|and)\s+(?:more|higher|above|over|up|less|lower|below|under|fewer)\b"
    r"|\s+(?:out of|of|in|to)\s+\d|\s*[–—]\s*\d"
    r"|\s+of\s+(?:us|them|those|these|the|our|all|every)\b",
    re.IGNORECASE,
)
STREET = re.compile(
    r"\s+(?:[A-Z][\w’']*\s+){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Boulevard|Blvd|Way|Square|Court)\b"
)
LONGER_BEFORE = re.compile(r"(?:\d[-‐‑.,:]|\d{3}[ \u00a0]|\(\d+\)[ -]?|[$£€¥#§+]\s?)$")
LONGER_AFTER = re.compile(r"(?:[-‐‑.,:]\d|[ \u00a0]\d{3}|[ \u00a0]\d\d[ -]\d\d|\)[ -]?\d)")
SLASHED = re.compile(r"/(\d+)")
SENTENCE_END = re.compile(r"(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)(?<!\bProf)[.!?](?=[\s\"”’)])|[;\n]")

# Help that is called in an emergency only, whatever its number.
HELP = re.compile(
    r"\b(?:(?:air\s+)?ambulances?|paramedics?|first\s+responders?|(?-i:EMTs?|EMS)"
    r"|emergency\s+(?:(?:medical|rescue|phone|telephone|ambulance)\s+)*"
    r"(?:services?|numbers?|lines?|operators?|dispatch(?:ers?)?|crews?|teams?|responders?|technicians?|hotlines?"
    r"|helplines?|help|calls?))\b",
    re.IGNORECASE,
)
ITS_PEOPLE = re.compile(
    r"[\s-]+(?:operators?|dispatch(?:ers?)?|teams?|crews?|services?|call|cent(?:er|re)s?)\b",
    re.IGNORECASE,
)
DIALLED = re.compile(r'\bhref="tel:([^"]*)"', re.IGNORECASE)


@dataclass(frozen=True)
class Told:
    """A number that a text tells somebody to call, by its digits, and where it stands."""

    number: str
    start: int
    end: int


def told_to_call(text: str, numbers: Iterable[str]) -> list[Told]:
    """Where a plain text tells somebody to call one of these numbers, in digits or in words, in the order of the text.

    Numbers that count, measure, address a house or belong to a longer number are none.
    """
    numbers = tuple(sorted({digits for number in numbers if (digits := digits_of(number))}))
    found: list[Told] = []
    if not numbers:
        return found
    for place in _written(numbers).finditer(text):
        number = numbers[place.lastindex - 1]
        if _is_told(text, place.start(), place.end(), found[-1:]):
            found.append(Told(number, place.start(), place.end()))
    return found


def words_of(html: str) -> str:
    """The words of a rich text, a line for each paragraph, heading, item and cell; a broken line is one line."""
    return (_words_of_short if len(html) <= SHORT else _words_of)(html)


def _words_of(html: str) -> str:
    return plain(BROKEN.sub(" ", html))


# A page with thousands of causes has as many short texts, nearly all of them as they were at its last look.
_words_of_short = lru_cache(maxsize=10_000)(_words_of)


def calls(number: str, text: str) -> bool:
    """Whether a plain text tells somebody to call a number."""
    return bool(told_to_call(text, (number,)))


def number_to_call(number: str, html: str) -> bool:
    """Whether a rich text tells somebody to call a number, or has a link that dials it."""
    return calls(number, words_of(html)) or digits_of(number) in dialled(html)


def dialled(html: str) -> set[str]:
    """The numbers that links in a rich text dial, by their digits."""
    return {digits_of(unescape(address)) for address in DIALLED.findall(html)}


def emergency_help(html: str) -> str:
    """The first words of a rich text that send somebody to emergency help, to be quoted; empty if there are none.

    That is an emergency number to call, of this place or another, whoever answers it, or an ambulance.
    """
    return _emergency_help(html, digits_of(settings.EMERGENCY_NUMBER))


@lru_cache(maxsize=REMEMBERED)
def _emergency_help(html: str, ours: str) -> str:
    numbers = EMERGENCY_NUMBERS | {ours}
    text = words_of(html)
    spans = [(told.start, told.end) for told in told_to_call(text, numbers)]
    spans += [found.span() for found in HELP.finditer(text)]
    spans += [
        (found.start(), people.end())
        for found in _written(tuple(sorted(numbers - {""}))).finditer(text)
        if (people := ITS_PEOPLE.match(text, found.end()))
    ]
    if spans:
        return _quoted(text, *min(spans))
    return next((f"tel:{number}" for number in sorted(dialled(html) & (numbers - {""}))), "")


def _quoted(text: str, start: int, end: int) -> str:
    """What was found with some words around it, of the same line."""
    line = text[: text.find("\n", end) if "\n" in text[end:] else None]
    begun = WORDS_BEFORE.search(line, line.rfind("\n", 0, start) + 1, start).start()
    return line[begun : WORDS_AFTER.match(line, end).end()].rstrip(".,;:")


def digits_of(number: str) -> str:
    """A number without the signs between its digits."""
    return re.sub(r"\D", "", number)


@lru_cache
def _written(numbers: tuple[str, ...]) -> re.Pattern:
    """All ways to write these numbers, a group for each."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(f'({_ways(number)})' for number in numbers)})(?!\w)", re.IGNORECASE)


def _ways(number: str) -> str:
    joints = JOINTS if len(number) <= 3 else ("[-‐‑. \u00a0]?",)
    words = r"[\s,-]+".join(WORDS[digit] for digit in number)
    return "|".join([*(joint.join(number) for joint in joints), words])


def _is_told(text: str, start: int, end: int, last: list[Told]) -> bool:
    before, after = text[max(0, start - BEFORE) : start], text[end : end + AFTER]
    if _belongs_to_more(before, after) or SO_MANY.match(after) or STREET.match(after):
        return False
    *_, begun = [0, *(found.end() for found in SENTENCE_END.finditer(before))]
    clause = before[begun:]
    return (
        NAMED_BEFORE.search(clause) is not None
        or NAMED_AFTER.match(after) is not None
        or bool(A_CALL.search(clause) and CALL_OF_IT.match(after))
        or bool(NEEDED.search(clause) and AT_ONCE.match(after))
        or _continues(text[last[0].end : start] if last else "\n", clause)
        or any(_leads(clause[verb.end() :], after) for verb in VERB.finditer(clause))
    )


def _belongs_to_more(before: str, after: str) -> bool:
    """Whether the digits are a part of a longer number, an amount of money or a date."""
    beside = (SLASHED.match(after), SLASHED.match(before[::-1]))
    if any(found and len(found[1]) != 3 for found in beside):
        return True
    return LONGER_BEFORE.search(before) is not None or LONGER_AFTER.match(after) is not None


def _continues(between: str, clause: str) -> bool:
    """Whether a number follows one that is to be called: “911/112”, “911 in one country and 112 in another”."""
    if len(between) > len(clause):
        return False
    if MEASURED.search(between) or re.search(r"\d", between) or not JOINED.search(between):
        return False
    return AND_ALSO.fullmatch(between) is not None or LED_ON.search(between) is not None


def _leads(between: str, after: str) -> bool:
    """Whether what stands between a verb of calling and a number leads from the one to the other."""
    if NEXT.fullmatch(between):
        return True
    if not FURTHER.fullmatch(between) or MEASURED.search(between):
        return False
    return not CONDITION.search(between) or THEN.match(after) is not None
