"""Words as the search compares them: folded, in one spelling, cut to their stem; and a name as a key of such words."""

import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import snowballstemmer

from articles.fields import fold
from articles.search.spelling import one_spelling

LONGEST = 200  # characters of what somebody asks; the rest of a longer question is not looked at
WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
POSSESSIVE = re.compile(r"['’]s$")
CODE = re.compile(r"(?=[a-z\d.\-]*\d)[a-z]{0,3}\d[a-z\d]*(?:[.\-][a-z\d]+)*", re.ASCII)


def _listed(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text().partition("\n")[2].split())


ASKING = _listed("asking_words.txt")
DESCRIBING = _listed("describing_words.txt")
_stemmer = threading.local()


def words(text: str) -> list[str]:
    """The words of a text in order: small letters without accents, in one spelling, nothing left out."""
    found = WORD.findall(fold(text))
    return [one_spelling(_without_apostrophe(word)) for word in found]


def _without_apostrophe(word: str) -> str:
    return POSSESSIVE.sub("", word).replace("'", "").replace("’", "")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of one word from ``words``. Stemming is by rule (Snowball, English), so "spasms" and "spasm" are one."""
    if not hasattr(_stemmer, "english"):  # an instance keeps the word that it works on
        _stemmer.english = snowballstemmer.stemmer("english")
    return _stemmer.english.stemWord(word)


def telling(asked: Iterable[str]) -> list[str]:
    """Those words of a question that say what it is about; all of them where none does."""
    asked = list(asked)
    return [word for word in asked if word not in ASKING] or asked


def stems(text: str) -> list[str]:
    """The stems of the telling words of a text, in order."""
    return [stem(word) for word in telling(words(text))]


def key(of: Iterable[str]) -> str:
    """Stems as one key, whatever their order: "paralysis, respiratory" is "respiratory paralysis"."""
    return " ".join(sorted(set(of)))


def code_key(text: str) -> str:
    """A code of a coding system as it is compared: R25.3, r25.3 and R253 are one; empty for what is no code."""
    bare = fold(text)
    return "=" + bare.replace(".", "").replace("-", "") if CODE.fullmatch(bare) else ""
