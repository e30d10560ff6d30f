"""The phrases of the program, read once: emergencies and crises in English, and both in Spanish.

They are in emergency_phrases.txt, crisis_phrases.txt and spanish_phrases.txt.
"""

from functools import cache
from pathlib import Path

from articles.search.languages import SPANISH
from articles.search.lexicon import EXACT_PREFIX
from articles.search.phrase_book import PhraseBook
from articles.search.spelling import normalize_spelling
from articles.search.words import DESCRIPTIVE_WORDS, QUESTION_WORDS, split_words

PHRASES_DIRECTORY = Path(__file__).parent


@cache
def load_phrase_books() -> tuple[PhraseBook, PhraseBook]:
    """The English phrases, and the Spanish ones.

    A word that one language knows is no typing mistake in the other.
    """
    everyday = load_known_words()
    english = PhraseBook(
        PHRASES_DIRECTORY / "emergency_phrases.txt",
        PHRASES_DIRECTORY / "crisis_phrases.txt",
        everyday=everyday,
    )
    spanish = PhraseBook(
        PHRASES_DIRECTORY / "spanish_phrases.txt",
        everyday=everyday | english.words | english.small_words,
        language=SPANISH,
    )
    english.know_everyday(spanish.words | spanish.small_words)
    return english, spanish


@cache
def load_known_words() -> frozenset[str]:
    """Words that are spelled as they are meant, so that no other word is guessed for them."""
    words: set[str] = set()
    for line in read_lines("lay_words.txt"):
        words.update(split_words(line))
    return load_everyday_words() | words


@cache
def load_everyday_words() -> frozenset[str]:
    """Words of every day, which say nothing of an emergency by themselves."""
    words = {*QUESTION_WORDS, *DESCRIPTIVE_WORDS}
    for line in read_lines("everyday_words.txt"):
        if not line.startswith("#"):
            words.update(line.split())
    return frozenset(words)


@cache
def load_ordinary_words() -> frozenset[str]:
    """Words of English as they are spelled: no other word is guessed for one of them."""
    english, _spanish = load_phrase_books()
    spelled = {word for word in english.words if not word.startswith(EXACT_PREFIX)}
    words = (load_known_words() | spelled | english.small_words) - load_misspelled_words()
    return words | {normalize_spelling(word) for word in words}


@cache
def load_misspelled_words() -> frozenset[str]:
    """Words of the phrases that are mistakes: the search reads others for them."""
    return frozenset(" ".join(read_lines("misspelled_words.txt")[1:]).split())


def is_ordinary_word(word: str) -> bool:
    return word in load_ordinary_words()


def read_lines(name: str) -> list[str]:
    """The lines of a file of words."""
    return (PHRASES_DIRECTORY / name).read_text(encoding="utf-8").splitlines()
