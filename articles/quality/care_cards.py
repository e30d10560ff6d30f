"""Checks of care cards: each asks for the help of its own level, first, and for everybody."""

import re
from collections.abc import Iterable, Iterator

from django.conf import settings

from articles.care.actions import Action, ActionKind
from articles.care.advice import (
    EMERGENCY_LEVEL,
    find_card_actions,
    get_card_words,
    quote_emergency_help,
)
from articles.care.clauses import SENTENCE_END
from articles.care.emergency_help import DEPARTMENT, HOSPITAL
from articles.care.phone_numbers import (
    asks_to_call,
    extract_words,
    find_dialled_numbers,
    offers_call,
)
from articles.content import kinds
from articles.content.document import CARE_CARD_LABELS, GRAVITY_ORDER, Advice, Document
from articles.content.emergency_document import EmergencyDocument
from articles.models import Article, SafetyAlert
from articles.quality.base import Check, Problem, check
from articles.richtext.plaintext import extract_text

KIND_NAMES = {
    ActionKind.SAME_DAY: "help on the same day",
    ActionKind.APPOINTMENT: "an appointment",
    ActionKind.CLINICIAN: "a clinician",
    ActionKind.HOME_CARE: "care at home",
}
# What a lesser card may not ask for as if it were its own: it belongs to another card or none.
FOREIGN_KINDS = {
    "urgent": (ActionKind.APPOINTMENT, ActionKind.HOME_CARE),
    "routine": (ActionKind.SAME_DAY, ActionKind.HOME_CARE),
}
PLACES = {
    ActionKind.SAME_DAY: "on the urgent card",
    ActionKind.APPOINTMENT: "on the non-urgent card",
    ActionKind.CLINICIAN: "on the urgent or the non-urgent card",
    ActionKind.HOME_CARE: "in the text of the page, which is the place for it",
}
GROUPS = {
    "babies and children": (
        r"\b(?:bab(?:y|ies)|infants?|newborns?|toddlers?|child(?:ren)?|teen\w*)\b"
    ),
    "pregnancy": r"\b(?:pregnan\w+|expecting)\b",
    "the weeks after birth": (
        r"\b(?:(?:given?|gave|giving)\s+birth|post-?partum|postnatal"
        r"|(?:after|since|recent)\s+(?:an?\s+|the\s+|your\s+)?(?:birth|childbirth|delivery)"
        r"|(?:weeks?|months?|days?)\s+(?:after|of|since)\s+(?:an?\s+|the\s+|giving\s+|your\s+)?birth"
        r"|birth\s+in\s+the|had\s+a\s+baby|having\s+a\s+baby|breast-?feed\w*)\b"
    ),
    "older people": (
        r"\b(?:older|elderly|old\s+age|aged|frail"
        r"|(?:over|above|past)\s+(?:the\s+age\s+of\s+)?(?:[5-9]\d|fifty|sixty|seventy|eighty)"
        r"|(?:[5-9]\d|fifty|sixty|seventy)\s+(?:or|and)\s+(?:older|over|above))\b"
    ),
    "people with a weak immune system": (
        r"\b(?:immun\w+|chemotherapy|transplant\w*|HIV|cancer\s+treatment|steroids?)\b"
    ),
}
PLACE = re.compile(f"{DEPARTMENT.pattern}|{HOSPITAL.pattern}", re.IGNORECASE)
COMPILED_GROUPS = {name: re.compile(words, re.IGNORECASE) for name, words in GROUPS.items()}

STROKE_SIGNS = (
    re.compile(r"\b(?:face|facial|mouth|smile)\b[^.;\n]{0,50}\b(?:droop|numb|sag|lopsided)|droop"),
    re.compile(r"\b(?:weak\w*|numb\w*|limp)\b", re.IGNORECASE),
    re.compile(r"\b(?:slur\w*|speech|speak\w*|talk(?:ing)?|words)\b", re.IGNORECASE),
)
ABOUT_STROKE = re.compile(
    r"\b(?:strokes?|TIAs?|isch(?:a)?emic|aneurysm\w*|h(?:a)?emorrhages?|dissections?"
    r"|bleed(?:ing)?\s+(?:in|around|on)\w*\s+the\s+brain|blood\s+clots?\s+in\s+the\s+brain"
    r"|brain\s+bleed\w*|thrombosis)\b",
    re.IGNORECASE,
)
NAMES_STROKE_SIGN = re.compile(
    r"droop|weakness|numb|paraly|speech|speak|loss of (?:vision|sight|balance)|confusion",
    re.IGNORECASE,
)


@check(
    "Readers of less urgent advice must not find an emergency buried in it.",
    can_block=True,
    is_safety=True,
)
def check_level(page: Article, document: Document) -> Iterable[Problem]:
    """A lesser card that sends people to emergency help."""
    for card in document.care_cards:
        quoted = "" if card.level == EMERGENCY_LEVEL else quote_emergency_help(card)
        if quoted:
            yield Problem(
                f"The {CARE_CARD_LABELS[card.level].lower()} sends people to emergency help: "
                f"“{quoted}”.",
                "Move that sentence to the emergency card, or take it out.",
                blocking=True,
                alert=SafetyAlert.AlertGravity.UNDERSTATED,
            )


@check("Whoever may be dying needs one thing to do, and no choice.", can_block=True, is_safety=True)
def check_emergency_card(page: Article, document: Document) -> Iterable[Problem]:
    """An emergency card with other help than emergency help on it."""
    card = get_emergency_card(document)
    if card is None:
        return
    for action in _get_first_of_each(find_card_actions(card), KIND_NAMES):
        yield Problem(
            f"The emergency card also asks for {KIND_NAMES[action.kind]}: “{action.quote}”.",
            f"Take it out, or write it {PLACES[action.kind]}.",
            blocking=True,
            alert=SafetyAlert.AlertGravity.MIXED,
        )


@check(
    "A reader in danger may read the first lines and nothing else.",
    can_block=True,
    is_safety=True,
)
def check_first_action(page: Article, document: Document) -> Iterable[Problem]:
    """An emergency card that does not say what to do in its heading or its first sentence."""
    card = get_emergency_card(document)
    if card is None:
        return
    actions = [one for one in find_card_actions(card) if one.kind == ActionKind.EMERGENCY]
    if not actions and not find_dialled_numbers(card.html):
        message = "The emergency card does not say to call or where to go."
    elif actions and actions[0].start >= _find_end_of_first_sentence(card):
        message = f"The emergency card says what to do late: “{actions[0].quote}”."
    else:
        return
    yield Problem(
        message,
        "Say it in the heading of the card or in its first sentence: to call the emergency number, "
        "or to go to an emergency department.",
        blocking=True,
        alert=SafetyAlert.AlertGravity.NO_ACTION,
    )


def get_emergency_card(document: Document) -> Advice | None:
    for card in document.care_cards:
        if card.level == EMERGENCY_LEVEL:
            return card
    return None


def _find_end_of_first_sentence(card: Advice) -> int:
    """Where the first sentence of a card's text ends in its words, behind the heading."""
    words = get_card_words(card)
    start = len(words) - len(extract_words(card.html))
    first_word = start + len(words[start:]) - len(words[start:].lstrip())
    sentence_end = SENTENCE_END.search(words, first_word)
    return sentence_end.end() if sentence_end else len(words)


@check("Whoever reads it may not know the number, or be in another country.", is_about_cards=True)
def check_number_on_emergency_card(page: Article, document: Document) -> Iterable[Problem]:
    """An emergency card with “call an ambulance”, without the number or a place to go to."""
    number = settings.EMERGENCY_NUMBER
    card = get_emergency_card(document)
    if card is None or offers_call(number, card.html) or asks_to_call(number, card.heading):
        return
    actions = [one for one in find_card_actions(card) if one.kind == ActionKind.EMERGENCY]
    if actions and not any(PLACE.search(action.quote) for action in actions):
        yield Problem(
            f"The emergency advice does not say to call {number}.",
            f"Say it plainly: “Call {number}”.",
        )


@check(
    "A card has one level and one thing to do, so that a reader knows how fast.",
    is_about_cards=True,
)
def check_lesser_cards(page: Article, document: Document) -> Iterable[Problem]:
    """A lesser card that asks for what belongs on the other one, or for nothing in a hurry."""
    for card in document.care_cards:
        if card.level == EMERGENCY_LEVEL:
            continue
        label = CARE_CARD_LABELS[card.level]
        actions = find_card_actions(card)
        for action in _get_first_of_each(actions, FOREIGN_KINDS[card.level]):
            yield Problem(
                f"{label}: it asks for {KIND_NAMES[action.kind]}: “{action.quote}”.",
                f"Write that {PLACES[action.kind]}.",
            )
        for action in _get_first_of_each(actions, [ActionKind.HURRY]):
            graver = CARE_CARD_LABELS[GRAVITY_ORDER[card.gravity - 1]].lower()
            yield Problem(
                f"{label}: “{action.quote}” is in a hurry, and the card is not.",
                f"Say how soon and what to do, or move it to the {graver}.",
            )


def _get_first_of_each(actions: Iterable[Action], kinds: Iterable[ActionKind]) -> Iterator[Action]:
    """The first action of each of these kinds, in the order of the text."""
    wanted = set(kinds)
    for action in actions:
        if action.kind in wanted:
            wanted.remove(action.kind)
            yield action


@check(
    "What is harmless for most can be an emergency for a baby, or in pregnancy.",
    is_about_cards=True,
)
def check_groups_of_people(page: Article, document: Document) -> Iterable[Problem]:
    """Cards that leave out some groups, on a page that does not say that all is the same.

    What to do in an emergency is the same for everyone, and a page about the site has no patients.
    """
    if isinstance(document, EmergencyDocument) or not kinds.get(document.kind).medical:
        return
    labels, missing, mentioned = [], set(), set()
    for card in document.care_cards:
        words = get_card_words(card)
        names = {name for name, group in COMPILED_GROUPS.items() if not group.search(words)}
        mentioned |= COMPILED_GROUPS.keys() - names
        missing |= names
        if names:
            labels.append(CARE_CARD_LABELS[card.level].lower())
    if document.same_for_everyone and mentioned:
        yield Problem(
            "The page says that the advice is the same for everyone, and its cards mention "
            f"{_join(sorted(mentioned))}.",
            "Uncheck “the same for everyone”, or take what differs out of the cards.",
        )
    elif missing and not document.same_for_everyone:
        ordered = [name for name in GROUPS if name in missing]
        yield Problem(
            f"Say what differs for {_join(ordered)} (missing on: {', '.join(labels)}).",
            "If nothing does, check “the same for everyone”.",
        )


def _join(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


@check("A list that stands on every page is read on none.", is_about_cards=True)
def check_general_stroke_list(page: Article, document: Document) -> Iterable[Problem]:
    """The general signs of a stroke on a page that has nothing to do with a stroke."""
    if NAMES_STROKE_SIGN.search(document.title):
        return
    for card in document.care_cards:
        words = get_card_words(card)
        lists_signs = all(sign.search(words) for sign in STROKE_SIGNS)
        if lists_signs and not _is_about_stroke(document):
            yield Problem(
                f"{document.get_card_label(card)}: the general list of stroke signs does not "
                "belong on every page, and no cause of this one is a stroke.",
                "Name the signs by which what this page describes becomes an emergency.",
            )


def _is_about_stroke(document: Document) -> bool:
    """Whether a title, a cause, or the text of a page that has no causes, is about a stroke."""
    texts = [document.title, *document.names]
    causes = getattr(document, "all_causes", ())
    for cause in causes:
        texts += [cause.name, extract_text(cause.html)]
    if not causes:
        texts += [document.summary, extract_text(document.body)]
    return any(ABOUT_STROKE.search(text) for text in texts)


CHECKS: tuple[Check, ...] = (
    check_level,
    check_emergency_card,
    check_first_action,
    check_number_on_emergency_card,
    check_lesser_cards,
    check_groups_of_people,
    check_general_stroke_list,
)
