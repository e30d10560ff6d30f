"""Checks and the problems that they find: what to mend, why, and how."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from articles.content.document import Document
from articles.content.kinds import DocumentT, PageT
from articles.models import Article, SafetyAlert
from articles.richtext.plaintext import extract_lines

FoundT = TypeVar("FoundT")
REMEMBERED_LINES = 10_000  # a page with 2,500 causes has as many
MAX_REMEMBERED_LENGTH = 1_000  # characters


@dataclass(frozen=True)
class Problem:
    """What is wrong, how to mend it, and whether it stops a request for review.

    ``alert`` says how grave it is where visitors read the text, if that is a safety alert.
    """

    message: str
    fix: str
    blocking: bool = False
    reason: str = ""
    alert: SafetyAlert.AlertGravity | None = None


FindProblems = Callable[[PageT, DocumentT], Iterable[Problem]]


@dataclass(frozen=True)
class Check:
    """A function that finds problems in a composed page, and why they are problems.

    ``can_block``: whether any of them can stop a request for review. ``is_safety``: whether those
    that do are safety alerts on a live page; such a check reads the document alone.
    ``is_about_cards``: whether reviewers see beside the care cards what it finds, as they do of
    all safety checks.
    """

    find: FindProblems
    reason: str
    can_block: bool = False
    is_safety: bool = False
    is_about_cards: bool = False

    def __call__(self, page: Article, document: Document) -> Iterable[Problem]:
        for problem in self.find(page, document):
            if problem.blocking and not self.can_block:
                name = self.find.__name__
                raise TypeError(f"{name} blocks a review: declare it with can_block=True.")
            yield replace(problem, reason=self.reason)


def check(
    reason: str,
    *,
    can_block: bool = False,
    is_safety: bool = False,
    is_about_cards: bool = False,
) -> Callable[[FindProblems], Check]:
    """Decorate a function that takes a page and its composed document and yields problems."""

    def make_check(find: FindProblems) -> Check:
        return Check(find, reason, can_block, is_safety, is_about_cards)

    return make_check


def remember(find: Callable[[str], Iterable[FoundT]]) -> Callable[[str], tuple[FoundT, ...]]:
    """A function of one line of text that remembers what it found in the last ones.

    The checks run again with each pause of somebody who types, and few lines differ then.
    """

    @lru_cache(maxsize=REMEMBERED_LINES)
    def find_once(line: str) -> tuple[FoundT, ...]:
        return tuple(find(line))

    def find_in(line: str) -> tuple[FoundT, ...]:
        return find_once(line) if len(line) <= MAX_REMEMBERED_LENGTH else tuple(find(line))

    return find_in


def extract_plain_lines(document: Document) -> dict[str, list[str]]:
    """Label → lines of plain text of each rich text in reading order, then of the figures."""
    texts = document.get_rich_texts() | document.get_figure_texts()
    return {label: extract_lines(html, links=False) for label, html in texts.items()}


def group_digits(digits: str) -> str:
    """A whole number with its commas. However long it is: Python reads 4,300 digits at most."""
    digits = digits.lstrip("0") or "0"
    first = len(digits) % 3
    groups = [digits[start : start + 3] for start in range(first, len(digits), 3)]
    return ",".join([digits[:first], *groups] if first else groups)
