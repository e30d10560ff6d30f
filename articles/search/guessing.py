"""Reads mistyped words of a query as words of the names that there are."""

from dataclasses import dataclass, replace
from itertools import pairwise, product

from articles.search import synonyms
from articles.search.query_parser import (
    QueryTerm,
    SearchQuery,
    TermVariant,
    build_query,
    build_term,
)
from articles.search.spelling import normalize_spelling
from articles.search.urgent_phrases import is_ordinary_word
from articles.search.vocabulary import Vocabulary, WordOption
from articles.search.wording import BREAK
from articles.search.words import DESCRIPTIVE_WORDS, QUESTION_WORDS, stem

MIN_KNOWN_GUESSED_LENGTH = 4  # of a known word for which others are guessed
GUESS_FACTOR = 0.9  # what a guess is worth for each letter that differs
MAX_OPTIONS = 6  # of a word
MIN_SPLIT_LENGTH = 4  # of each part of a word, that it is split rather than mended
MIN_SURE_LENGTH = 8  # of a word for which others are guessed though pages mention it
DOUBT_FACTOR = 0.95  # what a guess is worth beside a word that has the stem of a name


@dataclass(frozen=True)
class QueryGuess:
    """A query in which a word may be any of several, and these options for each word."""

    query: SearchQuery
    options: list[list[WordOption]]

    def to_text(self, stems: frozenset[str]) -> str:
        """The guess in words: of each word the first option that an entry with these stems has."""
        text = " ".join(_choose_option(options, stems) for options in self.options)
        return text.replace(f" {BREAK}", BREAK).strip(f"{BREAK} ")


def _choose_option(options: list[WordOption], stems: frozenset[str]) -> str:
    for option in options:
        if all(stem(word) in stems for word in option.text.split()):
            return option.text
    return options[0].text


def guess_query(
    query: SearchQuery,
    vocabulary: Vocabulary,
    *,
    include_known: bool = False,
    is_sure: bool = False,
) -> QueryGuess | None:
    """The query with guesses in place of each word that no name has; None if there are none.

    ``include_known``: guess for known words too, as "sensor" may be typed for "sensory".
    ``is_sure``: guess for long words only.
    """
    tokens = _join_words(query.tokens, vocabulary)
    asked = query.wording.content_words
    if is_sure:
        asked = frozenset(word for word in asked if len(word) >= MIN_SURE_LENGTH)
    options = []
    for token in tokens:
        word = normalize_spelling(token)
        if token == BREAK or (word in query.wording.words and word not in asked):
            options.append([WordOption(token, 0)])
        else:
            options.append(_get_options(word, vocabulary, include_known))
    if [[WordOption(normalize_spelling(token), 0)] for token in query.tokens] == options:
        return None
    options = _put_names_first(options)
    return QueryGuess(_build_query(options), options)


def _join_words(tokens: tuple[str, ...], vocabulary: Vocabulary) -> list[str]:
    """The tokens with spaces corrected between two marks."""
    joined: list[str] = []
    run: list[str] = []
    for token in (*tokens, BREAK):
        if token != BREAK:
            run.append(normalize_spelling(token))
            continue
        joined += [*vocabulary.join_words(run), BREAK]
        run = []
    return joined[:-1]


def _get_options(word: str, vocabulary: Vocabulary, include_known: bool) -> list[WordOption]:
    typed = WordOption(word, 0)
    if word in QUESTION_WORDS or word in DESCRIPTIVE_WORDS:
        return [typed]
    if vocabulary.knows(word):
        if not include_known or len(word) < MIN_KNOWN_GUESSED_LENGTH:
            return [typed]
        near = [guess for guess in vocabulary.guess_words(word) if guess.distance == 1]
        return [typed, *near]
    if is_ordinary_word(word):
        return [typed]
    guesses = vocabulary.guess_words(word)
    parts = vocabulary.split_word(word)
    if parts and (not guesses or min(map(len, parts)) >= MIN_SPLIT_LENGTH):
        return [WordOption(" ".join(parts), 1)]
    return guesses or [typed]


def _build_query(options: list[list[WordOption]]) -> SearchQuery:
    """A query in which each word may be any of its options."""
    tokens: list[str] = []
    for word_options in options:
        tokens += word_options[0].text.split()
    query = build_query(tokens)
    for word_options in options:
        query = _add_options(query, word_options)
    return query


def _put_names_first(options: list[list[WordOption]]) -> list[list[WordOption]]:
    """The options of each word, first one with which the word beside it is a lay name."""
    ordered = [list(word_options) for word_options in options]
    for left, right in pairwise(ordered):
        for first, second in product(left, right):
            if synonyms.is_name((stem(first.text), stem(second.text))):
                left.insert(0, left.pop(left.index(first)))
                right.insert(0, right.pop(right.index(second)))
                break
    return [word_options[:MAX_OPTIONS] for word_options in ordered]


def _add_options(query: SearchQuery, options: list[WordOption]) -> SearchQuery:
    """The query with options for a word in the first term that has its first option."""
    first = stem(options[0].text)
    if len(options) == 1 and not options[0].distance:
        return query
    for term in query.terms:
        if first in term[0].stems:
            return query.replace_term(term, _add_variants(term, options))
    return query


def _add_variants(term: QueryTerm, options: list[WordOption]) -> QueryTerm:
    """A term with the other options as variants, each worth less by the letters that differ."""
    first, *others = options
    variants = []
    for variant in term:
        if variant.stems == (stem(first.text),):
            variant = _weaken(variant, GUESS_FACTOR**first.distance)
        variants.append(variant)
    for option in others:
        for variant in build_term([option.text]):
            variants.append(_weaken(variant, GUESS_FACTOR**option.distance))
    return tuple(variants)


def _weaken(variant: TermVariant, factor: float) -> TermVariant:
    return replace(variant, weight=variant.weight * factor)


def add_doubtful_guesses(query: SearchQuery, vocabulary: Vocabulary) -> SearchQuery:
    """The query with guesses for words that only have the stem of a name.

    A rare name must not keep a mistyped word from the page that was meant. The word itself counts
    for more, but not for so much that a longer name with it would come first.
    """
    for word in query.wording.content_words:
        if not vocabulary.is_in_doubt(word):
            continue
        own_count = vocabulary.stems[stem(word)]
        guesses = [
            guess
            for guess in vocabulary.guess_words(word)
            if guess.distance == 1 and vocabulary.all_words[guess.text] >= own_count
        ]
        for term in query.terms:
            if stem(word) in term[0].stems and len(term[0].stems) == 1:
                query = query.replace_term(term, (*term, *_build_doubtful_variants(guesses)))
                break
    return query


def _build_doubtful_variants(guesses: list[WordOption]) -> list[TermVariant]:
    variants = []
    for guess in guesses:
        variants += [_weaken(variant, DOUBT_FACTOR) for variant in build_term([guess.text])]
    return variants
