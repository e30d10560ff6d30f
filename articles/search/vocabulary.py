"""The words of all names: how telling each one is, and which one a mistyped word may have meant."""

import math
import threading
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from articles.models import Publication, SearchEntry
from articles.search.question import Group, Question, Way, of_words
from articles.search.words import ASKING, DESCRIBING, stem

PATIENCE = 30.0  # seconds that a process looks up its words before it asks whether there are newer ones
GUESSES = 4
LESS = 0.5  # of what another word tells
MEANT = 0.9  # what a guess is worth for each letter that differs


@dataclass(frozen=True)
class Vocabulary:
    """Words, and stems, with the number of entries in whose names they are; and how many entries there are."""

    words: dict[str, int]
    stems: dict[str, int]
    entries: int

    def weight(self, group: Group) -> float:
        """How much a group tells: much if it is in few names, less if it is in none, or only says how something is."""
        most = max(min(self.stems.get(stem, 0) for stem in way.stems) for way in group if way.stems)
        describes = all(stem in _describing() for stem in group[0].stems)
        return math.log(1 + self.entries / (1 + most)) * (LESS if describes or not most else 1.0)

    def telling(self, groups: tuple[Group, ...]) -> list[Group]:
        """Those groups that tell most. What has only the others has too little of the question to answer it."""
        weights = [self.weight(group) for group in groups]
        return [group for group, weight in zip(groups, weights, strict=True) if weight >= max(weights) / 2]

    def knows(self, word: str) -> bool:
        return word in self.words or stem(word) in self.stems

    def guesses(self, word: str) -> list[tuple[str, int]]:
        """Known words that a word may have meant, with the letters that differ, the likeliest first."""
        reach = 0 if len(word) < 3 else 1 if len(word) < 8 else 2
        if not reach:
            return []
        near = process.extract(word, self._choices, scorer=OSA.distance, score_cutoff=reach, limit=40)
        fit = [(guess, int(far)) for guess, far, _ in near if guess != word and len(guess) > 2]
        return sorted(fit, key=lambda g: (g[1], g[0][0] != word[0], -self.words[g[0]], g[0]))[:GUESSES]

    @property
    def _choices(self) -> list[str]:
        return list(self.words)

    def joined(self, words: list[str]) -> list[str]:
        """With two words made one where that is known, "head ache", and a space moved to its place, "dr ymouth"."""
        made: list[str] = []
        for word in words:
            together = made[-1] + word if made and made[-1] not in ASKING else ""
            if together in self.words:
                made[-1] = together
            elif together and not (self.knows(made[-1]) or self.knows(word)) and (parts := self.parts(together)):
                made[-1:] = parts
            else:
                made.append(word)
        return made

    def parts(self, word: str) -> list[str]:
        """An unknown word as two known ones, "backpain" or "back.pain"; empty where it is none."""
        cuts = [(word[:at], word[at + skip :]) for skip in (0, 1) for at in range(3, len(word) - 2 - skip)]
        fit = [cut for cut in cuts if cut[0] in self.words and cut[1] in self.words]
        return list(max(fit, key=lambda cut: min(self.words[part] for part in cut), default=()))


@cache
def _describing() -> frozenset[str]:
    return frozenset(map(stem, DESCRIBING))


class _Shelf:
    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.kept, self.site_revision, self.asked_at = None, None, float("-inf")


_shelf = _Shelf()
forget = _shelf.clear


def current() -> Vocabulary:
    """The words of this moment, or of half a minute ago: old ones cost a guess, never a page that is not public."""
    with _shelf.lock:
        if _shelf.kept is None or time.monotonic() - _shelf.asked_at > PATIENCE:
            revision = Publication.objects.site_revision()
            if _shelf.kept is None or revision != _shelf.site_revision:
                _shelf.kept, _shelf.site_revision = _read(), revision
            _shelf.asked_at = time.monotonic()
        return _shelf.kept


def _read() -> Vocabulary:
    words, stems, entries = Counter(), Counter(), 0
    rows = SearchEntry.objects.order_by().values_list("spoken", "title_words", "name_words")
    for spoken, title, names in rows.iterator(2000):
        words.update(spoken.split())
        stems.update({*title.split(), *names.split()})
        entries += 1
    return Vocabulary(dict(words), dict(stems), entries)


@dataclass(frozen=True)
class Guess:
    """A question in which a word may be any of several, and these words with the letters that differ."""

    question: Question
    options: list[list[tuple[str, int]]]

    def spoken(self, stems: frozenset[str]) -> str:
        """The guess in words: of each option the one that an answer with these stems has."""
        return " ".join(next((w for w, _ in ways if _in(w, stems)), ways[0][0]) for ways in self.options)


def _in(words: str, stems: frozenset[str]) -> bool:
    return all(stem(word) in stems for word in words.split())


def otherwise(question: Question, vocabulary: Vocabulary, *, known_too: bool = False) -> Guess | None:
    """The question with guesses in place of each word that no name has; None where there is nothing to guess.

    ``known_too``: a guess for each known word beside it, as "sensor" may be a word and "sensory" have been meant.
    """
    spoken = vocabulary.joined(list(question.words))
    options = [_options(word, vocabulary, known_too) for word in spoken]
    if spoken == list(question.words) and all(ways == [(word, 0)] for word, ways in zip(spoken, options, strict=True)):
        return None
    return Guess(_of(options), options)


def _options(word: str, vocabulary: Vocabulary, known_too: bool) -> list[tuple[str, int]]:
    if word in ASKING:
        return [(word, 0)]
    if vocabulary.knows(word):
        near = [(guess, far) for guess, far in vocabulary.guesses(word) if far == 1] if len(word) > 4 else []
        return [(word, 0), *near] if known_too else [(word, 0)]
    if parts := vocabulary.parts(word):
        return [(" ".join(parts), 1)]
    return vocabulary.guesses(word) or [(word, 0)]


def _of(options: list[list[tuple[str, int]]]) -> Question:
    """A question in which each word may be any of several."""
    first = of_words([part for ways in options for part in ways[0][0].split()])
    groups = list(first.groups)
    for (own, own_far), *others in options:
        place = next((n for n, group in enumerate(groups) if stem(own) in group[0].stems), None)
        if place is None:
            continue
        worths = {stem(own): MEANT**own_far}
        ways = [Way(way.stems, way.worth * worths.get(" ".join(way.stems), 1.0)) for way in groups[place]]
        for word, far in others:
            ways += [Way(way.stems, way.worth * MEANT**far) for group in of_words([word]).groups for way in group]
        groups[place] = tuple(ways)
    return Question(first.words, tuple(groups))
