"""The words of all names: how distinctive each is, and which may be meant by a mistyped word."""

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from articles.models import PublicationEvent, SearchEntry
from articles.search.query_parser import QueryTerm, SearchQuery, TermVariant, build_query
from articles.search.words import DESCRIPTIVE_WORDS, QUESTION_WORDS, stem

MAX_AGE = 30.0  # seconds until a process asks whether there are newer words
MAX_GUESSES = 4
MAX_NEAR_WORDS = 40  # near words of which the best are guessed
MIN_GUESSED_LENGTH = 3
MIN_TWO_LETTERS_LENGTH = 8  # of a word in which two letters may differ
MIN_KNOWN_GUESSED_LENGTH = 5  # of a known word for which others are guessed
DESCRIPTIVE_FACTOR = 0.5  # of the weight of another word
GUESS_FACTOR = 0.9  # what a guess is worth for each letter that differs


class WordOption(NamedTuple):
    """A word, or two, that may be meant, and the number of letters that differ from what is."""

    text: str
    distance: int


@dataclass(frozen=True)
class Vocabulary:
    """Words and stems with the number of entries that have them in a name, and all entries."""

    words: dict[str, int]
    stems: dict[str, int]
    entries: int

    def weight(self, term: QueryTerm) -> float:
        """How distinctive a term is: more in few names, less in none or if it only describes."""
        most = 0
        for variant in term:
            counts = [self.stems.get(stem, 0) for stem in variant.stems]
            most = max(most, min(counts, default=0))
        weight = math.log(1 + self.entries / (1 + most))
        if not most or _get_descriptive_stems().issuperset(term[0].stems):
            return weight * DESCRIPTIVE_FACTOR
        return weight

    def select_distinctive(self, terms: tuple[QueryTerm, ...]) -> list[QueryTerm]:
        """The most distinctive terms. What has only others has too little of the query."""
        weights = [self.weight(term) for term in terms]
        least = max(weights, default=0.0) / 2
        return [term for term, weight in zip(terms, weights, strict=True) if weight >= least]

    def knows(self, word: str) -> bool:
        return word in self.words or stem(word) in self.stems

    def guess_words(self, word: str) -> list[WordOption]:
        """Known words that may be meant, the likeliest first."""
        if len(word) < MIN_GUESSED_LENGTH:
            return []
        limit = 1 if len(word) < MIN_TWO_LETTERS_LENGTH else 2
        near = process.extract(
            word,
            list(self.words),
            scorer=OSA.distance,
            score_cutoff=limit,
            limit=MAX_NEAR_WORDS,
        )
        guesses = []
        for guess, distance, _ in near:
            if guess != word and len(guess) >= MIN_GUESSED_LENGTH:
                guesses.append(WordOption(guess, int(distance)))

        def get_sort_key(guess: WordOption) -> tuple:
            """Nearest first; then with the same first letter; then in the most names."""
            other_start = guess.text[0] != word[0]
            return (guess.distance, other_start, -self.words[guess.text], guess.text)

        return sorted(guesses, key=get_sort_key)[:MAX_GUESSES]

    def join_words(self, words: list[str]) -> list[str]:
        """The words with spaces corrected: "head ache" is one word, "dr ymouth" is "dry mouth"."""
        joined: list[str] = []
        for word in words:
            better = self._join_pair(joined[-1], word) if joined else []
            if better:
                joined[-1:] = better
            else:
                joined.append(word)
        return joined

    def _join_pair(self, first: str, second: str) -> list[str]:
        """The known word or words that two words make with another space or none; empty if none."""
        if first in QUESTION_WORDS:
            return []
        together = first + second
        if together in self.words:
            return [together]
        if self.knows(first) or self.knows(second):
            return []
        return self.split_word(together)

    def split_word(self, word: str) -> list[str]:
        """Two known words that were typed as one, "backpain" or "back.pain"; empty if none."""
        best: list[str] = []
        most = 0
        for first, second in _iter_splits(word):
            if first in self.words and second in self.words:
                count = min(self.words[first], self.words[second])
                if count > most:
                    best = [first, second]
                    most = count
        return best


def _iter_splits(word: str) -> Iterator[tuple[str, str]]:
    """A word in two parts of at least three letters, also without the letter between them."""
    for skipped in (0, 1):
        for end in range(3, len(word) - 2 - skipped):
            yield word[:end], word[end + skipped :]


@cache
def _get_descriptive_stems() -> frozenset[str]:
    return frozenset(map(stem, DESCRIPTIVE_WORDS))


class _VocabularyCache:
    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.vocabulary: Vocabulary | None = None
        self.site_revision: int | None = None
        self.checked_at = float("-inf")


_cache = _VocabularyCache()
clear_cache = _cache.clear


def get_current() -> Vocabulary:
    """The words of now or half a minute ago: old ones cost a guess, never show a private page."""
    with _cache.lock:
        if _cache.vocabulary is None or time.monotonic() - _cache.checked_at > MAX_AGE:
            revision = PublicationEvent.objects.site_revision()
            if _cache.vocabulary is None or revision != _cache.site_revision:
                _cache.vocabulary = _load()
                _cache.site_revision = revision
            _cache.checked_at = time.monotonic()
        return _cache.vocabulary


def _load() -> Vocabulary:
    words: Counter[str] = Counter()
    stems: Counter[str] = Counter()
    entries = 0
    rows = SearchEntry.objects.order_by().values_list("spoken", "title_words", "name_words")
    for spoken, title, names in rows.iterator(2000):
        words.update(spoken.split())
        stems.update({*title.split(), *names.split()})
        entries += 1
    return Vocabulary(dict(words), dict(stems), entries)


@dataclass(frozen=True)
class QueryGuess:
    """A query in which a word may be any of several, and these options for each word."""

    query: SearchQuery
    options: list[list[WordOption]]

    def to_text(self, stems: frozenset[str]) -> str:
        """The guess in words: of each word the first option that an entry with these stems has."""
        return " ".join(_choose_option(options, stems) for options in self.options)


def _choose_option(options: list[WordOption], stems: frozenset[str]) -> str:
    for option in options:
        if all(stem(word) in stems for word in option.text.split()):
            return option.text
    return options[0].text


def guess_query(
    query: SearchQuery, vocabulary: Vocabulary, *, include_known: bool = False
) -> QueryGuess | None:
    """The query with guesses in place of each word that no name has; None if there are none.

    ``include_known``: guess for known words too, as "sensor" may be typed for "sensory".
    """
    words = vocabulary.join_words(list(query.words))
    options = [_get_options(word, vocabulary, include_known) for word in words]
    unchanged = [[WordOption(word, 0)] for word in query.words]
    if options == unchanged:
        return None
    return QueryGuess(_build_query(options), options)


def _get_options(word: str, vocabulary: Vocabulary, include_known: bool) -> list[WordOption]:
    typed = WordOption(word, 0)
    if word in QUESTION_WORDS:
        return [typed]
    if vocabulary.knows(word):
        if not include_known or len(word) < MIN_KNOWN_GUESSED_LENGTH:
            return [typed]
        near = [guess for guess in vocabulary.guess_words(word) if guess.distance == 1]
        return [typed, *near]
    if parts := vocabulary.split_word(word):
        return [WordOption(" ".join(parts), 1)]
    return vocabulary.guess_words(word) or [typed]


def _build_query(options: list[list[WordOption]]) -> SearchQuery:
    """A query in which each word may be any of its options."""
    words: list[str] = []
    for word_options in options:
        words += word_options[0].text.split()
    query = build_query(words)
    terms = list(query.terms)
    for word_options in options:
        place = _find_term(terms, stem(word_options[0].text))
        if place is not None:
            terms[place] = _add_options(terms[place], word_options)
    return SearchQuery(query.words, tuple(terms))


def _find_term(terms: list[QueryTerm], stem_of_word: str) -> int | None:
    """The place of the first term that has a stem in its first variant."""
    for place, term in enumerate(terms):
        if stem_of_word in term[0].stems:
            return place
    return None


def _add_options(term: QueryTerm, options: list[WordOption]) -> QueryTerm:
    """A term with the other options as variants, each worth less by the letters that differ."""
    first, *others = options
    variants = []
    for variant in term:
        if variant.stems == (stem(first.text),):
            variant = _weaken(variant, first.distance)
        variants.append(variant)
    for option in others:
        for other_term in build_query([option.text]).terms:
            for variant in other_term:
                variants.append(_weaken(variant, option.distance))
    return tuple(variants)


def _weaken(variant: TermVariant, distance: int) -> TermVariant:
    return TermVariant(variant.stems, variant.weight * GUESS_FACTOR**distance)
