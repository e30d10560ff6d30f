"""Checks of how a page reads: sentences, words and abbreviations that a worried reader can take in."""

import re
from collections.abc import Iterable
from functools import lru_cache

import pyphen

from articles.content import Document
from articles.models import Article
from articles.quality.problem import Check, Problem, check, plain

LONGEST_SENTENCE = 30  # words
MOST_WORDS = 4000
HIGHEST_GRADE = 10  # US school years
LONGEST_WORD = 60  # letters: what is longer is no word, and takes long to divide
SENTENCE = re.compile(r"[^.!?]+[.!?]?")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
ABBREVIATION = re.compile(r"(?<![\w.])([A-Z]{2,6})s?(?![\w.]*\w)")
EVERYDAY = {"US", "USA", "UK", "EU", "TV", "OK", "ID", "AM", "PM", "COVID"}
ROMAN = re.compile(r"[IVX]+$")


@check("What cannot be said in a few plain words is easily misread.")
def long_sentences(page: Article, document: Document) -> Iterable[Problem]:
    for label, lines in plain(document).items():
        for sentence in (s for line in lines for s in SENTENCE.findall(line)):
            count = len(WORD.findall(sentence))
            if count > LONGEST_SENTENCE:
                start = " ".join(sentence.split()[:6])
                yield Problem(f"{label}: the sentence “{start} …” has {count} words.", "Break it in two.")


@check("A worried reader does not read for half an hour, nor does a reviewer between patients.")
def long_page(page: Article, document: Document) -> Iterable[Problem]:
    count = sum(len(WORD.findall(line)) for lines in plain(document).values() for line in lines)
    if count > MOST_WORDS:
        yield Problem(f"The page has {count:,} words.", f"Keep it under {MOST_WORDS:,}, or make several pages of it.")


@check("Half of all readers read at grade 8 or below, and worry lowers it further.")
def reading_grade(page: Article, document: Document) -> Iterable[Problem]:
    grade = grade_of(line for lines in plain(document).values() for line in lines)
    if grade > HIGHEST_GRADE:
        message = f"The page reads at school grade {grade:.0f}; aim for {HIGHEST_GRADE} or lower."
        yield Problem(message, "Use shorter sentences and everyday words.")


@check("A reader who does not know the short form loses the sentence.")
def undefined_abbreviations(page: Article, document: Document) -> Iterable[Problem]:
    lines = [document.headline, document.summary, *(line for part in plain(document).values() for line in part)]
    text = "\n".join(lines)
    first_uses = dict.fromkeys(ABBREVIATION.findall(text))
    for short in (short for short in first_uses if short not in EVERYDAY and not ROMAN.match(short)):
        if not _explained(short, text):
            fix = f"At its first use write it out, with the short form in brackets: “… ({short})”."
            yield Problem(f"The abbreviation “{short}” is not explained.", fix)


def _explained(short: str, text: str) -> bool:
    """Whether a short form first stands in brackets after its long form, or is followed by it in brackets."""
    first = re.search(rf"(?<!\w){short}s?(?!\w)", text)
    before, after = text[: first.start()], text[first.end() :]
    return before.endswith("(") or re.match(r"\s+\([^)]*\w{3}", after) is not None


def grade_of(lines: Iterable[str]) -> float:
    """Flesch–Kincaid grade level (Kincaid et al., 1975): US school years needed to read the text."""
    sentences = [words for line in lines for s in SENTENCE.findall(line) if (words := WORD.findall(s))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    syllables = sum(syllables_of(word.lower()) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


@lru_cache(maxsize=20_000)
def syllables_of(word: str) -> int:
    """How many syllables a word has, by where it can be hyphenated."""
    return len(_hyphenation().positions(word[:LONGEST_WORD])) + 1


@lru_cache
def _hyphenation() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US")


CHECKS: tuple[Check, ...] = (long_page, long_sentences, reading_grade, undefined_abbreviations)
