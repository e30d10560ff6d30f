"""Reads how a question is put: what it asks about, who has it, what is denied, what is asked.

"My son has a headache and a cough, but no fever, should I worry?" is about a headache and about a
cough, of a child, without a fever; the rest only asks. Which words do what is written in
``asking_phrases.txt``, ``people_words.txt`` and ``bodily_functions.txt``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain
from pathlib import Path

from articles.names import fold
from articles.search import synonyms
from articles.search.spelling import normalize_spelling
from articles.search.words import (
    DESCRIPTIVE_WORDS,
    LINKING_WORDS,
    QUESTION_WORDS,
    WORD,
    load_word_groups,
    load_words,
    remove_apostrophe,
    stem,
)

BREAK = ","  # what stands for a punctuation mark among words
TOKEN = re.compile(rf"{WORD.pattern}|[,;+&|\n]|[.!?:()/–—-](?=\s|$)|(?<=\w)/(?=\w)|(?<=\s)[(–—-]")
WITHOUT = re.compile(r"\bw/o\b")
WITH = re.compile(r"\bw/(?=\s|\w)")
GROUPS = load_word_groups("wording_words.txt")
CONJUNCTIONS = GROUPS["conjunctions"]
DENIALS = GROUPS["denials"]
FILLERS = GROUPS["fillers"]
TROUBLES = GROUPS["troubles"]
ALTERNATIVES = GROUPS["alternatives"]
CIRCUMSTANCES = GROUPS["circumstances"]
TIMES = GROUPS["times"]
FUNCTIONS = load_words("bodily_functions.txt")
AGE = re.compile(r"\b(\d{1,3}) ?(year|yr|month|mo|week|wk|day|yo)s?(?: (?:old|of age)|(?<=yo))\b")
LAST_AGE_OF_CHILDREN, FIRST_AGE_OF_ELDERLY = 17, 65


@dataclass(frozen=True)
class Wording:
    """``words`` as typed, in one spelling. ``parts`` has the words of each thing asked about.

    ``denied`` has the words of each thing that is said to be absent, ``people`` those that say who
    has it, and ``circumstances`` those words of the parts that say when it happens.
    """

    words: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    denied: tuple[tuple[str, ...], ...] = ()
    people: tuple[str, ...] = ()
    circumstances: frozenset[str] = frozenset()

    @cached_property
    def content_words(self) -> frozenset[str]:
        """The words of what is asked about or denied, without those that only link them."""
        words = chain.from_iterable((*self.parts, *self.denied))
        return frozenset(words) - QUESTION_WORDS


def tokenize(text: str) -> list[str]:
    """The words of a text, folded and without apostrophes, and a BREAK for each mark between."""
    folded = WITH.sub("with ", WITHOUT.sub("without", fold(text)))
    tokens = []
    for found in TOKEN.findall(folded):
        tokens.append(remove_apostrophe(found) if found[0].isalnum() else BREAK)
    return tokens


def read_wording(tokens: Sequence[str]) -> Wording:
    """How a question is put. Each word is in its parts if nothing else would be left of it."""
    words = tuple(normalize_spelling(token) for token in tokens if token != BREAK)
    kept = _leave_out_asking(tokens)
    for is_asking_kept, are_people_kept in ((False, False), (False, True), (True, True)):
        reader = _Reader(tokens if is_asking_kept else kept, are_people_kept=are_people_kept)
        if reader.parts:
            return Wording(words, reader.parts, reader.denied, reader.people, reader.circumstances)
    return Wording(words, (words,) if words else ())


def _leave_out_asking(tokens: Sequence[str]) -> list[str]:
    joined = AGE.sub(_name_age_group, " ".join(tokens))
    return _compile_asking_phrases().sub("", f"{joined} ").split()


def _name_age_group(found: re.Match) -> str:
    number, unit = int(found[1]), found[2]
    if unit not in ("year", "yr", "yo"):
        return "baby"
    if number <= LAST_AGE_OF_CHILDREN:
        return "child"
    return "elderly" if number >= FIRST_AGE_OF_ELDERLY else "adult"


@cache
def _compile_asking_phrases() -> re.Pattern:
    """One pattern for all phrases, the longest first. After each word it expects a space."""
    path = Path(__file__).with_name("asking_phrases.txt")
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    phrases = sorted(map(_translate_phrase, lines), key=len, reverse=True)
    return re.compile(rf"(?<![^ ])(?:{'|'.join(phrases)})")


def _translate_phrase(line: str) -> str:
    pattern = ""
    for group, optional, plain in re.findall(r"\(([^)]*)\)(\?)?|([^\s()?]+)", line):
        choice = "|".join((group or plain).replace("#", r"\d+").split("/"))
        pattern += f"(?:(?:{choice}) )" + optional
    return pattern


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: Sequence[str], *, are_people_kept: bool):
        self._tokens = list(tokens)
        self._words = [normalize_spelling(token) for token in tokens]
        self._stems = [token if token == BREAK else stem(token) for token in self._words]
        self._are_people_kept = are_people_kept
        self._parts: list[list[str]] = [[]]
        self._denied: list[tuple[str, ...]] = []
        self._people: list[str] = []
        self._circumstances: set[str] = set()
        self._is_circumstance = False
        place = 0
        while place < len(self._tokens):
            place = self._read_at(place)

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(part) for part in self._parts if has_content(part))

    @property
    def denied(self) -> tuple[tuple[str, ...], ...]:
        return tuple(filter(has_content, self._denied))

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(self._people)

    @property
    def circumstances(self) -> frozenset[str]:
        """Those words, unless nothing else is asked about."""
        words = frozenset(chain.from_iterable(self.parts))
        others = words - self._circumstances
        return frozenset(self._circumstances) if has_content(others) else frozenset()

    def _read_at(self, place: int) -> int:
        """Read what begins at a place; return where the next begins."""
        typed = self._tokens[place]
        if end := self._find_lay_name(place):
            self._parts[-1] += self._words[place:end]
            return end
        if typed == BREAK or typed in CONJUNCTIONS:
            following = self._tokens[place + 1 : place + 2]
            self._is_circumstance = typed == "with" and not FUNCTIONS.isdisjoint(following)
            if not self._is_circumstance:  # it is in "pain with breathing"
                self._parts.append([])
            return place + 1
        if typed in DENIALS:
            return self._read_denial(place)
        if typed in load_people() and not self._are_people_kept:
            self._people.append(self._words[place])
            return place + 1
        self._is_circumstance = self._is_circumstance or typed in CIRCUMSTANCES
        if self._is_circumstance or typed in TIMES:
            self._circumstances.add(self._words[place])
        self._parts[-1].append(self._words[place])
        return place + 1

    def _find_lay_name(self, place: int) -> int:
        """The end of a name of several words that begins here; 0 if none does."""
        length = synonyms.find_longest_name(self._stems[place:])
        return place + length if length > 1 else 0

    def _read_denial(self, place: int) -> int:
        start = self._skip_fillers(place + 1)
        end = self._find_end_of_denied(start)
        if end == start:
            self._parts[-1].append("not")
            return start
        self._denied.append(tuple(self._words[start:end]))
        while end < len(self._tokens) and self._continues_list(end):
            start = self._skip_fillers(end + 1)
            end = max(self._find_end_of_denied(start), start)
            self._denied.append(tuple(self._words[start:end]))
        self._parts.append([])
        return end

    def _skip_fillers(self, place: int) -> int:
        while place < len(self._tokens) and self._tokens[place] in FILLERS:
            place += 1
        return place

    def _find_end_of_denied(self, start: int) -> int:
        """Where it ends; ``start`` if it is not the absence of it that is denied."""
        if start >= len(self._tokens) or self._tokens[start] in {BREAK, "stop", "stopping"}:
            return start
        if self._tokens[start] in FUNCTIONS:
            is_complaint = not TROUBLES.isdisjoint(self._tokens[start + 1 : start + 2])
            return start + 2 if is_complaint else start
        if end := self._find_lay_name(start):
            return end
        place = start
        while place < len(self._tokens) and self._tokens[place] != BREAK:
            token = self._tokens[place]
            if token in CONJUNCTIONS:
                break
            place += 1
            if not self._leads_on(self._words[place - 1]):
                break
        return place

    def _leads_on(self, word: str) -> bool:
        """Whether more must follow: "no stomach" is not yet "no stomach pain"."""
        if word in DESCRIPTIVE_WORDS or word in QUESTION_WORDS:
            return True
        return stem(word) in synonyms.load_body_stems()

    def _continues_list(self, place: int) -> bool:
        """Whether the denial goes on: "no fever or rash", "no fever, chills or rash"."""
        if self._tokens[place] in ALTERNATIVES:
            return True
        if self._tokens[place] != BREAK:
            return False
        for token in self._tokens[place + 1 :]:
            if token in ALTERNATIVES:
                return True
            if token in CONJUNCTIONS or token in DENIALS:
                return False
        return False


def has_content(words: Iterable[str]) -> bool:
    """Whether any word says more than that something is asked."""
    return any(word not in QUESTION_WORDS and word not in LINKING_WORDS for word in words)


@cache
def load_people() -> dict[str, frozenset[str]]:
    """Each word for people with the stems of the words for the same group; empty for anybody."""
    path = Path(__file__).with_name("people_words.txt")
    lines = path.read_text().splitlines()[1:]
    groups: dict[str, frozenset[str]] = {}
    for number, line in enumerate(lines):
        words = line.split()
        stems = frozenset(map(stem, words)) if number else frozenset()
        for word in words:
            groups[word] = stems
    return groups


@lru_cache(maxsize=2_000)
def get_people_stems(word: str) -> frozenset[str]:
    """The stems of the group of people that a word names; empty if it names none."""
    return load_people().get(word, frozenset())
