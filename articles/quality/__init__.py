"""The checks an editor sees before asking for a signature: each a small function with its reason and its fix."""

from articles import kinds
from articles.content import Document
from articles.models import Article
from articles.quality import figures, language, numbers, safety, sources, unseen
from articles.quality.language import WORD, grade_of
from articles.quality.problem import Check, Problem, check, plain

__all__ = ["CHECKS", "WORD", "Check", "Problem", "blocking", "check", "grade_of", "plain", "problems"]

CHECKS: tuple[Check, ...] = (
    *safety.CHECKS,
    *numbers.CHECKS,
    *unseen.CHECKS,
    *language.CHECKS,
    *sources.CHECKS,
    *figures.CHECKS,
)


def problems(page: Article, document: Document) -> list[Problem]:
    """Everything the checks find in a composed page, what blocks a signature first."""
    found = [problem for check in _checks(page) for problem in check(page, document)]
    return sorted(found, key=lambda problem: not problem.blocking)


def blocking(page: Article, document: Document) -> list[Problem]:
    """Only what blocks a signature: these checks ask for nothing but the page, its notice and its topics."""
    found = [problem for check in _checks(page) if check.stops for problem in check(page, document)]
    return [problem for problem in found if problem.blocking]


def _checks(page: Article) -> tuple[Check, ...]:
    return (*CHECKS, *kinds.get(page.kind).checks)
