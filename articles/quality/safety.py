"""Checks of what could cost a life: missing, late or wrong emergency advice, unsourced doses."""

import re
from collections.abc import Iterable, Iterator, Set

from django.conf import settings

from articles.care.advice import EMERGENCY_LEVEL
from articles.care.emergency_help import get_emergency_numbers, is_advice_number
from articles.care.phone_numbers import (
    asks_to_call,
    extract_digits,
    extract_words,
    find_dialled_numbers,
    find_numbers_to_call,
    offers_call,
)
from articles.content.document import Advice, Document
from articles.models import Article, SafetyAlert
from articles.quality.base import Check, Problem, check
from articles.quality.text_runs import split_texts
from articles.richtext.plaintext import extract_lines

DOSE = re.compile(r"\b\d[\d.,]*\s?(?:mg|mcg|µg|g|ml|mL|units?|IU|tablets?|drops?|puffs?)\b")
PERCENTAGE = r"\b\d[\d.,]*\s?(?:%|percent\b|per cent\b)"
ODDS = r"\b(?:\d+|one|two|three) (?:in|out of) (?:every )?\d+\b"
STATISTIC = re.compile(f"{PERCENTAGE}|{ODDS}", re.IGNORECASE)
SOURCE_LINK = re.compile(r'href="https?://')
PARAGRAPH = re.compile(r"<(p|li|h2|h3|th|td)(?: [^>]*)?>(.*?)</\1>", re.S)


@check("A reader in danger may read the first lines and nothing else.", can_block=True)
def check_advice_for_high_risk(page: Article, document: Document) -> Iterable[Problem]:
    if page.risk == Article.Risk.HIGH and not document.advice:
        message = "This page is high-risk and does not say when to call for help."
        yield Problem(message, "Write on the emergency card when to call.", blocking=True)


@check(
    "A reader in danger may read the first lines and nothing else.",
    can_block=True,
    is_safety=True,
)
def check_late_advice(page: Article, document: Document) -> Iterable[Problem]:
    """The emergency number in another part of the page and on no care card."""
    number = settings.EMERGENCY_NUMBER
    advice = document.advice
    cards = set(map(document.get_card_label, document.care_cards))
    labels = ["Summary"] if asks_to_call(number, document.summary) else []
    labels += split_texts(document).find(_find_calling_label, number)
    labels = [label for label in labels if label not in cards]
    if labels and not advice:
        message = (
            f"“Call {number}” stands under “{labels[0]}” only, and the page has no emergency card."
        )
        fix = "Write on the emergency card when to call."
        yield Problem(message, fix, blocking=True, alert=SafetyAlert.AlertGravity.LATE)
    elif advice and labels and not any(_offers_call(number, card) for card in document.care_cards):
        message = f"“Call {number}” stands under “{labels[0]}”, but not on a care card."
        fix = "Say it on the emergency card too."
        blocking = advice.level != EMERGENCY_LEVEL
        alert = SafetyAlert.AlertGravity.LATE if blocking else None
        yield Problem(message, fix, blocking=blocking, alert=alert)


def _find_calling_label(label: str, html: str, number: str) -> Iterator[str]:
    if asks_to_call(number, extract_words(html)):
        yield label


def _offers_call(number: str, card: Advice) -> bool:
    return asks_to_call(number, card.heading) or offers_call(number, card.html)


@check("A number that is not answered here costs minutes.", can_block=True, is_safety=True)
def check_emergency_number(page: Article, document: Document) -> Iterable[Problem]:
    ours = settings.EMERGENCY_NUMBER
    others = get_emergency_numbers(extract_digits(ours)) - {extract_digits(ours)}
    texts = split_texts(document)
    headings = "\n".join(card.heading for card in document.care_cards)
    found = others.intersection(texts.find_in_rich(_iterate_dialled_numbers))
    found |= {*_find_numbers(document.summary, others), *_find_numbers(headings, others)}
    found |= set(texts.find(_find_numbers_in, frozenset(others)))
    for number in sorted(found):
        message = (
            f"The page tells people to call {number}, but here the emergency number is {ours}."
        )
        fix = f"Change it to {ours}."
        yield Problem(message, fix, blocking=True, alert=SafetyAlert.AlertGravity.WRONG_NUMBER)


def _find_numbers_in(_label: str, html: str, numbers: Set[str]) -> Iterator[str]:
    return _find_numbers(extract_words(html), numbers)


def _find_numbers(words: str, numbers: Set[str]) -> Iterator[str]:
    """Those of some numbers that a text tells people to call, and not for advice."""
    for call in find_numbers_to_call(words, numbers):
        if not is_advice_number(words, call.number, call.start, call.end):
            yield call.number


def _iterate_dialled_numbers(_label: str, html: str) -> set[str]:
    return find_dialled_numbers(html)


@check(
    "A wrong dose harms, and a reviewer with ten minutes can check one only at its source.",
    can_block=True,
)
def check_doses_and_statistics(page: Article, document: Document) -> Iterable[Problem]:
    has_sources = any(reference.url for reference in document.references)
    return split_texts(document).find(_find_unsourced_in, has_sources)


def _find_unsourced_in(label: str, html: str, has_sources: bool) -> Iterator[Problem]:
    for _, paragraph in PARAGRAPH.findall(html):
        if not SOURCE_LINK.search(paragraph):
            yield from _find_unsourced(label, paragraph, has_sources)


def _find_unsourced(label: str, paragraph: str, has_sources: bool) -> Iterable[Problem]:
    """The dose of a paragraph without a link; if there is none, its figure on such a page."""
    text = " ".join(extract_lines(f"<p>{paragraph}</p>", links=False))
    if dose := DOSE.search(text):
        yield Problem(
            f"{label}: the dose “{dose[0]}” has no source beside it.",
            "Link the paragraph to its source, or leave the dose out.",
            blocking=not has_sources,
        )
    elif (figure := STATISTIC.search(text)) and not has_sources:
        yield Problem(
            f"{label}: the figure “{figure[0]}” stands on a page without references.",
            "Add the source under “References”, or leave the figure out.",
        )


CHECKS: tuple[Check, ...] = (
    check_advice_for_high_risk,
    check_late_advice,
    check_emergency_number,
    check_doses_and_statistics,
)
