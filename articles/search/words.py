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
# A name is the same one without these. Without any other word, as "bad" of "bad breath", it is another one.
LINKING = _listed("linking_words.txt")
DENYING = frozenset({"cannot", "cant", "couldnt", "no", "not", "without"})
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


def says_whole(asked: Iterable[str], name: str) -> bool:
    """Whether words say all of a name, words of asking that are part of it too, and say nothing against it.

    "Can't breathe" and "bad breath" have one telling word each, and it is the same; the one is not the other.
    """
    asked = set(asked)
    said, named = frozenset(map(stem, asked)), words(name)
    whole = said.issuperset(stem(word) for word in named if word not in LINKING)
    return whole and not denied(asked, name)


def denied(asked: Iterable[str], name: str) -> bool:
    """Whether words say that something is not so, where a name does not: "rash, not itchy" is no itchy rash."""
    asked = set(asked)
    return "stop" not in asked and bool((asked & DENYING) - set(words(name)))


def code_key(text: str) -> str:
    """A code of a coding system as it is compared: R25.3, r25.3 and R253 are one; empty for what is no code."""
    bare = fold(text)
    return "=" + bare.replace(".", "").replace("-", "") if CODE.fullmatch(bare) else ""
