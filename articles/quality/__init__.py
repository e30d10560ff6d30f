"""The checks that an editor sees before asking for a signature, each with its reason and fix."""

from articles.content import kinds
from articles.content.document import Document
from articles.models import Article
from articles.quality import (
    care_cards,
    dose_notation,
    figures,
    invisible_characters,
    lethal_amounts,
    links,
    numbers,
    readability,
    safety,
    sources,
)
from articles.quality.base import Check, Problem, check, extract_plain_lines
from articles.quality.readability import WORD, compute_grade, compute_page_grade, count_words

__all__ = [
    "CHECKS",
    "WORD",
    "Check",
    "Problem",
    "check",
    "compute_grade",
    "compute_page_grade",
    "count_words",
    "extract_plain_lines",
    "find_blocking_problems",
    "find_card_problems",
    "find_problems",
]

CHECKS: tuple[Check, ...] = (
    *care_cards.CHECKS,
    *safety.CHECKS,
    *lethal_amounts.CHECKS,
    *numbers.CHECKS,
    *dose_notation.CHECKS,
    *invisible_characters.CHECKS,
    *readability.CHECKS,
    *sources.CHECKS,
    *links.CHECKS,
    *figures.CHECKS,
)


def find_problems(page: Article, document: Document) -> list[Problem]:
    """Everything the checks find in a composed page, what blocks a signature first."""
    problems: list[Problem] = []
    for each in _get_checks(page):
        problems += each(page, document)
    return sorted(problems, key=lambda problem: not problem.blocking)


def find_blocking_problems(page: Article, document: Document) -> list[Problem]:
    """Only what blocks a signature. These checks read the page, its notice and its topics."""
    problems: list[Problem] = []
    for each in _get_checks(page):
        if each.can_block:
            problems += each(page, document)
    return [problem for problem in problems if problem.blocking]


def find_card_problems(page: Article, document: Document) -> list[Problem]:
    """What reviewers see beside the care cards. It makes no query."""
    problems: list[Problem] = []
    for each in _get_checks(page):
        if each.is_safety or each.is_about_cards:
            problems += each(page, document)
    return sorted(problems, key=lambda problem: not problem.blocking)


def _get_checks(page: Article) -> tuple[Check, ...]:
    return (*CHECKS, *kinds.get(page.kind).checks)
