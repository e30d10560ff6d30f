"""Checks of how a page reads: sentences, words and abbreviations for a worried reader."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import pyphen

from articles.content.document import Document
from articles.models import Article
from articles.quality.base import Check, Problem, check
from articles.quality.text_runs import iterate_plain_lines, split_texts
from articles.richtext.plaintext import extract_lines

MAX_SENTENCE_WORDS = 30
MAX_PAGE_WORDS = 4000
MAX_GRADE = 10  # US school years
MAX_WORD_LETTERS = 60  # letters: what is longer is no word, and takes long to divide
SENTENCE = re.compile(r"[^.!?]+[.!?]?")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
ABBREVIATION = re.compile(r"(?<![\w.])([A-Z]{2,6})s?(?![\w.]*\w)")
KNOWN_ABBREVIATIONS = {"US", "USA", "UK", "EU", "TV", "OK", "ID", "AM", "PM", "COVID"}
ROMAN_NUMERAL = re.compile(r"[IVX]+$")
TextSize = tuple[int, int, int]  # sentences, words and syllables


@check("What cannot be said in a few plain words is easily misread.")
def check_sentence_length(page: Article, document: Document) -> Iterable[Problem]:
    return split_texts(document).find(_find_long_sentences)


def _find_long_sentences(label: str, html: str) -> Iterator[Problem]:
    for sentence in _iter_sentences(extract_lines(html, links=False)):
        count = len(WORD.findall(sentence))
        if count > MAX_SENTENCE_WORDS:
            start = " ".join(sentence.split()[:6])
            yield Problem(
                f"{label}: the sentence “{start} …” has {count} words.", "Break it in two."
            )


@check("A worried reader does not read for half an hour, nor does a reviewer between patients.")
def check_page_length(page: Article, document: Document) -> Iterable[Problem]:
    count = count_words(document)
    if count > MAX_PAGE_WORDS:
        yield Problem(
            f"The page has {count:,} words.",
            f"Keep it under {MAX_PAGE_WORDS:,}, or make several pages of it.",
        )


@check("Half of all readers read at grade 8 or below, and worry lowers it further.")
def check_reading_grade(page: Article, document: Document) -> Iterable[Problem]:
    grade = compute_page_grade(document)
    if grade > MAX_GRADE:
        message = f"The page reads at school grade {grade:.0f}; aim for {MAX_GRADE} or lower."
        yield Problem(message, "Use shorter sentences and everyday words.")


@check("A reader who does not know the short form loses the sentence.")
def check_abbreviations(page: Article, document: Document) -> Iterable[Problem]:
    texts = split_texts(document)
    start = f"{document.headline}\n{document.summary}"
    found = dict.fromkeys((*_find_abbreviations("", start), *texts.find(_find_in_plain_lines)))
    if not found:
        return
    text = "\n".join([start, *texts.find(iterate_plain_lines)])
    for short in found:
        if not _is_explained(short, text):
            fix = f"At its first use write it out, with the short form in brackets: “… ({short})”."
            yield Problem(f"The abbreviation “{short}” is not explained.", fix)


def _find_in_plain_lines(label: str, html: str) -> Iterator[str]:
    return _find_abbreviations(label, "\n".join(extract_lines(html, links=False)))


def _find_abbreviations(_label: str, text: str) -> Iterator[str]:
    """The short forms of a text that not everybody knows."""
    for short in ABBREVIATION.findall(text):
        if short not in KNOWN_ABBREVIATIONS and not ROMAN_NUMERAL.match(short):
            yield short


def _iter_sentences(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from SENTENCE.findall(line)


def _is_explained(short: str, text: str) -> bool:
    """Whether a short form first stands in brackets, or is followed by its long form in them."""
    first = re.search(rf"(?<!\w){short}s?(?!\w)", text)
    assert first  # it was found in the text
    before = text[: first.start()]
    after = text[first.end() :]
    return before.endswith("(") or re.match(r"\s+\([^)]*\w{3}", after) is not None


def count_words(document: Document) -> int:
    """How many words the rich texts of a page have, those of its pictures too."""
    return sum(split_texts(document).add_up(_count_words))


def _count_words(_label: str, html: str) -> Iterator[tuple[int]]:
    yield (sum(len(WORD.findall(line)) for line in extract_lines(html, links=False)),)


def compute_page_grade(document: Document) -> float:
    """The grade level of ``compute_grade`` of all its rich texts."""
    return _build_grade(*split_texts(document).add_up(_measure_text))


def _measure_text(_label: str, html: str) -> Iterator[TextSize]:
    yield _measure_lines(extract_lines(html, links=False))


def _measure_lines(lines: Iterable[str]) -> TextSize:
    sentences = words = syllables = 0
    for sentence in _iter_sentences(lines):
        found = WORD.findall(sentence)
        if found:
            sentences += 1
            words += len(found)
            syllables += sum(count_syllables(word.lower()) for word in found)
    return sentences, words, syllables


def compute_grade(lines: Iterable[str]) -> float:
    """The Flesch–Kincaid grade level (1975): US school years needed to read the text."""
    return _build_grade(*_measure_lines(lines))


def _build_grade(sentences: int = 0, words: int = 0, syllables: int = 0) -> float:
    if not words:
        return 0.0
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


@lru_cache(maxsize=20_000)
def count_syllables(word: str) -> int:
    """How many syllables a word has, by where it can be hyphenated."""
    return len(_get_hyphenation().positions(word[:MAX_WORD_LETTERS])) + 1


@lru_cache
def _get_hyphenation() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US")


CHECKS: tuple[Check, ...] = (
    check_page_length,
    check_sentence_length,
    check_reading_grade,
    check_abbreviations,
)
