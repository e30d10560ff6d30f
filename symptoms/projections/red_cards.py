"""Whether the emergency card of a signed page names a cause, by its signed words alone."""

import re
from collections.abc import Iterable
from functools import lru_cache

from articles.care.advice import ShownAdvice
from articles.care.phone_numbers import extract_words
from articles.search.words import split_words, stem, stem_text

SENTENCE_END = re.compile(r"[\n.;:!?]+")
# “Call even if you think that it is Bell’s palsy” names what somebody must not wait for.
MISTAKEN = re.compile(
    r"\beven (?:if|when) (?:you|they|he|she)\b.*\b(?:think|believe)", re.IGNORECASE
)
MAX_GAP = 3  # other words between two words of a name: “a chemical gets into your eye”

Sentences = list[list[str]]


def read_emergency_cards(cards: Iterable[ShownAdvice]) -> Sentences:
    """The sentences of the emergency cards among some cards, as stems."""
    sentences: Sentences = []
    for card in cards:
        if card.is_emergency:
            sentences.extend(_read_sentences(str(card.html)))
    return sentences


def is_named(name: str, sentences: Sentences) -> bool:
    """Whether a sentence has all words of a name, in their order and close to each other."""
    stems = _stem_name(name)
    return bool(stems) and any(_has_in_order(stems, sentence) for sentence in sentences)


@lru_cache(maxsize=1000)
def _read_sentences(html: str) -> Sentences:
    sentences: Sentences = []
    for sentence in SENTENCE_END.split(extract_words(html)):
        if not MISTAKEN.search(sentence):
            sentences.append([stem(word) for word in split_words(sentence)])
    return sentences


@lru_cache(maxsize=10_000)
def _stem_name(name: str) -> tuple[str, ...]:
    return tuple(stem_text(name))


def _has_in_order(stems: tuple[str, ...], sentence: list[str]) -> bool:
    if not set(stems).issubset(sentence):
        return False
    starts = [place for place, word in enumerate(sentence) if word == stems[0]]
    return any(_goes_on(stems[1:], sentence[start + 1 :]) for start in starts)


def _goes_on(stems: tuple[str, ...], following: list[str]) -> bool:
    """Whether the stems come next, each after a few other words at most."""
    for word in stems:
        near = following[: MAX_GAP + 1]
        if word not in near:
            return False
        following = following[near.index(word) + 1 :]
    return True
