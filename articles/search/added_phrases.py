"""Phrases that editors of a site add to those of the program, in plain words, and what is wrong.

They are recognised as the others are, with typing mistakes and words joined or torn apart. They
only ever add: no phrase of the program is taken away or changed by one.
"""

from dataclasses import dataclass
from functools import lru_cache

from articles.search.lexicon import split_typed
from articles.search.phrase_book import FILLER_GROUP, PhraseBook

MEANINGS = ("now", "topic", "crisis")
MAX_WORDS = 12
# Words that say nothing in a phrase: those between them are skipped in a text too.
SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "my",
        "his",
        "her",
        "hes",
        "shes",
        "im",
        "ive",
        "i",
        "he",
        "she",
        "it",
        "its",
        "they",
        "we",
        "you",
        "your",
        "our",
        "their",
        "is",
        "are",
        "am",
        "was",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "and",
        "of",
        "to",
        "el",
        "la",
        "los",
        "las",
        "un",
        "una",
        "mi",
        "mis",
        "su",
        "sus",
        "me",
        "se",
        "te",
        "le",
        "lo",
        "es",
        "esta",
        "que",
        "de",
        "y",
        "en",
    ]
)


@dataclass(frozen=True)
class AddedPhrase:
    """A phrase in plain words, what it means, and the key of the emergency that it is about.

    ``meaning``: "now", it happens now; "topic", it names an emergency; "crisis", somebody thinks
    of ending a life. A crisis has no emergency.
    """

    text: str
    meaning: str
    subject: str = ""


def get_telling_words(text: str) -> list[str]:
    """The words of a phrase that a text must have, in order."""
    return [word for word in split_typed(text) if word not in SMALL_WORDS]


@lru_cache(maxsize=8)
def compile_added(phrases: tuple[AddedPhrase, ...], everyday: frozenset[str]) -> PhraseBook:
    """The phrases as a book to look into. One without a word that says anything is left out."""
    lines = [f"@{FILLER_GROUP} = {' '.join(sorted(SMALL_WORDS))}"]
    for phrase in phrases:
        words = get_telling_words(phrase.text)
        if words and phrase.meaning in MEANINGS:
            lines += [f"[{phrase.meaning} {phrase.subject}]".replace(" ]", "]"), " ".join(words)]
    return PhraseBook(lines=lines, everyday=everyday)
