"""Finds what in a text sends people to emergency help: a number, a service, a department.

It goes by what the words ask for: “You need no ambulance” sends nobody, “If it gets worse, call
911” does. In doubt it counts. The checks and the look of advice use it, so that they never
disagree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from articles.care.clauses import is_negated, iterate_clauses
from articles.care.phone_numbers import (
    EMERGENCY_NUMBERS,
    compile_numbers,
    extract_digits,
    extract_words,
    find_dialled_numbers,
    find_numbers_to_call,
)

CACHE_SIZE = 2_000  # advice texts whose result is cached
# Words on each side of a finding that are quoted with it.
QUOTED_BEFORE = re.compile(r"(?:\S+\s+){0,3}\S*$")
QUOTED_AFTER = re.compile(r"\S*(?: \S+){0,2}")
QUOTED_LENGTH = 160  # characters on each side in which they are looked for

# Help that is only called in an emergency, whatever its number.
SERVICE = re.compile(
    r"\b(?:(?:air\s+)?ambulances?|paramedics?|first\s+responders?|(?-i:EMTs?|EMS)"
    r"|emergency\s+(?:(?:medical|rescue|phone|telephone|ambulance)\s+){0,3}"
    r"(?:services?|numbers?|lines?|operators?|dispatch(?:ers?)?|crews?|teams?|responders?"
    r"|technicians?|hotlines?|helplines?|help|care|treatment|attention|assistance|aid)"
    r"(?!\s+(?:pack|kit|plan|card)s?\b))\b"
    r"|(?<=to )(?:the\s+)?emergency(?=\s*(?:[.,;:!?\n]|$|now\b|at\s+once\b|if\b))"
    r"|\b(?:emergency\s+(?:department|room)|ER|A&E)\s+(?:visit|trip)s?\b",
    re.IGNORECASE,
)
SERVICE_OF_NUMBER = re.compile(
    r"[\s-]+(?:operators?|dispatch(?:ers?)?|teams?|crews?|services?|cent(?:er|re)s?)\b",
    re.IGNORECASE,
)
CALL_FOR_HELP = re.compile(
    r"\b(?:call|phone|shout|scream)(?:ing)?\s+for\s+help\b(?!\s+(?:with|from))", re.IGNORECASE
)
CALLS_TO = re.compile(r"\bcalls\s+to\s+$", re.IGNORECASE)
# “You need no ambulance if you feel well, but call one if you faint.”
CALL_ONE = re.compile(
    r"\bambulances?\b[^.;!?\n]{0,90}?(\b(?:call|phone|get|send\s+for)\s+(?:for\s+)?one)\b",
    re.IGNORECASE,
)
SELF_DRIVING = re.compile(
    r"(?:\b(?:not|never)|n[’']t)\s+(?:try\s+to\s+)?drive\s+"
    r"(?:yourself|to\s+(?:the\s+|a\s+)?(?:hospital|emergency))\b"
    r"|(?:\b(?:not|never)|n[’']t)\s+wait\s+for\s+(?:an|the)\s+ambulance\b",
    re.IGNORECASE,
)
DEPARTMENT = re.compile(
    r"\b(?:emergency\s+(?:department|room|ward|unit)s?"
    r"|accident\s+and\s+emergency(?:\s+department)?|(?-i:ER|ED|A&E)|casualty(?:\s+department)?)\b",
    re.IGNORECASE,
)
HOSPITAL = re.compile(
    r"\bhospital\b(?![’']s|\s+(?:appointment|clinic|visit|letter|card|bed|stay)|-)", re.IGNORECASE
)
PLANNED = re.compile(
    r"\b(?:appointment|scans?|tests?|clinic|check-?up|treatment\s+plan|surgery|visit(?:s|ing)?"
    r"|operation|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
MOVE_LENGTH = 70  # characters between a verb and the place that it leads to
MOVE = re.compile(
    r"\b(?:go(?:ing)?|get(?:ting)?|head(?:ing)?|com(?:e|ing)|driv(?:e|ing)|rush(?:ed|ing)?"
    r"|hurry|travel|tak(?:e|en|ing)|bring|brought|report|attend|visit(?:ing)?|us(?:e|ing)|walk|make\s+your\s+way"
    r"|see|(?<=be )(?:seen|checked|examined|assessed|treated|looked\s+at))\b"
    r"(?!\s+(?:about|how|what))",
    re.IGNORECASE,
)
ONWARD_VERBS = {"see"}  # they lead to no department, but stand between others and it
NEEDED_BEFORE = re.compile(
    r"\b(?:(?:needs?|requires?|means?|warrants?)\s+(?:to\s+be\s+in\s+)?(?:an?|the)\s+(?:\w+\s+)?"
    r"|(?:care|treatment|help|check|attention|assessment|trip|visit|journey)\s+(?:to|in|at|by)\s+"
    r"(?:(?:the|an?|your)\s+)?(?:(?:nearest|local|closest|hospital)\s+)*)$",
    re.IGNORECASE,
)
HELPS_AFTER = re.compile(
    r"\s+(?:(?:can|should|must|has\s+to|needs\s+to|will)\s+(?:help|treat|see|check|look|remove"
    r"|examine)|is\s+(?:where|the\s+(?:right|best|only|safest)\s+place)"
    r"|now|at\s+once|right\s+away|immediately)\b",
    re.IGNORECASE,
)
THIRD_PERSON = re.compile(
    r"\b(?:people|patients|adults|children|women|men|parents|they|who|some|many|most|others"
    r"|doctors|we|I)\s+(?:(?:often|sometimes|also|usually|still)\s+)?$",
    re.IGNORECASE,
)
# Where 111 is a number for help that is not urgent: it is 999 that is called there.
ADVICE_NUMBER, ITS_EMERGENCY_NUMBER = "111", "999"
ADVICE_BEFORE = re.compile(
    r"\b(?:NHS|advice|non-?urgent|nurse|not\s+(?:an\s+)?(?:emergency|urgent))[\s\w,:(–—-]{0,30}$",
    re.IGNORECASE,
)
ADVICE_AFTER = re.compile(
    r"[^.;!?\n]{0,40}?\b(?:advice|online|nurse|not\s+(?:an\s+)?(?:emergenc|urgent)|non-)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class EmergencyAction:
    """Where a text sends people to emergency help, and whether it says where to get it."""

    start: int
    end: int
    names_help: bool


def find_emergency_help(html: str) -> str:
    """The first words of a rich text that send people to emergency help, as a quotation, or empty.

    That is an emergency number to call, of this country or another, a service like an ambulance,
    an emergency department, or a link that dials such a number.
    """
    return _find_emergency_help(html, extract_digits(settings.EMERGENCY_NUMBER))


@lru_cache(maxsize=CACHE_SIZE)
def _find_emergency_help(html: str, site_number: str) -> str:
    text = extract_words(html)
    actions = find_emergency_actions(text, site_number)
    if actions:
        return quote(text, actions[0].start, actions[0].end)
    dialled = find_dialled_numbers(html) & get_emergency_numbers(site_number)
    return f"tel:{min(dialled)}" if dialled else ""


def get_emergency_numbers(site_number: str) -> frozenset[str]:
    """The emergency numbers of the site and of other countries, by their digits."""
    numbers = EMERGENCY_NUMBERS | {site_number}
    if site_number == ITS_EMERGENCY_NUMBER:
        numbers -= {ADVICE_NUMBER}
    return numbers - {""}


def find_emergency_actions(text: str, site_number: str) -> list[EmergencyAction]:
    """Where a plain text sends people to emergency help, in order."""
    numbers = get_emergency_numbers(site_number)
    spans = sorted(_iterate_spans(text, numbers))
    actions = []
    clauses = iterate_clauses(text)
    clause = next(clauses, None)
    for start, end, names_help, is_noun in spans:
        while clause and clause.end <= start:
            clause = next(clauses, None)
        if clause and not is_negated(text, clause, start, end, is_noun=is_noun):
            actions.append(EmergencyAction(start, end, names_help))
    for found in SELF_DRIVING.finditer(text):
        actions.append(EmergencyAction(*found.span(), names_help=False))
    return sorted(actions, key=lambda action: action.start)


def _iterate_spans(text: str, numbers: frozenset[str]) -> Iterator[tuple[int, int, bool, bool]]:
    """What may send people to help: where, whether it says where to get it, whether a noun."""
    yield from _find_calls(text, numbers)
    for service in SERVICE.finditer(text):
        yield service.start(), service.end(), True, True
    for called in CALL_FOR_HELP.finditer(text):
        yield *called.span(), False, False
    for called in CALL_ONE.finditer(text):
        yield *called.span(1), True, False
    for place in DEPARTMENT.finditer(text):
        yield from _find_way(text, place)
    for place in HOSPITAL.finditer(text):
        if not _is_planned(text, place.start(), place.end()):
            yield from _find_way(text, place)


def _find_calls(text: str, numbers: frozenset[str]) -> Iterator[tuple[int, int, bool, bool]]:
    """The numbers to call, and whoever answers them."""
    for call in find_numbers_to_call(text, numbers):
        is_fact = CALLS_TO.search(text[max(0, call.start - 10) : call.start])
        if not is_fact and not is_advice_number(text, call.number, call.start, call.end):
            yield call.start, call.end, True, False
    for number in compile_numbers(tuple(sorted(numbers))).finditer(text):
        if found := SERVICE_OF_NUMBER.match(text, number.end()):
            yield number.start(), found.end(), True, True


def is_advice_number(text: str, number: str, start: int, end: int) -> bool:
    """Whether a number is the one for help that is not urgent: “NHS 111”, “111 for advice”."""
    if number != ADVICE_NUMBER:
        return False
    before = text[max(0, start - 60) : start]
    return bool(ADVICE_BEFORE.search(before) or ADVICE_AFTER.match(text, end))


def _find_way(text: str, place: re.Match[str]) -> Iterator[tuple[int, int, bool, bool]]:
    """The way to an emergency department or a hospital, if the text sends people there."""
    start, end = place.span()
    before = text[max(0, start - MOVE_LENGTH) : start]
    before = re.split(r"[.;:!?\n]", before)[-1]
    if needed := NEEDED_BEFORE.search(before):
        yield start - len(before) + needed.start(), end, True, False
        return
    moves = [move for move in MOVE.finditer(before) if move[0].lower() not in ONWARD_VERBS]
    if moves:
        move = moves[-1]
        if not THIRD_PERSON.search(before[: move.start()]):
            yield start - len(before) + move.start(), end, True, False
    elif place.re is DEPARTMENT and HELPS_AFTER.match(text, end):
        yield start, end, True, True


def _is_planned(text: str, start: int, end: int) -> bool:
    """Whether somebody goes to hospital for something that was arranged."""
    around = text[max(0, start - 20) : start] + text[end : end + 60].partition(".")[0]
    return bool(PLANNED.search(around))


def quote(text: str, start: int, end: int) -> str:
    """A finding with some words around it, of the same line."""
    line_start = max(text.rfind("\n", 0, start) + 1, start - QUOTED_LENGTH)
    line_end = text.find("\n", end)
    line = text[: end + QUOTED_LENGTH] if line_end < 0 else text[:line_end]
    before = QUOTED_BEFORE.search(line, line_start, start)
    assert before  # it matches nothing, too
    after = QUOTED_AFTER.match(line, end)
    assert after  # as before
    return line[before.start() : after.end()].rstrip(".,;:")
