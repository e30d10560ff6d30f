"""What a text tells people to do: get emergency help, be seen today, make an appointment, rest.

It reads English. Emergency help counts in doubt (see ``emergency_help``); the other kinds count
where the words ask for them, outside conditions and negations. First aid is none of them: it
belongs beside a call for help.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from django.conf import settings

from articles.care.clauses import CONJUNCTION, Clause, is_negated, iterate_clauses
from articles.care.emergency_help import find_emergency_actions, quote
from articles.care.phone_numbers import extract_digits

CACHE_SIZE = 2_000  # texts of cards whose result is cached


class ActionKind(StrEnum):
    """The kinds of action, and words of hurry that ask for none of them."""

    EMERGENCY = "emergency"
    SAME_DAY = "same day"
    APPOINTMENT = "appointment"
    CLINICIAN = "clinician"  # to see or call one, at no stated time
    HOME_CARE = "home care"
    HURRY = "hurry"


@dataclass(frozen=True)
class Action:
    """One thing that a text tells people to do, its place in the text, and a quotation."""

    kind: ActionKind
    start: int
    end: int
    quote: str


class Places:
    """Passages of a text, in which one is found without looking at all of them."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self.spans = sorted(spans)
        self.starts = [start for start, _ in self.spans]

    def has_start_between(self, start: int, end: int) -> bool:
        return bisect_left(self.starts, start) < bisect_left(self.starts, end)

    def overlap(self, start: int, end: int) -> bool:
        """Whether the last passage that begins before ``end`` ends after ``start``."""
        place = bisect_left(self.starts, end)
        return place > 0 and self.spans[place - 1][1] > start


CLINICIAN = (
    r"(?:doctor|clinician|GP|physician|nurse|midwife|dentist|orthodontist|pharmacist|optometrist"
    r"|optician|ophthalmologist|neurologist|audiologist|dermatologist|cardiologist|urologist"
    r"|gyn(?:a)?ecologist|specialist|p(?:a)?ediatrician|health\s*care\s+(?:provider|professional"
    r"|team)|provider|health\s+visitor|counsell?or|therapist|psychologist|psychiatrist"
    r"|physiotherapist|care\s+team|maternity\s+(?:unit|ward)|labou?r\s+ward|clinic|surgery"
    r"|practice|office|NHS\s+111|nurse\s+line|advice\s+line)"
)
OWNER = (
    r"(?:(?:an?|the|your|their|his|her|another|any)\s+(?:child[’']s\s+|baby[’']s\s+|own\s+)?)?"
    r"(?:(?!(?:if|when|to|or|and|for|of|in|at|with)\b)[\w’'-]+\s+){0,2}?"
)
CONTACT = re.compile(
    r"\b(?:(?:see(?:ing)?|call(?:ing)?|phon(?:e|ing)|telephone|ring(?:ing)?|contact(?:ing)?"
    r"|visit(?:ing)?|consult(?:ing)?|message|ask(?:ing)?|get\s+to|(?:talk|speak)(?:ing)?\s+(?:to|with)"
    r"|check\s+with|get\s+in\s+touch\s+with|go(?:ing)?\s+(?:back\s+)?to|arrange\s+to\s+see"
    r"|(?:take|bring)\s+(?:[\w’'-]+\s+){1,3}to|(?:call|phone|ring)\s+\d{3}\s+or)\s+"
    rf"{OWNER}{CLINICIAN}|tell\s+(?:an?|your)\s+(?:[\w’'-]+\s+){{0,2}}?{CLINICIAN}"
    rf"|let\s+{OWNER}{CLINICIAN}\s+know|(?:get|seek)\s+medical\s+advice)\b",
    re.IGNORECASE,
)
EXAMINED = r"(?:checked|examined|looked\s+at|seen|assessed|tested)"
EXAMINATION = re.compile(
    rf"\b(?:have|get)\s+(?:[\w’'-]+\s+){{1,4}}?{EXAMINED}\b"
    rf"|\b(?:should|must|needs?\s+to|has\s+to|have\s+to|ought\s+to|to)\s+be\s+{EXAMINED}\b"
    rf"|\b(?:have|get|ask)\s+{OWNER}{CLINICIAN}\s+(?:to\s+)?(?:see|check|examine|look)\b"
    rf"|\b{CLINICIAN}\s+(?:should|must|needs?\s+to|has\s+to)\s+(?:see|check|examine|look\s+at)\b"
    r"|\b(?:somebody|someone)\s+(?:should|must|needs?\s+to)\s+(?:see|check|examine|look\s+at)\b"
    rf"|\b(?:visit|trip)\s+to\s+(?:an?|the|your)\s+{CLINICIAN}\b",
    re.IGNORECASE,
)
BOOKING = re.compile(
    r"\b(?:mak(?:e|ing)|book(?:ing)?|schedul(?:e|ing)|arrang(?:e|ing)|set\s+up|ask(?:ing)?\s+for|get"
    r"|request(?:ing)?|plan|can\s+wait\s+(?:for|until))\s+"
    r"(?:(?:an?|the|your|another|some)\s+)?(?:[\w’'-]+\s+){0,2}?"
    r"(?:appointments?|visits?|check-?ups?|consultations?|referrals?|(?:eye|hearing|blood)\s+tests?)\b"
    r"|\b(?:routine|regular)\s+(?:appointment|visit|check-?up)\b"
    r"|\b(?:appointments?|visits?|check-?ups?)\s+(?:(?:should|must|can|needs?\s+to)\s+be"
    r"\s+(?:made|booked|arranged|scheduled)|is\s+needed)\b"
    r"|\b(?:tell|mention|ask|raise|bring|discuss)\b(?:\s+[\w’'-]+){0,8}?\s+at\s+(?:your|the)\s+next"
    r"\s+(?:appointment|visit|check-?up)\b"
    r"|\b(?:ask|see|talk\s+(?:to|with)|speak\s+(?:to|with)|check\s+with)\s+(?:an?|your|the)"
    r"\s+(?:[\w’'-]+\s+){0,3}?pharmacist\b|\bpharmacist\s+can\s+(?:advise|help|tell)\b",
    re.IGNORECASE,
)
SAME_DAY_PLACE = re.compile(
    r"\burgent[\s-]+care\b|\bwalk-?in\s+(?:clinic|cent(?:er|re))s?\b|\bminor\s+injur(?:y|ies)\s+unit\b"
    r"|\b(?:same-day|urgent)\s+(?:appointment|visit|check)s?\b|\bon-call\s+(?:doctor|nurse)\b",
    re.IGNORECASE,
)
TODAY = (
    r"(?:today|tonight|this\s+(?:morning|afternoon|evening)|(?:the\s+)?same\s+day"
    r"|within\s+(?:the\s+)?(?:next\s+)?(?:\w+\s+){0,2}(?:hours?|day)\b|before\s+the\s+day\s+is\s+over|before\s+bed(?:time)?"
    r"|by\s+(?:tonight|this\s+evening)|in\s+the\s+next\s+(?:\w+\s+)?hours?)"
)
AT_ONCE = (
    r"(?:right\s+away|right\s+now|immediately|straight\s+away|at\s+once|without\s+delay|urgently"
    r"|now(?!\s+and\s+(?:then|again)))"
)
LONG_HOURS = re.compile(
    r"\bwithin\s+(?:the\s+)?(?:next\s+)?(?:48|72|forty-eight|seventy-two)\s+hours\b", re.IGNORECASE
)
SOON_TIME = re.compile(rf"\b{TODAY}\b", re.IGNORECASE)
CONTACT_TIME = re.compile(
    rf"\b(?:{TODAY}|{AT_ONCE}|as\s+soon\s+as\s+(?:possible|you\s+can))\b", re.IGNORECASE
)
LATER_TIME = re.compile(
    r"\b(?:(?:with)?in\s+(?:(?:the|a|one|next|few|couple|of|two|three|four|five|six|seven|\d+)\s+)"
    r"{1,4}(?:days|weeks?|months?)|soon(?!\s+as\b)|this\s+week|next\s+week|tomorrow"
    r"|can\s+wait|at\s+(?:your|the)\s+next\s+(?:visit|appointment|check-?up)"
    r"|within\s+(?:the\s+)?(?:next\s+)?(?:48|72)\s+hours)\b",
    re.IGNORECASE,
)
# What ends the list of those who are to be seen: “Call your clinic, a nurse or a doctor today if”.
TIME_END = re.compile(
    rf"[:;()–—]|\b{CONJUNCTION}\b|\bbut\b|,\s*(?:(?:and|or|then|so)\s+)?"
    r"(?:call|phone|see|go|make|get|take|ask|book|rest|drink|try|tell|keep|do)\b",
    re.IGNORECASE,
)
LASTING = re.compile(
    r"\W*(?:if|when|once)\b[^.;!?\n]{0,90}?\b(?:\d+|an?|one|two|three|four|five|six|seven|eight"
    r"|ten|twelve|few|several|couple\s+of)\s+(?:days?|weeks?|months?)\b",
    re.IGNORECASE,
)
CARE_WORD = re.compile(
    rf"\b(?:{CLINICIAN}s?|see|{EXAMINED}|check|look\s+at|(?:medical\s+)?(?:help|care|attention|advice)"
    r"|appointment|visit|call|phone|contact)\b",
    re.IGNORECASE,
)

TREATED = re.compile(
    r"\b(?:treat(?:ed)?|manag(?:e|ed)|rest|stay|recover|look(?:ed)?\s+after|care(?:d)?\s+for|relieve"
    r"|try|do|better|ease[sd]?)\b",
    re.IGNORECASE,
)
MEDICINE = (
    r"(?:paracetamol|acetaminophen|ibuprofen|naproxen|aspirin|pain\s*killers?|pain\s+reli(?:ef|evers?)"
    r"|antihistamines?|antacids?|decongestants?|laxatives?|vitamins?|supplements?|cough\s+syrup"
    r"|over-the-counter|OTC)"
)
REMEDY = (
    r"(?:ice(?:\s+packs?)?|cold\s+packs?|(?:warm|cold|cool|hot|damp)\s+(?:compress|pack|cloth|towel"
    r"|bath|shower)(?:es|s)?|compress(?:es)?|heat(?:ing)?(?:\s+pads?)?|hot\s+water\s+bottles?"
    r"|creams?|ointments?|lotions?|moisturi[sz]ers?|humidifiers?|artificial\s+tears|eye\s+drops"
    r"|saline|nasal\s+sprays?|lozenges?|ear\s*plugs?|petroleum\s+jelly|salt\s+water)"
)
HOME_PLACE = re.compile(
    rf"\b(?:{REMEDY}|{MEDICINE})\s+(?:(?:can|may|often|usually|will)\s+){{0,2}}(?:helps?|eases?|relieves?|soothes?)\b"
    r"|\bat\s+home\b|\b(?:at-home|home)\s+(?:treatment|remed(?:y|ies)|care)\b|\bself-care\b"
    r"|\bover-the-counter\s+(?:medicines?|drugs?|products?)\b|\brest\s+and\s+fluids\b|\bwait\s+and\s+see\b|\bwatchful\s+waiting\b",
    re.IGNORECASE,
)
FEW_WORDS = r"(?:(?!(?:if|when|until|or)\b)[\w’',-]+\s+){0,3}?"
HOME_CARE = re.compile(
    r"\b(?:rest(?=\s*(?:[.,;:!?)\n]|$|and\b|or\b|in\b|at\b|for\b|until\b|as\b|a\b|your\b|the\b))"
    r"|(?:get|take|have)\s+(?:plenty\s+of|lots\s+of|enough|more|some|a)\s+(?:rest|sleep|fluids"
    r"|exercise|breaks?)"
    r"|(?:drink|sip)\s+(?:plenty|lots|more|enough|water|fluids|clear|tea|warm|cool|small)"
    rf"|(?:take|use|try)\s+{FEW_WORDS}{MEDICINE}"
    rf"|(?:put|apply|use|try|hold|place|lay|take)\s+{FEW_WORDS}{REMEDY}"
    r"|gargle|take\s+it\s+easy|lie\s+(?:down\s+)?in\s+a\s+(?:quiet|dark)|stay\s+hydrated"
    r"|keep\s+(?:drinking|(?:[\w’'-]+\s+){1,3}(?:clean|dry|moist|raised|up))"
    r"|wash\s+(?:[\w’'-]+\s+){1,3}with\s+(?:mild\s+)?soap|(?:stretch|massage|ice)\s+(?:the|your|it)"
    r"|try\s+to\s+(?:sleep|rest|relax)|suck\s+on|put\s+your\s+feet\s+up"
    r"|keep\s+an?\s+(?:\w+\s+)?diary"
    r"|(?:raise|elevate|prop)\s+(?:[\w’'-]+\s+){1,4}?(?:on|with)\s+(?:an?|some|two)?\s*"
    r"(?:pillow|cushion)s?"
    r"|(?:cut\s+back\s+on|cut\s+down\s+on|limit|avoid)\s+(?:caffeine|alcohol|coffee|screens?)"
    r"|eat\s+(?:bland|soft|small|light|plain|healthy|plenty|more|less)"
    r")\b",
    re.IGNORECASE,
)
FIRST_AID = re.compile(
    r"\bwhile\s+(?:you|they)\s+wait\b|\buntil\s+(?:the\s+)?(?:help|ambulance|paramedics|emergency"
    r"|they|it|someone|somebody|medical)\b|\b(?:neck|armpits?|groin)\b[^.;\n]{0,30}\b(?:armpits?|groin"
    r"|neck)\b|\bchew\b|\bonly\s+if\b|\boperator\b|\b(?:prescribed|your\s+own)\b",
    re.IGNORECASE,
)
RESTING = re.compile(r"rest\b", re.IGNORECASE)

# Before a verb that tells somebody to do something: the start of a clause, or one of these words.
ASKED = re.compile(
    r"(?:^\W*|[,;:(–—]\s*|\b(?:and|or|then|but|please|to|should|must|can|could|may|might|better|also"
    r"|always|just|so|first|instead|today|tonight|now|you|simply|only|soon|immediately|yes|no)\s+)"
    r"[\"“‘(]?$",
    re.IGNORECASE,
)
PRESUPPOSED = re.compile(
    r"(?:\b(?:you|they|he|she|we|people|somebody|someone|child|person|to|can|could|cannot|not|when"
    r"|if|before|after|until|once|while)|n[’']t)\s+(?:(?:have|had|has|can|could|do|did|already)\s+)?$",
    re.IGNORECASE,
)
THIRD_PERSON = re.compile(
    r"\b(?:people|patients|adults|children|women|men|parents|they|who|some|many|most|others|we|I)"
    r"\s+(?:(?:often|sometimes|also|usually|still)\s+)?$",
    re.IGNORECASE,
)
HURRY = re.compile(
    r"\b(?:right\s+away|immediately|straight\s+away|at\s+once|without\s+delay|urgently"
    r"|seek\s+immediate|(?:is|are)\s+(?:an?\s+)?(?:medical\s+)?emergenc(?:y|ies))\b",
    re.IGNORECASE,
)
PLACE_LENGTH = 90  # characters around a finding that are looked at


def find_actions(text: str) -> tuple[Action, ...]:
    """What a plain text tells people to do, in order. A line break ends a sentence."""
    return _find_actions(text, extract_digits(settings.EMERGENCY_NUMBER))


@lru_cache(maxsize=CACHE_SIZE)
def _find_actions(text: str, site_number: str) -> tuple[Action, ...]:
    emergencies = find_emergency_actions(text, site_number)
    found = [_make(text, ActionKind.EMERGENCY, action.start, action.end) for action in emergencies]
    calls = Places((action.start, action.end) for action in emergencies)
    for sentence in _group_by_sentence(text):
        found += _find_in_sentence(text, sentence, calls)
    return tuple(_keep_first(sorted(found, key=lambda action: (action.start, action.end))))


def _keep_first(actions: list[Action]) -> Iterator[Action]:
    """The actions without those that say the same as the one before them, in the same words."""
    ends: dict[ActionKind, int] = {}
    for action in actions:
        if action.start >= ends.get(action.kind, 0):
            ends[action.kind] = action.end
            yield action


def _make(text: str, kind: ActionKind, start: int, end: int) -> Action:
    return Action(kind, start, end, quote(text, start, end))


def _group_by_sentence(text: str) -> Iterator[list[Clause]]:
    sentence: list[Clause] = []
    for clause in iterate_clauses(text):
        if sentence and sentence[0].sentence_start != clause.sentence_start:
            yield sentence
            sentence = []
        sentence.append(clause)
    if sentence:
        yield sentence


def _find_in_sentence(text: str, sentence: list[Clause], calls: Places) -> Iterator[Action]:
    """The actions of one sentence besides emergency help, which stands at ``calls``.

    The more exact kind hides the other.
    """
    found: list[Action] = []
    for clause in sentence:
        has_emergency = calls.has_start_between(clause.start, clause.end)
        found += _find_same_day_places(text, clause)
        found += _find_contacts(text, clause, has_emergency)
        if not has_emergency:
            found += _find_same_day_words(text, clause)
        found += _find_home_care(text, clause, calls)
    kinds = {action.kind for action in found}
    same_day = Places(
        (action.start, action.end) for action in found if action.kind == ActionKind.SAME_DAY
    )
    for action in found:
        is_hidden = False
        if action.kind == ActionKind.APPOINTMENT:
            is_hidden = any(one.overlap(action.start, action.end) for one in (calls, same_day))
        if action.kind == ActionKind.CLINICIAN:
            is_hidden = bool(kinds & {ActionKind.SAME_DAY, ActionKind.APPOINTMENT})
        if not is_hidden:
            yield action
    has_call = calls.has_start_between(sentence[0].sentence_start, sentence[0].sentence_end)
    if not has_call and ActionKind.SAME_DAY not in kinds:
        yield from _find_hurry(text, sentence)


def _find_same_day_places(text: str, clause: Clause) -> Iterator[Action]:
    for place in SAME_DAY_PLACE.finditer(text, clause.start, clause.end):
        if not _is_excluded(text, clause, place.start(), place.end(), is_noun=True):
            yield _make(text, ActionKind.SAME_DAY, *place.span())


def _find_contacts(text: str, clause: Clause, has_emergency: bool) -> Iterator[Action]:
    """A clinician to see, call or ask: today, later or at no stated time."""
    for booking in BOOKING.finditer(text, clause.start, clause.end):
        if not _is_excluded(text, clause, booking.start(), booking.end()):
            is_today = _get_time(text, clause, booking.end()) == ActionKind.SAME_DAY
            kind = ActionKind.SAME_DAY if is_today else ActionKind.APPOINTMENT
            yield _make(text, kind, *booking.span())
    patterns = [CONTACT] if has_emergency else [CONTACT, EXAMINATION]
    for pattern in patterns:
        for contact in pattern.finditer(text, clause.start, clause.end):
            if not _is_excluded(text, clause, contact.start(), contact.end()):
                kind = _get_time(text, clause, contact.end())
                yield _make(text, kind, *contact.span())


def _get_time(text: str, clause: Clause, end: int) -> ActionKind:
    """When a clinician is to be seen, by the words of the clause and what follows it."""
    since = max(clause.start, end - 2 * PLACE_LENGTH)
    rest = text[end : min(clause.sentence_end, end + PLACE_LENGTH)]
    words = text[since:end] + TIME_END.split(rest, maxsplit=1)[0]
    if LATER_TIME.search(words):
        return ActionKind.APPOINTMENT
    leading = text[max(clause.sentence_start, clause.start - 12) : clause.start]
    if CONTACT_TIME.search(words) or SOON_TIME.search(leading):
        return ActionKind.SAME_DAY
    if LASTING.match(text, clause.end, clause.sentence_end):
        return ActionKind.APPOINTMENT
    if LASTING.match(text, clause.sentence_start, clause.start):
        return ActionKind.APPOINTMENT
    return ActionKind.CLINICIAN


def _find_same_day_words(text: str, clause: Clause) -> Iterator[Action]:
    """Care and a time of the same day in one clause: “get help today”."""
    for time in SOON_TIME.finditer(text, clause.start, clause.end):
        if LONG_HOURS.match(text, time.start()):
            continue
        since = max(clause.start, time.start() - PLACE_LENGTH)
        until = min(clause.end, time.end() + PLACE_LENGTH)
        care = CARE_WORD.search(text, since, until)
        if care and not _is_excluded(text, clause, care.start(), care.end(), is_noun=True):
            start, end = min(care.start(), time.start()), max(care.end(), time.end())
            yield _make(text, ActionKind.SAME_DAY, start, end)


def _find_home_care(text: str, clause: Clause, calls: Places) -> Iterator[Action]:
    if clause.conditional:
        return
    until = min(clause.sentence_end, clause.end + PLACE_LENGTH)
    for care in HOME_CARE.finditer(text, clause.start, until):
        if care.start() >= clause.end:
            break
        before = text[max(clause.start, care.start() - PLACE_LENGTH) : care.start()]
        if not ASKED.search(before) or _is_first_aid(text, clause, care, calls):
            continue
        if not _is_excluded(text, clause, care.start(), care.end()):
            yield _make(text, ActionKind.HOME_CARE, *care.span())
    for place in HOME_PLACE.finditer(text, clause.start, clause.end):
        if place[0].lower() == "at home":
            before = text[max(clause.start, place.start() - PLACE_LENGTH) : place.start()]
            if not TREATED.search(before):
                continue
        if not _is_excluded(text, clause, place.start(), place.end(), is_noun=True):
            yield _make(text, ActionKind.HOME_CARE, *place.span())


def _is_first_aid(text: str, clause: Clause, care: re.Match[str], calls: Places) -> bool:
    """Whether somebody does this until help comes: “Call 911, then sit down and rest”."""
    since = max(clause.sentence_start, care.start() - PLACE_LENGTH)
    until = min(clause.sentence_end, care.end() + PLACE_LENGTH)
    if FIRST_AID.search(text, since, until):
        return True
    is_rest = RESTING.match(care[0]) and "at home" not in text[care.start() : until]
    return bool(is_rest and calls.has_start_between(clause.sentence_start, care.start()))


def _find_hurry(text: str, sentence: list[Clause]) -> Iterator[Action]:
    for clause in sentence:
        if clause.conditional:
            continue
        for hurry in HURRY.finditer(text, clause.start, clause.end):
            if not is_negated(text, clause, hurry.start(), hurry.end()):
                yield _make(text, ActionKind.HURRY, *hurry.span())


def _is_excluded(text: str, clause: Clause, start: int, end: int, *, is_noun: bool = False) -> bool:
    """Whether words are negated, only a condition, or said of other people."""
    before = text[max(clause.start, start - PLACE_LENGTH) : start]
    if THIRD_PERSON.search(before):
        return True
    if clause.conditional and (is_noun or PRESUPPOSED.search(before)):
        return True
    if re.search(r"\bwait(?:ing)?\s+(?:for|to)\s+(?:\w+\s+)?$", before, re.IGNORECASE):
        return True
    return is_negated(text, clause, start, end, is_noun=is_noun)
