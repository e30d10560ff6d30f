"""Phrases to look for in what somebody typed, read from text files that people maintain.

The beginning of emergency_phrases.txt describes how a phrase is written.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path

from articles.search.lexicon import EXACT_PREFIX, Lexicon, WordStep
from articles.search.words import stem

FILLER_GROUP = "between"  # the group of the words that may stand within a phrase
MAX_FILLERS = 3
WordChoice = frozenset[str]
WordSequence = tuple[WordChoice, ...]
Span = tuple[int, int]


class InvalidPhrase(ValueError):
    """A line of a file of phrases that cannot be read, with its file and number."""


@dataclass(frozen=True, eq=False)
class EmergencyPhrase:
    """Parts that must all be there, each in one of its wordings.

    A text that has one of the ``exclusions`` means something else.
    """

    parts: tuple[tuple[WordSequence, ...], ...]
    exclusions: tuple[WordSequence, ...] = ()


class TypedText:
    """The steps through a text, and the phrases that are in it."""

    def __init__(self, steps: list[tuple[WordStep, ...]], fillers: WordChoice):
        self.steps = steps
        self._fillers = fillers
        words: set[str] = set()
        for place in steps:
            for step in place:
                words |= step.readings
        self.words = frozenset(words)

    @cached_property
    def _reachable_places(self) -> list[tuple[int, ...]]:
        """For each place the places that at most three small words lead to, itself included."""
        return [self._skip_fillers(place) for place in range(len(self.steps) + 1)]

    def _skip_fillers(self, place: int) -> tuple[int, ...]:
        found = {place}
        reached = {place}
        for _ in range(MAX_FILLERS):
            reached = self._step(reached, self._fillers)
            found |= reached
        return tuple(found)

    def _step(self, places: Iterable[int], choice: WordChoice) -> set[int]:
        """The places after a word of this choice that begins at one of these places."""
        reached = set()
        for step in self._iter_steps_from(places):
            if not choice.isdisjoint(step.readings):
                reached.add(step.end)
        return reached

    def _iter_steps_from(self, places: Iterable[int]) -> Iterator[WordStep]:
        for place in places:
            if place < len(self.steps):
                yield from self.steps[place]

    def slice(self, start: int, end: int) -> "TypedText":
        """The words from one place up to another, as a text of their own."""
        end = min(end, len(self.steps))
        places = []
        for place in self.steps[start:end]:
            inside = [step for step in place if step.end <= end]
            places.append(tuple(replace(step, end=step.end - start) for step in inside))
        return TypedText(places, self._fillers)

    def has_words_outside(self, spans: list[Span], known: WordChoice) -> bool:
        """Whether any word stands outside these spans that is not one of those known."""
        inside: set[int] = set()
        for start, end in spans:
            inside.update(range(start, end))
        for place, steps in enumerate(self.steps):
            if place not in inside and known.isdisjoint(steps[0].readings):
                return True
        return False

    def find_sequence(self, sequence: WordSequence) -> list[Span]:
        """From where to where a sequence stands."""
        if any(choice.isdisjoint(self.words) for choice in sequence):
            return []
        spans = []
        for start in range(len(self.steps)):
            end = self._find_end(sequence, start)
            if end:
                spans.append((start, end))
        return spans

    def _find_end(self, sequence: WordSequence, start: int) -> int:
        """The place after a sequence that starts here; 0 where none does."""
        places = self._step({start}, sequence[0])
        for choice in sequence[1:]:
            reachable: set[int] = set()
            for place in places:
                reachable.update(self._reachable_places[place])
            places = self._step(reachable, choice)
        return max(places, default=0)

    def find_phrase(self, phrase: EmergencyPhrase) -> list[Span]:
        """Where the parts of a phrase stand; empty if one is missing or the text is excluded."""
        spans: list[Span] = []
        for part in phrase.parts:
            found: list[Span] = []
            for sequence in part:
                found += self.find_sequence(sequence)
            if not found:
                return []
            spans += found
        if any(self.find_sequence(sequence) for sequence in phrase.exclusions):
            return []
        return spans


class PhraseBook:
    """The phrases of some files by section, their groups of words, and the lexicon of all words."""

    def __init__(self, *paths: Path, everyday: frozenset[str] = frozenset()):
        self.groups: dict[str, set[str]] = defaultdict(set)
        self._lines: dict[str, list[str]] = defaultdict(list)
        self._words: set[str] = set()
        self._unmistakable_words: set[str] = set(everyday)
        for path in paths:
            self._load_file(path)
        self.fillers = self.parse_word_choice(f"@{FILLER_GROUP}")
        self._by_word: dict[str, dict[str, list[EmergencyPhrase]]] = {}
        for name, lines in self._lines.items():
            phrases = [self._parse_phrase(line) for line in lines]
            self._by_word[name] = _index_by_word(phrases)
        self.lexicon = Lexicon(self._words, self._unmistakable_words)

    def parse(self, text: str) -> TypedText:
        return TypedText(self.lexicon.build_steps(text), self.fillers)

    def find(self, section: str, typed: TypedText) -> list[Span]:
        """Where phrases of a section stand in a text."""
        spans: list[Span] = []
        for phrase in self._find_candidates(section, typed):
            spans += typed.find_phrase(phrase)
        return spans

    def matches(self, section: str, typed: TypedText) -> bool:
        """Whether a text has one of the phrases of a section."""
        return any(typed.find_phrase(phrase) for phrase in self._find_candidates(section, typed))

    def _find_candidates(self, section: str, typed: TypedText) -> set[EmergencyPhrase]:
        by_word = self._by_word[section]
        candidates: set[EmergencyPhrase] = set()
        for word in typed.words:
            candidates.update(by_word.get(word, ()))
        return candidates

    def parse_word_choice(self, text: str, lexicon_words: set[str] | None = None) -> WordChoice:
        """The readings that one place of a phrase takes: "one/other/@group".

        Raises InvalidPhrase if there is no such group.
        """
        readings: set[str] = set()
        for word in text.split("/"):
            readings |= self._get_readings(word, lexicon_words)
        return frozenset(readings)

    def _get_readings(self, word: str, lexicon_words: set[str] | None) -> set[str]:
        """A word as it is compared. It is added to ``lexicon_words``.

        Without these it is added to the words that can be mistyped.
        """
        if word.startswith("@"):
            if word[1:] not in self.groups:
                raise InvalidPhrase(f"There is no group {word}.")
            return self.groups[word[1:]]
        if lexicon_words is None:
            lexicon_words = self._words
        lexicon_words.add(word.removeprefix(EXACT_PREFIX))
        return {word} if word.startswith(EXACT_PREFIX) else {stem(word)}

    def _load_file(self, path: Path) -> None:
        section = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            line = line.strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif line.startswith("@") and " = " in line:
                try:
                    self._load_group(line)
                except InvalidPhrase as error:
                    raise InvalidPhrase(f"{path.name}, line {number}: {error}") from error
            elif line and not line.startswith("#"):
                self._lines[section].append(line)

    def _load_group(self, line: str) -> None:
        """A line "@name = word word @group"; the words of a name given twice are added up."""
        name, _, words = line.partition(" = ")
        lexicon_words = self._unmistakable_words if name == f"@{FILLER_GROUP}" else None
        readings = self.parse_word_choice("/".join(words.split()), lexicon_words)
        self.groups[name.removeprefix("@")] |= readings

    def _parse_phrase(self, line: str) -> EmergencyPhrase:
        phrase, _, excluded = line.partition(" ! ")
        exclusions: list[WordSequence] = []
        for written in excluded.split(","):
            if written.strip():
                exclusions += self._parse_alternatives(written, self._unmistakable_words)
        parts = tuple(self._parse_alternatives(written) for written in phrase.split(" & "))
        return EmergencyPhrase(parts, tuple(exclusions))

    def _parse_alternatives(
        self, written: str, lexicon_words: set[str] | None = None
    ) -> tuple[WordSequence, ...]:
        """The wordings of a part: "gone/went_very blue" is "gone blue" or "went very blue"."""
        places = [_group_alternatives(place) for place in written.split()]
        sequences = []
        for wording in product(*places):
            words = " ".join(wording).split()
            sequences.append(tuple(self.parse_word_choice(word, lexicon_words) for word in words))
        return tuple(sequences)


def _group_alternatives(place: str) -> list[str]:
    """The single words of a place as one choice, and each that is several words on its own."""
    single = []
    several = []
    for word in place.split("/"):
        if "_" in word:
            several.append(word.replace("_", " "))
        else:
            single.append(word)
    return ["/".join(single), *several] if single else several


def _index_by_word(phrases: list[EmergencyPhrase]) -> dict[str, list[EmergencyPhrase]]:
    """Phrases by the words of which a text must have one to have the phrase.

    Of each wording of a part this takes the place with the fewest words, and of a phrase the part
    with the fewest.
    """
    index: dict[str, list[EmergencyPhrase]] = defaultdict(list)
    for phrase in phrases:
        required = [_get_required_words(part) for part in phrase.parts]
        for word in min(required, key=len):
            index[word].append(phrase)
    return index


def _get_required_words(part: tuple[WordSequence, ...]) -> set[str]:
    words: set[str] = set()
    for sequence in part:
        words |= min(sequence, key=len)
    return words
