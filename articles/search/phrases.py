"""Phrases to look for in what somebody typed, read from text files that people keep.

How a phrase is written is said at the beginning of emergency_phrases.txt.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, product
from pathlib import Path

from articles.search.typed import EXACT, Lexicon, Step
from articles.search.words import stem

BETWEEN = "between"  # the group of the words that may stand within a phrase
MOST_BETWEEN = 3
Slot = frozenset[str]
Sequence = tuple[Slot, ...]


class BadPhrase(ValueError):
    """A line of a file of phrases that cannot be read, with its file and number."""


@dataclass(frozen=True, eq=False)
class Phrase:
    """Parts that all have to be there, each in one of its ways, and company in which they mean something else."""

    parts: tuple[tuple[Sequence, ...], ...]
    company: tuple[Sequence, ...] = ()
    written: str = ""


class Typed:
    """The steps through a text, and the phrases that are in it."""

    def __init__(self, steps: list[tuple[Step, ...]], between: Slot):
        self.steps = steps
        self._between = between
        self.words = frozenset().union(*(step.readings for step in chain.from_iterable(steps)))

    @cached_property
    def _beyond(self) -> list[tuple[int, ...]]:
        """For each place those that lie beyond it and at most three small words."""
        return [self._past_small_words(place) for place in range(len(self.steps) + 1)]

    def _past_small_words(self, place: int) -> tuple[int, ...]:
        found, reached = {place}, {place}
        for _ in range(MOST_BETWEEN):
            reached = {step.end for step in self._from(reached) if not self._between.isdisjoint(step.readings)}
            found |= reached
        return tuple(found)

    def _from(self, places: Iterable[int]) -> Iterator[Step]:
        return chain.from_iterable(self.steps[place] for place in places if place < len(self.steps))

    def part(self, start: int, end: int) -> "Typed":
        """The words from one place up to another, as a text of their own."""
        end = min(end, len(self.steps))
        places = [[step for step in place if step.end <= end] for place in self.steps[start:end]]
        return Typed([tuple(replace(step, end=step.end - start) for step in place) for place in places], self._between)

    def beside(self, spans: list[tuple[int, int]], known: Slot) -> bool:
        """Whether any word stands outside these spans that is not one of those known."""
        inside = set(chain.from_iterable(range(start, end) for start, end in spans))
        outside = [place for number, place in enumerate(self.steps) if number not in inside]
        return any(known.isdisjoint(place[0].readings) for place in outside)

    def having(self, sequence: Sequence) -> list[tuple[int, int]]:
        """From where to where a sequence stands."""
        if any(slot.isdisjoint(self.words) for slot in sequence):
            return []
        found = [(start, self._end(sequence, start)) for start in range(len(self.steps))]
        return [(start, end) for start, end in found if end]

    def _end(self, sequence: Sequence, start: int) -> int:
        """The place after a sequence that starts here; 0 where none does."""
        places = {start}
        for number, slot in enumerate(sequence):
            if number:
                places = set(chain.from_iterable(self._beyond[place] for place in places))
            places = {step.end for step in self._from(places) if not slot.isdisjoint(step.readings)}
        return max(places, default=0)

    def says(self, phrase: Phrase) -> list[tuple[int, int]]:
        """Where the parts of a phrase stand; nothing where one is missing or the company is another."""
        spans = []
        for part in phrase.parts:
            found = list(chain.from_iterable(map(self.having, part)))
            if not found:
                return []
            spans += found
        return [] if any(self.having(other) for other in phrase.company) else spans


class Phrases:
    """The phrases of some files by section, the groups of words that they name, and the lexicon of all their words."""

    def __init__(self, *paths: Path, everyday: frozenset[str] = frozenset()):
        self.groups: dict[str, set[str]] = defaultdict(set)
        self._lines: dict[str, list[str]] = defaultdict(list)
        self._words: set[str] = set()
        self._company: set[str] = set(everyday)
        for path in paths:
            self._read(path)
        self.between = self.slot(f"@{BETWEEN}")
        self.sections = {name: [self._phrase(line) for line in lines] for name, lines in self._lines.items()}
        self.lexicon = Lexicon(self._words, self._company)
        self._by_word = {name: _by_word(phrases) for name, phrases in self.sections.items()}

    def take(self, text: str) -> Typed:
        return Typed(self.lexicon.steps(text), self.between)

    def found(self, section: str, typed: Typed) -> list[tuple[int, int]]:
        """Where phrases of a section stand in a text."""
        return list(chain.from_iterable(map(typed.says, self._likely(section, typed))))

    def has(self, section: str, typed: Typed) -> bool:
        """Whether a text has one of the phrases of a section."""
        return any(typed.says(phrase) for phrase in self._likely(section, typed))

    def _likely(self, section: str, typed: Typed) -> set[Phrase]:
        by_word = self._by_word[section]
        return set(chain.from_iterable(by_word.get(word, ()) for word in typed.words))

    def slot(self, written: str, words: set[str] | None = None) -> Slot:
        """The readings that one place of a phrase takes: "one/other/@group"."""
        return frozenset().union(*(self._readings(word, words) for word in written.split("/")))

    def _readings(self, word: str, words: set[str] | None = None) -> set[str]:
        """A word as it is compared, kept among those that can be mistyped or among ``words``."""
        if word.startswith("@"):
            if word[1:] not in self.groups:
                raise BadPhrase(f"There is no group {word}.")
            return self.groups[word[1:]]
        (self._words if words is None else words).add(word.removeprefix(EXACT))
        return {word} if word.startswith(EXACT) else {stem(word)}

    def _read(self, path: Path) -> None:
        section = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            line = line.strip()
            try:
                if line.startswith("@"):
                    name, _, words = line.partition(" = ")
                    if words:
                        known = self._company if name == f"@{BETWEEN}" else None
                        self.groups[name[1:]] |= self.slot("/".join(words.split()), known)
                        continue
                if line.startswith("["):
                    section = line.strip("[]")
                elif line and not line.startswith("#"):
                    self._lines[section].append(line)
            except BadPhrase as error:
                raise BadPhrase(f"{path.name}, line {number}: {error}") from error

    def _phrase(self, line: str) -> Phrase:
        said, _, company = line.partition(" ! ")
        others = [self._ways(other, self._company) for other in company.split(",") if other.strip()]
        return Phrase(tuple(map(self._ways, said.split(" & "))), tuple(chain.from_iterable(others)), line)

    def _ways(self, written: str, words: set[str] | None = None) -> tuple[Sequence, ...]:
        """What a part of a phrase stands for: "gone/went_very blue" is "gone blue" or "went very blue"."""
        choices = [_single_and_joined(place) for place in written.split()]
        ways = [" ".join(way).split() for way in product(*choices)]
        return tuple(tuple(self.slot(place, words) for place in way) for way in ways)


def _single_and_joined(place: str) -> list[str]:
    """The single words of a place as one choice, and each of those that are several words as one of its own."""
    words = place.split("/")
    single = "/".join(word for word in words if "_" not in word)
    return [*([single] if single else []), *(word.replace("_", " ") for word in words if "_" in word)]


def _by_word(phrases: list[Phrase]) -> dict[str, list[Phrase]]:
    """Phrases by the words of which one has to be there: those of the place with the fewest in each way of one part."""
    found: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        fewest = [frozenset().union(*(min(way, key=len) for way in part)) for part in phrase.parts]
        for word in min(fewest, key=len):
            found[word].append(phrase)
    return found
