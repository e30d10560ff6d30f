"""Recognises a question in another language than the pages, so that nothing is guessed for it.

"Fieber" is near "fiber" and "tosse" near "tosses": what is found by such guesses is nonsense, and
a reader who is told nothing takes it for an answer. See ``foreign_words.txt``.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from articles.search.vocabulary import Vocabulary
from articles.search.words import LINKING_WORDS, QUESTION_WORDS, split_words

SPANISH_NAME = "Spanish"
STRONG = 2  # what a word counts that is enough by itself
ENOUGH = 2
MIN_STRONG_LENGTH = 5  # of a word: shorter ones may be mistyped English
MIN_CONTENT_LENGTH = 4  # of a word: shorter ones are words of many languages
SCRIPTS = {
    "CYRILLIC": "",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "HANGUL": "Korean",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "CJK": "",
    "DEVANAGARI": "Hindi",
    "THAI": "Thai",
    "BENGALI": "Bengali",
    "TAMIL": "Tamil",
    "ARMENIAN": "Armenian",
    "GEORGIAN": "Georgian",
}


@dataclass(frozen=True)
class ForeignText:
    """A text in another language, by name if it is recognised, and the words in it we know."""

    language: str
    understood: tuple[str, ...]

    @property
    def is_spanish(self) -> bool:
        return self.language == SPANISH_NAME


@dataclass(frozen=True)
class _WordList:
    language: str
    strength: int
    words: frozenset[str]
    pattern: re.Pattern[str] | None


def detect_foreign_text(text: str, known: Vocabulary) -> ForeignText | None:
    """What is understood of a text in another language; None of a text that may be English."""
    words = split_words(text)
    understood = tuple(word for word in words if _is_english(word, known))
    counts: Counter[str] = Counter()
    for word in words:
        if word not in understood:
            counts.update(_weigh(word))
    if counts:
        language, most = counts.most_common(1)[0]
        if most >= ENOUGH and most >= len(understood):
            return ForeignText(language, _select_content(understood, language))
    if not understood and (script := _find_script(text)) is not None:
        return ForeignText(script, ())
    return None


def _select_content(words: Iterable[str], language: str) -> tuple[str, ...]:
    """The words that may name something, and are not also words of the language."""
    content = []
    for word in words:
        is_name = len(word) >= MIN_CONTENT_LENGTH and not _is_small(word)
        if is_name and language not in _weigh(word):
            content.append(word)
    return tuple(content)


def _is_english(word: str, known: Vocabulary) -> bool:
    """Whether a word is one of English questions, or of our names.

    Short words of other languages do not count because a name has them: "de", "mal".
    """
    if _is_small(word):
        return len(word) > 1
    if word.isdigit() or (len(word) < MIN_CONTENT_LENGTH and _weigh(word)):
        return False
    return word in known.all_words


def _is_small(word: str) -> bool:
    return word in QUESTION_WORDS or word in LINKING_WORDS


@lru_cache(maxsize=10_000)
def _weigh(word: str) -> dict[str, int]:
    """By language what a word counts as a sign of it."""
    weights: dict[str, int] = {}
    for listed in _load_word_lists():
        if word in listed.words or (listed.pattern and listed.pattern.fullmatch(word)):
            strength = listed.strength if len(word) >= MIN_STRONG_LENGTH else 1
            weights[listed.language] = max(strength, weights.get(listed.language, 0))
    return weights


@cache
def _load_word_lists() -> list[_WordList]:
    lists = []
    for line in Path(__file__).with_name("foreign_words.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        name, *words = line.split()
        strength = STRONG if name.endswith("!") else 1
        endings = [re.escape(word.lstrip("*")) for word in words if word.startswith("*")]
        pattern = re.compile(rf"\w{{2,}}(?:{'|'.join(endings)})") if endings else None
        folded = split_words(" ".join(words))
        lists.append(_WordList(name.rstrip(":!"), strength, frozenset(folded), pattern))
    return lists


def _find_script(text: str) -> str | None:
    """The language of a script that is not Latin; empty if several have it, None if it is Latin."""
    for character in text:
        if character.isalpha() and not character.isascii():
            script = unicodedata.name(character, "").partition(" ")[0]
            if script in SCRIPTS:
                return SCRIPTS[script]
    return None
