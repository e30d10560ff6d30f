"""Checks of what could cost a life: emergency advice that is missing, late or wrong, and doses without a source."""

import re
from collections.abc import Iterable

from django.conf import settings

from articles.content import ADVICE, Document
from articles.diff import paragraphs
from articles.models import Article
from articles.quality.problem import Check, Problem, check, plain

EMERGENCY_NUMBERS = {"911", "999", "112", "000", "111", "995"}
CALLS = r"\b(?:call|dial|phone|ring)\w*\s+(?:\w+\s+)?{}\b"
DOSE = re.compile(r"\b\d[\d.,]*\s?(?:mg|mcg|µg|g|ml|mL|units?|IU|tablets?|drops?|puffs?)\b")
SHARE = r"\b\d[\d.,]*\s?(?:%|percent\b|per cent\b)"
ODDS = r"\b(?:\d+|one|two|three) (?:in|out of) (?:every )?\d+\b"
FIGURE = re.compile(f"{SHARE}|{ODDS}", re.IGNORECASE)
SOURCE = re.compile(r'href="https?://')
PARAGRAPH = re.compile(r"<(p|li|h2|h3|th|td)(?: [^>]*)?>(.*?)</\1>", re.S)


def calls(number: str, text: str) -> bool:
    """Whether a text tells somebody to call a number."""
    return re.search(CALLS.format(number), text, re.IGNORECASE) is not None


@check("A reader in danger may read the first lines and nothing else.", stops=True)
def advice_for_high_risk(page: Article, document: Document) -> Iterable[Problem]:
    if page.risk == Article.Risk.HIGH and not document.advice:
        message = "This page is high-risk and does not say when to call for help."
        yield Problem(message, "Write the emergency advice and choose its level.", blocking=True)


@check("A reader in danger may read the first lines and nothing else.", stops=True)
def late_advice(page: Article, document: Document) -> Iterable[Problem]:
    number, texts = settings.EMERGENCY_NUMBER, plain(document)
    advice = texts.pop(ADVICE, []) if document.advice else []
    late = [label for label, lines in texts.items() if any(calls(number, line) for line in lines)]
    if late and not advice:
        message = f"“Call {number}” stands under “{late[0]}” only, and the page has no call-out at its top."
        yield Problem(message, f"Write under “{ADVICE}” when to call.", blocking=True)
    elif late and not any(number in line for line in advice):
        message = f"“Call {number}” stands under “{late[0]}”, but not in the call-out at the top."
        yield Problem(message, "Say it in the call-out too.")
    if advice and number not in advice[0] and any(number in line for line in advice[1:]):
        yield Problem(f"The call-out comes to {number} late.", f"Begin it with when to call {number}.")


@check("A number that is not answered here costs minutes.", stops=True)
def emergency_number(page: Article, document: Document) -> Iterable[Problem]:
    ours = settings.EMERGENCY_NUMBER
    text = " ".join(line for lines in plain(document).values() for line in lines)
    others = (EMERGENCY_NUMBERS - {ours}) & set(re.findall(r"(?<![\d.-])\d{3}(?![\d-])", text))
    for number in sorted(number for number in others if calls(number, text)):
        message = f"The page tells people to call {number}, but here the emergency number is {ours}."
        yield Problem(message, f"Change it to {ours}.", blocking=True)
    if document.advice and document.advice.level == "emergency" and ours not in document.advice.html:
        yield Problem(f"The emergency advice does not say to call {ours}.", f"Say it plainly: “Call {ours}”.")


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


CHECKS: tuple[Check, ...] = (advice_for_high_risk, late_advice, emergency_number, doses_and_figures)
