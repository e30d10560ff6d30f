"""The checks an editor sees before asking for a signature: each a small function with its reason and its fix."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyphen
from django.conf import settings

from articles import kinds
from articles.content import Document
from articles.diff import paragraphs
from articles.models import Article

LONGEST_SENTENCE = 30
HIGHEST_GRADE = 10
LONGEST_WORD = 60  # letters: what is longer is no word, and takes long to divide
SENTENCE = re.compile(r"[^.!?]+[.!?]?")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
EMERGENCY_NUMBERS = {"911", "999", "112", "000", "111", "995"}
INTERNAL_LINK = re.compile(r'href="/(?P<prefix>symptoms|articles)/(?P<slug>[-\w]+)/')


@dataclass(frozen=True)
class Problem:
    """Something to mend: what is wrong, how to mend it, and whether it stops a request for review."""

    message: str
    fix: str
    blocking: bool = False


Check = Callable[[Article, Document], Iterable[Problem]]


def problems(page: Article, document: Document) -> list[Problem]:
    """Everything the checks find in a composed page, what blocks a signature first."""
    checks = [*CHECKS, *kinds.get(page.kind).checks]
    found = [problem for check in checks for problem in check(page, document)]
    return sorted(found, key=lambda problem: not problem.blocking)


def plain(document: Document) -> dict[str, list[str]]:
    return {label: paragraphs(html, links=False) for label, html in document.rich_texts().items()}


def says_something(page: Article, document: Document) -> Iterable[Problem]:
    if not document.body:
        yield Problem("The page has no overview.", "Write what it is, in a few short paragraphs.", blocking=True)
    if not document.summary:
        yield Problem("There is no summary.", "Write one or two sentences for lists and search results.")


def advice_for_high_risk(page: Article, document: Document) -> Iterable[Problem]:
    if page.risk == Article.Risk.HIGH and not document.advice:
        message = "This page is high-risk and does not say when to call for help."
        yield Problem(message, "Write the emergency advice and choose its level.", blocking=True)


def emergency_number(page: Article, document: Document) -> Iterable[Problem]:
    ours = settings.EMERGENCY_NUMBER
    text = " ".join(line for lines in plain(document).values() for line in lines)
    others = (EMERGENCY_NUMBERS - {ours}) & set(re.findall(r"(?<![\d.-])\d{3}(?![\d-])", text))
    called = {n for n in others if re.search(rf"\b(?:call|dial|phone|ring)\w*\s+(?:\w+\s+)?{n}\b", text, re.IGNORECASE)}
    for number in sorted(called):
        message = f"The page tells people to call {number}, but here the emergency number is {ours}."
        yield Problem(message, f"Change it to {ours}.", blocking=True)
    if document.advice and document.advice.level == "emergency" and ours not in document.advice.html:
        yield Problem(f"The emergency advice does not say to call {ours}.", f"Say it plainly: “Call {ours}”.")


def references(page: Article, document: Document) -> Iterable[Problem]:
    if not document.references:
        yield Problem("The page gives no references.", "Add at least one public source.")
    for reference in document.references:
        if not reference.url:
            yield Problem(f"“{reference.title}” has no address.", "Add one, so that readers can check it.")


def long_sentences(page: Article, document: Document) -> Iterable[Problem]:
    for label, lines in plain(document).items():
        for sentence in (s for line in lines for s in SENTENCE.findall(line)):
            count = len(WORD.findall(sentence))
            if count > LONGEST_SENTENCE:
                start = " ".join(sentence.split()[:6])
                yield Problem(f"{label}: the sentence “{start} …” has {count} words.", "Break it in two.")


def reading_grade(page: Article, document: Document) -> Iterable[Problem]:
    grade = grade_of(line for lines in plain(document).values() for line in lines)
    if grade > HIGHEST_GRADE:
        message = f"The page reads at school grade {grade:.0f}; aim for {HIGHEST_GRADE} or lower."
        yield Problem(message, "Use shorter sentences and everyday words.")


def grade_of(lines: Iterable[str]) -> float:
    """Flesch–Kincaid grade level (Kincaid et al., 1975): US school years needed to read the text."""
    hyphenation = pyphen.Pyphen(lang="en_US")
    sentences = [words for line in lines for s in SENTENCE.findall(line) if (words := WORD.findall(s))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    syllables = sum(len(hyphenation.positions(word[:LONGEST_WORD])) + 1 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def framed(page: Article, document: Document) -> Iterable[Problem]:
    if not page.notice:
        yield Problem("The page has no copyright notice.", "Choose one under “Frame”.", blocking=True)
    if not page.topics.all():
        yield Problem("The page is not filed under any topic.", "Choose at least one under “Frame”.")


def dead_links(page: Article, document: Document) -> Iterable[Problem]:
    prefixes = {kind.model._meta.app_label: kind.name for kind in kinds.every()}
    html = " ".join(document.rich_texts().values())
    for prefix, slug in sorted(set(INTERNAL_LINK.findall(html))):
        if not Article.objects.public().at_address(kind=prefixes[prefix], slug=slug).exists():
            message = f"A link goes to /{prefix}/{slug}/, which visitors cannot read."
            yield Problem(message, "Publish that page first, or remove the link.")


def own_title(page: Article, document: Document) -> Iterable[Problem]:
    twins = Article.objects.kept().filter(kind=page.kind, sort_key=page.sort_key).exclude(pk=page.pk)
    if twin := twins.first():
        yield Problem(f"Another page has this title, at {twin.path}", "Tell them apart, or discard one of them.")


CHECKS: tuple[Check, ...] = (
    says_something,
    advice_for_high_risk,
    emergency_number,
    references,
    long_sentences,
    reading_grade,
    framed,
    own_title,
    dead_links,
)
