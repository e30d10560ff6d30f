"""A text as somebody in a hurry typed it: each word with what it may have been meant to be.

No word is left out here. Capitals, accents, apostrophes and punctuation do not matter; words that were run
together are taken apart, words that were torn apart are put together, and a word that is none is read as those
that it nearly is.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from rapidfuzz.distance import OSA

from articles.fields import fold
from articles.search.words import stem

LONGEST = 20_000  # characters that are read: more than any address can carry
WORD = re.compile(r"[^\W_]+")
APOSTROPHES = re.compile("['’‘‛`´ʼ′＇]")
DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # "pleeease"
SPELT_OUT = re.compile(r"\b[^\W\d_](?: [^\W\d_]){3,}\b")  # "s u i c i d e"
MANY = 10  # of anything that somebody took
EXACT = "="  # before a reading that is the word itself, not its stem
NUMBER = "=number"
SOUNDS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        ("ph", "f"),
        ("ck|q", "k"),
        ("x", "ks"),
        ("c(?=[eiy])", "s"),
        ("c(?!h)", "k"),
        ("z", "s"),
        ("y", "i"),
        ("ae|oe", "e"),
        ("(?<=[rw])h", ""),
        (r"(\w)\1", r"\1"),
        ("(?<=.)e$", ""),
    )
)
LONG, LONGER, LONGEST_WORD = 5, 9, 40
FAR = 9
Readings = frozenset[str]


@dataclass(frozen=True)
class Step:
    """From one place in a text to another, by a word or by two that belong together."""

    end: int
    readings: Readings


def split(text: str) -> list[str]:
    """The words of a text as they stand, folded, without apostrophes."""
    seen = "".join(c for c in text[:LONGEST] if unicodedata.category(c) != "Cf")
    words = WORD.findall(fold(APOSTROPHES.sub("", seen)))
    line = " ".join(DRAWN_OUT.sub(r"\1", word) for word in words)
    return SPELT_OUT.sub(lambda found: found[0].replace(" ", ""), line).split()


def sound(word: str) -> str:
    """A word very nearly as it sounds: "anafilaxis" is "anaphylaxis"."""
    for pattern, instead in SOUNDS:
        word = pattern.sub(instead, word)
    return word


class Lexicon:
    """The words that matter, and which of them a typed word may have been meant to be."""

    def __init__(self, words: Iterable[str], known: Iterable[str]):
        self.forms = {word: stem(word) for word in words}
        self.stems = frozenset(self.forms.values())
        self.everyday = frozenset(known) - set(words)
        self.near: dict[str, list[str]] = defaultdict(list)
        self.alike: dict[str, set[str]] = defaultdict(set)
        for form in self.forms:
            if len(form) >= LONG:
                self.near[form[0]].append(form)
                self.alike[sound(form)].add(form)
        self.read = lru_cache(maxsize=20_000)(self._read)
        self.parts = lru_cache(maxsize=20_000)(self._parts)

    def knows(self, word: str) -> bool:
        return word in self.forms or stem(word) in self.stems

    def steps(self, text: str) -> list[tuple[Step, ...]]:
        """For each place in a text the steps that lead on from there."""
        words = list(chain.from_iterable(map(self.parts, split(text))))
        return [self._from(words, place) for place in range(len(words))]

    def _from(self, words: list[str], place: int) -> tuple[Step, ...]:
        single = Step(place + 1, self.read(words[place]))
        if place + 1 == len(words):
            return (single,)
        both = self._together(words[place], words[place + 1])
        return (single, Step(place + 2, both)) if both else (single,)

    def _together(self, one: str, other: str) -> Readings:
        """What two words may be one after the other without the space: "over dose", "can t"."""
        both = one + other
        if both in self.forms and (len(both) > LONG or len(other) <= 2):
            return self.read(both)
        unknown = len(both) >= LONGER - 1 and not (self.knows(one) and self.knows(other))
        return self.read(both) if unknown else frozenset()

    def _read(self, word: str) -> Readings:
        """The word itself and the stems of what it may be."""
        own = {EXACT + word, stem(word)}
        if word.isdecimal() and int(word[:9]) >= MANY:
            own.add(NUMBER)
        if word in self.forms:
            own.add(self.forms[word])
        elif not (self.knows(word) or word in self.everyday):
            meant = self._meant(word)
            own.update(self.forms[form] for form in meant)
            own.update(EXACT + form for form in meant)
        return frozenset(own)

    def _meant(self, word: str) -> set[str]:
        """The nearest of the words that a typed one may be: those that sound like it, or differ by a letter or two."""
        if not LONG <= len(word) <= LONGEST_WORD:
            return set()
        far = {form: _distance(word, form) for form in self._beginning_alike(word)}
        alike = self.alike.get(sound(word), set()) if len(word) > LONG else set()
        least = min(far.values(), default=FAR)
        return alike | {form for form, letters in far.items() if letters == least < FAR}

    def _beginning_alike(self, word: str) -> list[str]:
        swapped = self.near.get(word[1], []) if word[1] != word[0] else []
        return self.near.get(word[0], []) + [form for form in swapped if form[:2] == word[1::-1]]

    def _parts(self, word: str) -> tuple[str, ...]:
        """The words of which a word was run together; the word alone where it is one, or is none that we know."""
        if not LONG + 2 <= len(word) <= LONGEST_WORD or self.knows(word) or word in self.everyday:
            return (word,)
        best: dict[int, tuple[str, ...]] = {0: ()}
        for end in range(1, len(word) + 1):
            ways = [(*best[at], word[at:end]) for at in range(end) if at in best and self._is_part(word[at:end])]
            if ways:
                best[end] = min(ways, key=len)
        found = best.get(len(word)) or self._two_parts(word)
        return found if found and max(map(len, found)) > 3 else (word,)

    def _is_part(self, word: str) -> bool:
        return word in self.forms and (len(word) > 1 or word in "ia")

    def _two_parts(self, word: str) -> tuple[str, ...]:
        """A known word and one that was mistyped."""
        cuts = [(word[:at], word[at:]) for at in range(LONG - 1, len(word) - LONG + 2)]
        fit = [cut for cut in cuts if any(part in self.forms for part in cut) and all(map(self._may_be, cut))]
        return min(fit, key=lambda cut: sum(part not in self.forms for part in cut), default=())

    def _may_be(self, word: str) -> bool:
        return word in self.forms or bool(word not in self.everyday and len(word) >= LONG and self._meant(word))


def _distance(word: str, form: str) -> int:
    """The letters in which a typed word differs from another; FAR where that is more than a mistake."""
    reach = 2 if len(form) >= LONGER else 1
    return letters if (letters := OSA.distance(word, form, score_cutoff=reach)) <= reach else FAR
