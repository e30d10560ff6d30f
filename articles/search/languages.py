"""How words of a language are compared: their stems, their sound and the names of their numbers."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import snowballstemmer

from articles.content.languages import SOURCE_LANGUAGE
from articles.search.words import stem

SoundRules = tuple[tuple[re.Pattern[str], str], ...]
ENGLISH_SOUNDS: SoundRules = (
    (re.compile("ph"), "f"),
    (re.compile("ck|q"), "k"),
    (re.compile("x"), "ks"),
    (re.compile("c(?=[eiy])"), "s"),
    (re.compile("c(?!h)"), "k"),
    (re.compile("z"), "s"),
    (re.compile("y"), "i"),
    (re.compile("ae|oe"), "e"),
    (re.compile("(?<=[rw])h"), ""),
    (re.compile(r"(\w)\1"), r"\1"),
    (re.compile("(?<=.)e$"), ""),
)
SPANISH_SOUNDS: SoundRules = (
    (re.compile("qu(?=[ei])|k"), "q"),
    (re.compile("c(?=[ei])|z"), "s"),
    (re.compile("c(?!h)"), "q"),
    (re.compile("g(?=[ei])"), "j"),
    (re.compile("ch"), "x"),
    (re.compile("ph"), "f"),
    (re.compile("h"), ""),
    (re.compile("v|w"), "b"),
    (re.compile("ll"), "y"),
    (re.compile("x(?=[^aeiou])"), "s"),
    (re.compile(r"(\w)\1"), r"\1"),
)
ENGLISH_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
)
SPANISH_NUMBERS = (
    "cero un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    " dieciseis diecisiete dieciocho diecinueve veinte"
)
_stemmer = threading.local()


@dataclass(frozen=True, eq=False)
class Language:
    """One language: its code, and how its words are compared."""

    code: str
    stem: Callable[[str], str]
    sounds: SoundRules
    numbers: dict[str, int] = field(default_factory=dict)
    writes_as_it_sounds: bool = False  # so that words that sound alike are one

    def compare_as(self, word: str) -> str:
        """The form in which a word is compared with another exactly."""
        return self.encode_sound(word) if self.writes_as_it_sounds else word

    def encode_sound(self, word: str) -> str:
        """A word very nearly as it sounds: "anafilaxis" is "anaphylaxis"."""
        for pattern, replacement in self.sounds:
            word = pattern.sub(replacement, word)
        return word


@lru_cache(maxsize=50_000)
def stem_spanish(word: str) -> str:
    """The stem of a Spanish word without accents, as it sounds: "rrespira" is "respirar"."""
    if not hasattr(_stemmer, "spanish"):  # an instance keeps the word that it works on
        _stemmer.spanish = snowballstemmer.stemmer("spanish")
    return SPANISH.encode_sound(_stemmer.spanish.stemWord(word))


def _number(words: str) -> dict[str, int]:
    return {word: value for value, word in enumerate(words.split())}


ENGLISH = Language(
    SOURCE_LANGUAGE, stem, ENGLISH_SOUNDS, _number(ENGLISH_NUMBERS) | {"thirty": 30, "forty": 40}
)
SPANISH = Language(
    "es",
    stem_spanish,
    SPANISH_SOUNDS,
    _number(SPANISH_NUMBERS) | {"una": 1, "uno": 1, "treinta": 30, "cuarenta": 40},
    writes_as_it_sounds=True,
)
