"""Finds the numbers that a text asks people to call.

The checks, the look of advice and the links (see ``phone_links``) all use it, so that they never
disagree. It reads English, line by line, and looks only for the numbers that it is given.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from articles.richtext.plaintext import MAX_CACHED_LENGTH, extract_text

EMERGENCY_NUMBERS = frozenset({"911", "999", "112", "000", "111", "995"})
# Characters on each side of a number that decide whether it is to be called.
CONTEXT_BEFORE, CONTEXT_AFTER = 240, 80
LINE_BREAK = re.compile("<br ?/?>")

DIGIT_WORDS = {
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
# Between digits: nothing, or the same sign everywhere.
DIGIT_SEPARATORS = ("", "[-‐‑]", r"\.", "[ \u00a0]", "·")
NUMBER_END = "(?![^\\W⁰¹²³⁴⁵⁶⁷⁸⁹])"  # the mark of a footnote may follow
WORD_GAP = r"""[\s"'“”‘’(\[*:,/–—-]"""  # between words that belong together

CALL_VERB = re.compile(
    r"(?<![-\w])(?<!on )(?:call(?:s|ing)?|dial(?:s|l?ing|led|ed)?|(?:tele)?phon(?:e|es|ing)"
    r"|ring(?:s|ing)?|text(?:s|ing)?|contact(?:s|ing)?|alert(?:s|ing)?|notify(?:ing)?"
    r"|(?<=have )called|(?<=has )called|(?<=you )called|(?<=they )called|(?<=who )called"
    r"|(?<=one )called)(?!\w)",
    re.IGNORECASE,
)
# The last of these before a number decides between a call and a text message.
CALL_OR_TEXT = re.compile(
    r"(?<![-\w])(?<!on )(?:(?P<text>text(?:s|ing|ed)?(?:[ -]messag(?:e|es|ing))?|sms"
    r"|messag(?:e|es|ing)(?=(?: \w+)?(?: to)? $))|call(?:s|ing|ed)?|dial(?:s|l?ing|led|ed)?"
    r"|(?:tele)?phon(?:e|es|ing)|ring(?:s|ing)?)(?!\w)",
    re.IGNORECASE,
)
# “Call or text 988”: a call is asked for, too. “Do not text, call”: nothing is asked.
CALL_OR = re.compile(
    r"\b(?:call|calling|dial|phone|phoning|ring)\s*,?\s*(?:/|(?:and/)?(?:or|and)\b)"
    r"\s*(?:send\s+(?:an?\s+)?)?$",
    re.IGNORECASE,
)
TEXT_NEGATED = re.compile(r"(?:\bnot|n[’']t|\bnever|\bthan|\binstead of)\s+$", re.IGNORECASE)
BY_TEXT_AFTER = re.compile(
    r"\s+(?:by|via|with|using|through)\s+(?:an?\s+)?(?:text|sms)\b", re.IGNORECASE
)
# “If you cannot safely call 911, text 911”: a link there would do what somebody must not do.
CANNOT_CALL = re.compile(
    r"(?:\bcannot|\bcan not|\bcan[’']t|\bunable to|\bunsafe to|\bdangerous to|\bwithout"
    r"|(?:\bnot|n[’']t) (?:(?:be )?safe|possible|able|free|dare) to)"
    r"(?:\s+(?:safely|out loud|speak or|talk or))*\s+call(?:ing)?"
    r"(?:\s+(?:out|to|the|emergency|services|number|on|at))*\s+$",
    re.IGNORECASE,
)
FILLER_WORD = (
    r"(?:up|out|for|to|on|at|the|an?|your|our|now|first|instead|just|only|also|too|today|again"
    r"|either|both|even|immediately|urgently|directly|quickly|at once|right away|straight away"
    r"|as well|toll-free|someone|somebody|help|local|national|emergency|medical|ambulances?"
    r"|paramedics|police|rescue|crisis|suicide|services?|numbers?|lines?|lifeline|helpline"
    r"|hotline|operator|dispatcher|team|\([^()\d]{0,40}\))"
)
# Only words that lead to the number stand before it: “call the emergency services at 911”.
LEADS_AT_ONCE = re.compile(rf"(?:{WORD_GAP}+{FILLER_WORD})*{WORD_GAP}+", re.IGNORECASE)
# Other words stand before one that leads to the number: “call your doctor or 911”.
LEADS_LATER = re.compile(
    rf"\W.*(?:\b(?:on|at|via|through|using|or|and|to|then)(?:{WORD_GAP}+{FILLER_WORD})*{WORD_GAP}+"
    r"|[:(/–—]\s*[\"“]?)",
    re.IGNORECASE | re.DOTALL,
)
MEASURE_WORD = re.compile(
    r"\b(?:pulse|rate|pressure|reading|sugar|glucose|level|temperature|weigh\w*|dose|score|count"
    r"|above|below|over|under|than|exceed\w*|reach\w*|ris(?:es|ing)|drop\w*|fall(?:s|ing)"
    r"|room|ward|page|extension|ext|floor|bed|box)\b",
    re.IGNORECASE,
)
CONDITION_WORD = re.compile(
    r"\b(?:if|when|whenever|unless|once|because|until|while|which|who|is|are|was|were|about"
    r"|between|of)\b",
    re.IGNORECASE,
)
CONDITION_AFTER = re.compile(
    r"\s*[,(–—]?\s*(?:if|for|when|in (?:an?|case|the)|right away|now|immediately|at once"
    r"|straight|instead|first)\b",
    re.IGNORECASE,
)
JOINED_ONLY = re.compile(rf"\W*(?:\b(?:or|and|in|{FILLER_WORD})\b\W*)*", re.IGNORECASE)

JOINING_WORD = re.compile(r"[/,]|\b(?:or|and)\b", re.IGNORECASE)
ENDS_WITH_JOIN = re.compile(r"(?:\b(?:or|and)|,)\s*$", re.IGNORECASE)

NUMBER_FOLLOWS = r"(?:(?:\s+[a-z’'-]+){0,6}\s+(?:is|are)|\s*[:,(=–—-])?\s*[\"“(]?\s*$"
NAMED_BEFORE = re.compile(
    r"\bemergenc(?:y|ies)(?:\s+(?:phone|telephone|medical|contact|services?|help|rescue))*"
    rf"\s+(?:number|line|helpline|hotline)s?(?!\s+of\b){NUMBER_FOLLOWS}"
    rf"|\b(?:crisis line|lifeline|helpline|hotline)s?(?!\s+of\b){NUMBER_FOLLOWS}"
    rf"|\bnumber\s+for\s+(?:an?\s+)?emergenc(?:y|ies){NUMBER_FOLLOWS}"
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
    r"|\s*[:—–-]\s*(?:call|dial)\s+(?:it\b|now\b|at\s+once\b|right\s+away\b)"
    r"|\s+(?:should|must|needs?\s+to|has\s+to|can|may)\s+be"
    r"\s+(?:called|dial(?:l?ed)|phoned|rung|texted)\b",
    re.IGNORECASE,
)
BEFORE_CALL_NOUN = re.compile(
    r"\b(?:mak(?:e|es|ing)|plac(?:e|es|ing)|needs?|means|requires?|is|warrants?)\s+an?\s+$",
    re.IGNORECASE,
)
CALL_NOUN = re.compile(r"[\s-]+call\b", re.IGNORECASE)
BEFORE_NEEDED = re.compile(r"\bneeds?\s+$", re.IGNORECASE)
URGENT_AFTER = re.compile(
    r"\s*(?:[.,;:!?)]|$|(?:at once|now|right away|immediately|straight away|help)\b)", re.IGNORECASE
)

UNITS = (
    r"(?:mg|mcg|µg|μg|kg|g|ml|dl|l|mmhg|mmol|bpm|beats|breaths|per|percent|degrees|units?|iu"
    r"|tablets?|pills?|capsules?|drops|puffs?|doses?|kcal|calories|km|kilometers|kilometres"
    r"|met(?:er|re)s|cm|mm|feet|ft|inch(?:es)?|lbs?|pounds?|kilos?|kilograms?|grams?"
    r"|milligrams?|liters?|litres?|dollars|euros|cents)"
)
COUNTED_NOUNS = (
    r"(?:times|people|persons?|patients|men|women|boys|girls|babies|children|adults|users"
    r"|callers|volunteers|nurses|participants|members|deaths|cases|calls|operators|doctors"
    r"|hospitals|clinics|cent(?:er|re)s|rooms?|beds?|pages?|hours|minutes|seconds|days|nights"
    r"|weeks|months|years|steps|words|letters|miles|points|countries|states|cities|places"
    r"|attacks)"
)
QUANTITY_AFTER = re.compile(
    rf"[\s\u00a0-]+(?:{UNITS}|{COUNTED_NOUNS})(?![\w-])"
    r"|[-‐‑](?:day|year|hour|minute|week|month|bed|mile|page|person)\b"
    r"|\s*[%°‰]"
    r"|\s+(?:or|and)\s+(?:more|higher|above|over|up|less|lower|below|under|fewer)\b"
    r"|\s+(?:out of|of|in|to)\s+\d|\s*[–—]\s*\d"
    r"|\s+of\s+(?:us|them|those|these|the|our|all|every)\b",
    re.IGNORECASE,
)
STREET_AFTER = re.compile(
    r"\s+(?:[A-Z][\w’']*\s+){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Boulevard|Blvd|Way|Square|Court)\b"
)
LONGER_NUMBER_BEFORE = re.compile(r"(?:\d[-‐‑.,:]|\d{3}[ \u00a0]|\(\d+\)[ -]?|[$£€¥#§+]\s?)$")
LONGER_NUMBER_AFTER = re.compile(r"(?:[-‐‑.,:]\d|[ \u00a0]\d{3}|[ \u00a0]\d\d[ -]\d\d|\)[ -]?\d)")
SLASHED_NUMBER = re.compile(r"/(\d+)")
SENTENCE_END = re.compile(
    r"(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)(?<!\bProf)[.!?](?=[\s\"”’)])|[;\n]"
)

TEL_LINK = re.compile(r'\bhref="tel:([^"]*)"', re.IGNORECASE)


@dataclass(frozen=True)
class NumberToCall:
    """A number that a text asks people to call, by its digits, and where it stands.

    ``by_text``: a text message to it is asked for, and no call. ``cannot_call``: its words are
    about somebody who cannot call it.
    """

    number: str
    start: int
    end: int
    by_text: bool = False
    cannot_call: bool = False


def find_numbers_to_call(text: str, numbers: Iterable[str]) -> list[NumberToCall]:
    """Where a plain text asks people to call one of these numbers, in digits or in words, in order.

    Numbers that count, measure, stand in an address or belong to a longer number do not count.
    """
    wanted = tuple(sorted(filter(None, set(map(extract_digits, numbers)))))
    calls: list[NumberToCall] = []
    if not wanted:
        return calls
    for found in compile_numbers(wanted).finditer(text):
        previous_end = calls[-1].end if calls else None
        if _is_to_be_called(text, found.start(), found.end(), previous_end):
            assert found.lastindex  # there is a group for each number
            number = wanted[found.lastindex - 1]
            calls.append(_build_number_to_call(text, number, *found.span()))
    return calls


def _build_number_to_call(text: str, number: str, start: int, end: int) -> NumberToCall:
    clause = _get_last_clause(text[max(0, start - CONTEXT_BEFORE) : start])
    by_text = _asks_for_text(clause, text[end : end + CONTEXT_AFTER])
    return NumberToCall(number, start, end, by_text, CANNOT_CALL.search(clause) is not None)


def _asks_for_text(clause: str, after: str) -> bool:
    """Whether the words around a number ask for a text message to it, and for no call."""
    if BY_TEXT_AFTER.match(after):
        return True
    last = None
    for found in CALL_OR_TEXT.finditer(clause):
        if not TEXT_NEGATED.search(clause[: found.start()]):
            last = found
    if last is None or not last["text"]:
        return False
    return not CALL_OR.search(clause[: last.start()])


def extract_words(html: str) -> str:
    """The words of a rich text, a line for each paragraph, heading, list item and cell.

    A line break does not end a line.
    """
    if len(html) <= MAX_CACHED_LENGTH:
        return _extract_short_words(html)
    return _extract_words(html)


def _extract_words(html: str) -> str:
    return extract_text(LINE_BREAK.sub(" ", html))


# A page with thousands of causes has as many short texts, and most stay as they are.
_extract_short_words = lru_cache(maxsize=10_000)(_extract_words)


def asks_to_call(number: str, text: str) -> bool:
    """Whether a plain text asks people to call a number."""
    return bool(find_numbers_to_call(text, (number,)))


def offers_call(number: str, html: str) -> bool:
    """Whether a rich text asks people to call a number, or has a link that dials it."""
    if asks_to_call(number, extract_words(html)):
        return True
    return extract_digits(number) in find_dialled_numbers(html)


def find_dialled_numbers(html: str) -> set[str]:
    """The numbers that links in a rich text dial, by their digits."""
    return {extract_digits(unescape(address)) for address in TEL_LINK.findall(html)}


def extract_digits(number: str) -> str:
    """A number without the signs between its digits."""
    return re.sub(r"\D", "", number)


@lru_cache
def compile_numbers(numbers: tuple[str, ...]) -> re.Pattern:
    """All ways to write these numbers, a group for each."""
    groups = [f"({_build_number_pattern(number)})" for number in numbers]
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)}){NUMBER_END}", re.IGNORECASE)


def _build_number_pattern(number: str) -> str:
    separators = DIGIT_SEPARATORS if len(number) <= 3 else ("[-‐‑. \u00a0]?",)
    ways = [separator.join(number) for separator in separators]
    words = [DIGIT_WORDS[digit] for digit in number]
    ways.append(r"[\s,-]+".join(words))
    return "|".join(ways)


def _is_to_be_called(text: str, start: int, end: int, previous_end: int | None) -> bool:
    """Whether a number is to be called. The one before it, if any, ended at ``previous_end``."""
    before, after = text[max(0, start - CONTEXT_BEFORE) : start], text[end : end + CONTEXT_AFTER]
    if _is_part_of_longer_number(before, after):
        return False
    if QUANTITY_AFTER.match(after) or STREET_AFTER.match(after):
        return False
    clause = _get_last_clause(before)
    if _is_named_as_number_to_call(clause, after):
        return True
    if previous_end is not None and _continues_list(text[previous_end:start], clause):
        return True
    verbs = CALL_VERB.finditer(clause)
    return any(_leads_to_number(clause[verb.end() :], after) for verb in verbs)


def _get_last_clause(text: str) -> str:
    """What follows the last end of a sentence."""
    start = 0
    for sentence_end in SENTENCE_END.finditer(text):
        start = sentence_end.end()
    return text[start:]


def _is_named_as_number_to_call(clause: str, after: str) -> bool:
    """Whether the words beside a number say that it is called: “the emergency number is 911”."""
    if NAMED_BEFORE.search(clause) or NAMED_AFTER.match(after):
        return True
    if BEFORE_CALL_NOUN.search(clause) and CALL_NOUN.match(after):
        return True
    return bool(BEFORE_NEEDED.search(clause) and URGENT_AFTER.match(after))


def _is_part_of_longer_number(before: str, after: str) -> bool:
    """Whether the digits are a part of a longer number, an amount of money or a date."""
    for slashed in (SLASHED_NUMBER.match(after), SLASHED_NUMBER.match(before[::-1])):
        if slashed and len(slashed[1]) != 3:
            return True
    return bool(LONGER_NUMBER_BEFORE.search(before) or LONGER_NUMBER_AFTER.match(after))


def _continues_list(between: str, clause: str) -> bool:
    """Whether a number follows one to call: “911/112”, “911 in Canada and 112 in Europe”."""
    if len(between) > len(clause):
        return False
    if MEASURE_WORD.search(between) or re.search(r"\d", between):
        return False
    if not JOINING_WORD.search(between):
        return False
    return bool(JOINED_ONLY.fullmatch(between) or ENDS_WITH_JOIN.search(between))


def _leads_to_number(between: str, after: str) -> bool:
    """Whether the words between a verb like “call” and a number connect them."""
    if LEADS_AT_ONCE.fullmatch(between):
        return True
    if not LEADS_LATER.fullmatch(between) or MEASURE_WORD.search(between):
        return False
    return not CONDITION_WORD.search(between) or CONDITION_AFTER.match(after) is not None
