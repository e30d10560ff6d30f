"""Checks of what could cost a life: emergency advice that is missing, late or wrong, and doses without a source."""

import re
from collections.abc import Iterable

from django.conf import settings

from articles.care_advice import EMERGENCY, asks_for_more
from articles.content import ADVICE, ADVICE_LABELS, Document
from articles.diff import paragraphs
from articles.emergency_number import (
    EMERGENCY_NUMBERS,
    calls,
    dialled,
    digits_of,
    emergency_help,
    number_to_call,
    told_to_call,
    words_of,
)
from articles.models import Article
from articles.quality.problem import Check, Problem, check

DOSE = re.compile(r"\b\d[\d.,]*\s?(?:mg|mcg|µg|g|ml|mL|units?|IU|tablets?|drops?|puffs?)\b")
SHARE = r"\b\d[\d.,]*\s?(?:%|percent\b|per cent\b)"
ODDS = r"\b(?:\d+|one|two|three) (?:in|out of) (?:every )?\d+\b"
FIGURE = re.compile(f"{SHARE}|{ODDS}", re.IGNORECASE)
SOURCE = re.compile(r'href="https?://')
PARAGRAPH = re.compile(r"<(p|li|h2|h3|th|td)(?: [^>]*)?>(.*?)</\1>", re.S)


@check("A reader in danger may read the first lines and nothing else.", stops=True)
def advice_for_high_risk(page: Article, document: Document) -> Iterable[Problem]:
    if page.risk == Article.Risk.HIGH and not document.advice:
        message = "This page is high-risk and does not say when to call for help."
        yield Problem(message, "Write the emergency advice and choose its level.", blocking=True)


@check("Readers of less urgent advice must not find an emergency buried in it.", stops=True)
def emergency_at_a_lesser_level(page: Article, document: Document) -> Iterable[Problem]:
    advice = document.advice
    if advice and asks_for_more(advice):
        message = (
            f"The advice has the level “{advice.label}”, but sends people to emergency help: "
            f"“{emergency_help(advice.html)}”."
        )
        fix = f"Choose the level “{ADVICE_LABELS[EMERGENCY]}” and say first when to call, or take that sentence out."
        yield Problem(message, fix, blocking=True)


@check("A reader in danger may read the first lines and nothing else.", stops=True)
def late_advice(page: Article, document: Document) -> Iterable[Problem]:
    number, texts = settings.EMERGENCY_NUMBER, _words(document)
    lines = texts.pop(ADVICE, "").splitlines() if document.advice else []
    late = [label for label, words in texts.items() if calls(number, words)]
    called = document.advice is not None and number_to_call(number, document.advice.html)
    if late and not document.advice:
        message = f"“Call {number}” stands under “{late[0]}” only, and the page has no call-out at its top."
        yield Problem(message, f"Write under “{ADVICE}” when to call.", blocking=True)
    elif late and not called:
        message = f"“Call {number}” stands under “{late[0]}”, but not in the call-out at the top."
        fix = f"Say it in the call-out too, at the level “{ADVICE_LABELS[EMERGENCY]}”."
        yield Problem(message, fix, blocking=document.advice.level != EMERGENCY)
    if not calls(number, lines[0] if lines else "") and any(calls(number, line) for line in lines[1:]):
        yield Problem(f"The call-out comes to {number} late.", f"Begin it with when to call {number}.")


@check("A number that is not answered here costs minutes.", stops=True)
def emergency_number(page: Article, document: Document) -> Iterable[Problem]:
    ours, others = settings.EMERGENCY_NUMBER, EMERGENCY_NUMBERS - {digits_of(settings.EMERGENCY_NUMBER)}
    words = "\n".join(_words(document).values())
    named = {told.number for told in told_to_call(words, others)}
    named |= {number for html in document.rich_texts().values() for number in dialled(html) & others}
    for number in sorted(named):
        message = f"The page tells people to call {number}, but here the emergency number is {ours}."
        yield Problem(message, f"Change it to {ours}.", blocking=True)
    advice = document.advice
    if advice and advice.level == EMERGENCY and not number_to_call(ours, advice.html):
        yield Problem(f"The emergency advice does not say to call {ours}.", f"Say it plainly: “Call {ours}”.")


def _words(document: Document) -> dict[str, str]:
    """Label → words of the summary, of each rich text on the page in reading order, and of what pictures say last."""
    texts = document.rich_texts() | document.figure_texts()
    return {"Summary": document.summary} | {label: words_of(html) for label, html in texts.items()}


@check("A wrong dose harms, and a reviewer with ten minutes can check one only at its source.", stops=True)
def doses_and_figures(page: Article, document: Document) -> Iterable[Problem]:
    sourced = any(reference.url for reference in document.references)
    for label, html in (document.rich_texts() | document.figure_texts()).items():
        for _, paragraph in PARAGRAPH.findall(html):
            text = " ".join(paragraphs(f"<p>{paragraph}</p>", links=False))
            if dose := DOSE.search(text):
                if not SOURCE.search(paragraph):
                    message = f"{label}: the dose “{dose[0]}” has no source beside it."
                    yield Problem(message, "Link the paragraph to its source, or leave the dose out.", not sourced)
            elif (figure := FIGURE.search(text)) and not (sourced or SOURCE.search(paragraph)):
                message = f"{label}: the figure “{figure[0]}” stands on a page without references."
                yield Problem(message, "Add the source under “References”, or leave the figure out.")


CHECKS: tuple[Check, ...] = (
    advice_for_high_risk,
    emergency_at_a_lesser_level,
    late_advice,
    emergency_number,
    doses_and_figures,
)
