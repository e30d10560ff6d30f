"""Words as the search compares them: folded, in one spelling, stemmed; and keys of names."""

import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import snowballstemmer

from articles.names import fold
from articles.search.spelling import normalize_spelling

MAX_QUERY_LENGTH = 200  # characters; the rest of a longer query is ignored
WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
POSSESSIVE = re.compile(r"['’]s$")
CODE = re.compile(r"(?=[a-z\d.\-]*\d)[a-z]{0,3}\d[a-z\d]*(?:[.\-][a-z\d]+)*", re.ASCII)


def load_words(name: str) -> frozenset[str]:
    """The words of a file, after its first line, which says what they are."""
    return frozenset(Path(__file__).with_name(name).read_text().partition("\n")[2].split())


def load_word_groups(name: str) -> dict[str, frozenset[str]]:
    """The words of each group of a file, which has the name of the group before a colon."""
    groups = {}
    for line in Path(__file__).with_name(name).read_text().splitlines():
        if not line.startswith("#"):
            group, _, words = line.partition(":")
            groups[group] = frozenset(words.split())
    return groups


QUESTION_WORDS = load_words("asking_words.txt")
DESCRIPTIVE_WORDS = load_words("describing_words.txt")
# A name is the same without these, but not without any other: "breath" is not "bad breath".
LINKING_WORDS = load_words("linking_words.txt")
NEGATIONS = frozenset({"cannot", "cant", "couldnt", "no", "not", "without"})
_stemmer = threading.local()


def split_words(text: str) -> list[str]:
    """The words of a text in order: lower case without accents, in one spelling, all of them."""
    found = WORD.findall(fold(text))
    return [normalize_spelling(remove_apostrophe(word)) for word in found]


def remove_apostrophe(word: str) -> str:
    """A word without the apostrophes in it and without a possessive."""
    return POSSESSIVE.sub("", word).replace("'", "").replace("’", "")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of one word from ``split_words``, by the rules of Snowball for English."""
    if not hasattr(_stemmer, "english"):  # an instance keeps the word that it works on
        _stemmer.english = snowballstemmer.stemmer("english")
    return _stemmer.english.stemWord(word)


def select_content_words(words: Iterable[str]) -> list[str]:
    """The words that say what a query is about, without words of asking; all if no other is."""
    words = list(words)
    return [word for word in words if word not in QUESTION_WORDS] or words


def stem_text(text: str) -> list[str]:
    """The stems of the content words of a text, in order."""
    return [stem(word) for word in select_content_words(split_words(text))]


def build_key(stems: Iterable[str]) -> str:
    """Stems as one key in any order: "paralysis, respiratory" is "respiratory paralysis"."""
    return " ".join(sorted(set(stems)))


def names_whole(words: Iterable[str], name: str) -> bool:
    """Whether words have all of a name, its words of asking too, and do not negate it.

    "Can't breathe" and "bad breath" have the same single content word, but are not the same.
    """
    words = set(words)
    stems = set(map(stem, words))
    for word in split_words(name):
        if word not in LINKING_WORDS and stem(word) not in stems:
            return False
    return not is_negated(words, name)


def is_negated(words: Iterable[str], name: str) -> bool:
    """Whether words have a negation that a name has not: "rash, not itchy" is no itchy rash."""
    words = set(words)
    if "stop" in words:  # "cannot stop" does not negate what goes on
        return False
    return bool((words & NEGATIONS) - set(split_words(name)))


def build_code_key(text: str) -> str:
    """A code as it is compared: R25.3, r25.3 and R253 are one; empty for what is no code."""
    folded = fold(text)
    if not CODE.fullmatch(folded):
        return ""
    return "=" + folded.replace(".", "").replace("-", "")
