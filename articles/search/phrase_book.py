"""Phrases to look for in what somebody typed, read from text files that people maintain.

The beginning of emergency_phrases.txt describes how a phrase is written.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

from articles.names import fold
from articles.search.languages import ENGLISH, Language
from articles.search.lexicon import EXACT_PREFIX, Lexicon, WordStep, split_typed

ADJACENT = "+"  # before a word that stands directly after the one before it
QUANTITY_PREFIX = "#"  # before what a number says, see quantities.py
PLAIN_GROUP = "plain"  # the group of those that may stand beside the name of an emergency
NAME_GROUP = "of-a-name"  # the group of those that are part of such a name: "in children"
DENIAL_GROUPS = ("denying", "having", "deniable")
FILLER_GROUP = "between"  # the group of the words that may stand within a phrase
MAX_FILLERS = 3
WordChoice = frozenset[str]
WordSequence = tuple[WordChoice, ...]
Span = tuple[int, int]


class InvalidPhrase(ValueError):
    """A line of a file of phrases that cannot be read, with its file and number."""


@dataclass(frozen=True, eq=False)
class EmergencyPhrase:
    """Parts that must all be there, each in one of its wordings, and what they are about.

    A text that has one of the ``exclusions`` means something else.
    """

    subject: str
    parts: tuple[tuple[WordSequence, ...], ...]
    exclusions: tuple[WordSequence, ...] = ()


class TypedText:
    """The steps through a text, and the phrases that are in it."""

    def __init__(
        self,
        steps: list[tuple[WordStep, ...]],
        fillers: WordChoice,
        denied: Collection[int] = (),
    ) -> None:
        self.steps = steps
        self._fillers = fillers
        self._denied = denied
        self._spans_by_reading: dict[str, list[Span]] = defaultdict(list)
        for place, choices in enumerate(steps):
            for step in choices if place not in denied else ():
                for reading in step.readings:
                    self._spans_by_reading[reading].append((place, step.end))
        self.words = frozenset(self._spans_by_reading)
        self._ends: dict[WordChoice, dict[int, set[int]]] = {}
        self._found: dict[WordSequence, list[Span]] = {}

    @cached_property
    def _reachable_places(self) -> list[set[int]]:
        """For each place the places that at most three small words lead to, itself included."""
        fillers = self._find_ends(self._fillers)
        return [_skip(fillers, place) for place in range(len(self.steps) + 1)]

    def _find_ends(self, choice: WordChoice) -> dict[int, set[int]]:
        """For each place where a word of a choice starts the places where it ends."""
        if choice not in self._ends:
            ends: dict[int, set[int]] = {}
            for reading in choice & self.words:
                for start, end in self._spans_by_reading[reading]:
                    ends.setdefault(start, set()).add(end)
            self._ends[choice] = ends
        return self._ends[choice]

    def has_words_outside(self, spans: list[Span], known: WordChoice) -> bool:
        """Whether any word stands outside these spans that is not one of those known."""
        inside: set[int] = set(self._denied)
        for start, end in spans:
            inside.update(range(start, end))
        for place, steps in enumerate(self.steps):
            if place not in inside and known.isdisjoint(steps[0].readings):
                return True
        return False

    def find_sequence(self, sequence: WordSequence) -> list[Span]:
        """From where to where a sequence stands."""
        if sequence not in self._found:
            self._found[sequence] = self._search(sequence)
        return self._found[sequence]

    def _search(self, sequence: WordSequence) -> list[Span]:
        ends = [self._find_ends(choice) for choice in sequence]
        if not all(ends):
            return []
        spans = []
        for start in ends[0]:
            places = ends[0][start]
            for choice, following in zip(sequence[1:], ends[1:], strict=True):
                places = self._go_on(places, following, is_adjacent=ADJACENT in choice)
            if places:
                spans.append((start, max(places)))
        return spans

    def _go_on(
        self, places: set[int], following: dict[int, set[int]], *, is_adjacent: bool
    ) -> set[int]:
        """Where the next word ends that stands after one of these places and small words.

        With ``is_adjacent`` no small word stands between.
        """
        reached: set[int] = set()
        for place in places:
            for start in {place} if is_adjacent else self._reachable_places[place]:
                if start in following:
                    reached |= following[start]
        return reached

    def has_phrase(self, phrase: EmergencyPhrase) -> bool:
        """Whether all parts of a phrase are there, and the text is not excluded."""
        if not all(any(map(self.find_sequence, part)) for part in phrase.parts):
            return False
        return not any(map(self.find_sequence, phrase.exclusions))

    def find_phrase(self, phrase: EmergencyPhrase) -> list[Span]:
        """Where the parts of a phrase stand; empty if one is missing or the text is excluded."""
        if not self.has_phrase(phrase):
            return []
        spans: list[Span] = []
        for part in phrase.parts:
            for sequence in part:
                spans += self.find_sequence(sequence)
        return spans


def _skip(fillers: dict[int, set[int]], place: int) -> set[int]:
    """The places that at most three small words lead to from one, itself included."""
    found = reached = {place}
    for _ in range(MAX_FILLERS):
        following: set[int] = set()
        for start in reached:
            following |= fillers.get(start, set())
        reached = following
        found = found | following
    return found


class PhraseBook:
    """The phrases of some files by section, their groups of words, and the lexicon of all words.

    A section "[now stroke]" has phrases of the kind "now" about the subject "stroke".
    """

    def __init__(
        self,
        *paths: Path,
        lines: Iterable[str] = (),
        everyday: Iterable[str] = (),
        language: Language = ENGLISH,
    ) -> None:
        self.language = language
        self.groups: dict[str, set[str]] = defaultdict(set)
        self._lines: dict[str, list[str]] = defaultdict(list)
        self.words: set[str] = set()  # those that can be mistyped
        self.small_words: set[str] = set()
        self.everyday_words = frozenset(everyday)
        self._unmistakable_words: set[str] = set(everyday)
        for path in paths:
            self._load_lines(path.name, path.read_text(encoding="utf-8").splitlines())
        self._load_lines("the added phrases", lines)
        self.fillers = self.parse_word_choice(f"@{FILLER_GROUP}")
        self._by_word: dict[str, dict[str, list[EmergencyPhrase]]] = {}
        for kind, phrases in self._parse_sections().items():
            self._by_word[kind] = _index_by_word(phrases)

    @cached_property
    def lexicon(self) -> Lexicon:
        return Lexicon(self.words, self._unmistakable_words | self.small_words, self.language)

    @cached_property
    def plain_words(self) -> WordChoice:
        """The words beside which the name of an emergency is still meant as one."""
        return self.parse_word_choice(f"@{PLAIN_GROUP}")

    @cached_property
    def name_words(self) -> WordChoice:
        """The words that may stand beside a name that is all that a text says."""
        return self.parse_word_choice(f"@{NAME_GROUP}")

    def know_everyday(self, words: Iterable[str]) -> None:
        """Take words as they stand: before the first text is read."""
        self._unmistakable_words.update(words)

    def knows_word(self, word: str) -> bool:
        """Whether a word is one of this language's."""
        return word in self.words or word in self.small_words

    def parse(self, text: str | Sequence[str], *, is_unfinished: bool = False) -> TypedText:
        """A text, or the words of one, as it is compared with the phrases."""
        words = split_typed(text) if isinstance(text, str) else text
        steps = self.lexicon.build_steps(words, is_unfinished=is_unfinished)
        return TypedText(steps, self.fillers, self._find_denied(steps))

    def _find_denied(self, steps: list[tuple[WordStep, ...]]) -> set[int]:
        """The places of what a text says is not there: "rash, no fever or pain"."""
        denying, having, deniable = self._denial_words
        denied: set[int] = set()
        pending: list[int] = []  # a denial and the words after it
        for place, choices in enumerate(steps):
            readings = choices[0].readings
            if pending and not deniable.isdisjoint(readings):
                denied.update(pending, [place])
                pending = [place]
            elif not denying.isdisjoint(readings):
                pending = [place]
            elif pending and not having.isdisjoint(readings):
                pending.append(place)
            else:
                pending = []
        return denied

    @cached_property
    def _denial_words(self) -> tuple[WordChoice, WordChoice, WordChoice]:
        """Words that deny, those that may stand after them, and those that can be denied."""
        denying, having, deniable = (frozenset(self.groups[name]) for name in DENIAL_GROUPS)
        return denying, having, deniable

    def find(self, kind: str, typed: TypedText) -> list[Span]:
        """Where phrases of a kind stand in a text."""
        spans: list[Span] = []
        for phrase in self._find_candidates(kind, typed):
            spans += typed.find_phrase(phrase)
        return spans

    def matches(self, kind: str, typed: TypedText) -> bool:
        """Whether a text has one of the phrases of a kind."""
        return any(map(typed.has_phrase, self._find_candidates(kind, typed)))

    def find_subjects(self, kind: str, typed: TypedText) -> set[str] | None:
        """The subjects of the phrases of a kind that a text has; None if it has none."""
        subjects: set[str] | None = None
        for phrase in self._find_candidates(kind, typed):
            if subjects and phrase.subject in subjects:
                continue
            if typed.has_phrase(phrase):
                subjects = subjects or set()
                subjects.add(phrase.subject)
        return subjects

    def list_subjects(self, kind: str) -> set[str]:
        """All that the phrases of a kind are about."""
        subjects: set[str] = set()
        for phrases in self._by_word.get(kind, {}).values():
            subjects |= {phrase.subject for phrase in phrases}
        return subjects - {""}

    def _find_candidates(self, kind: str, typed: TypedText) -> set[EmergencyPhrase]:
        by_word = self._by_word.get(kind, {})
        candidates: set[EmergencyPhrase] = set()
        for word in typed.words & by_word.keys():
            candidates.update(by_word[word])
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
        if word.startswith(ADJACENT):
            return {ADJACENT} | self._get_readings(word[1:], lexicon_words)
        if word.startswith("@"):
            if word[1:] not in self.groups:
                raise InvalidPhrase(f"There is no group {word}.")
            return self.groups[word[1:]]
        if word.startswith(QUANTITY_PREFIX):
            return {word}
        if lexicon_words is None:
            lexicon_words = self.words
        bare = word.removeprefix(EXACT_PREFIX)
        if not bare.isascii():
            bare = fold(bare)
        lexicon_words.add(bare)
        if word.startswith(EXACT_PREFIX):
            return {EXACT_PREFIX + self.language.compare_as(bare)}
        return {self.language.stem(bare)}

    def _load_lines(self, name: str, lines: Iterable[str]) -> None:
        section = ""
        for number, line in enumerate(lines, 1):
            line = line.strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif line.startswith("@") and " = " in line:
                try:
                    self._load_group(line)
                except InvalidPhrase as error:
                    raise InvalidPhrase(f"{name}, line {number}: {error}") from error
            elif line and not (line + " ").startswith("# "):
                self._lines[section].append(line)

    def _load_group(self, line: str) -> None:
        """A line "@name = word word @group"; the words of a name given twice are added up."""
        name, _, words = line.partition(" = ")
        lexicon_words = self.small_words if name == f"@{FILLER_GROUP}" else None
        readings = self.parse_word_choice("/".join(words.split()), lexicon_words)
        self.groups[name.removeprefix("@")] |= readings

    def _parse_sections(self) -> dict[str, list[EmergencyPhrase]]:
        """The phrases by kind."""
        phrases: dict[str, list[EmergencyPhrase]] = defaultdict(list)
        for section, lines in self._lines.items():
            kind, _, subject = section.partition(" ")
            phrases[kind] += [self._parse_phrase(line, subject) for line in lines]
        return phrases

    def _parse_phrase(self, line: str, subject: str) -> EmergencyPhrase:
        phrase, _, excluded = line.partition(" ! ")
        exclusions: list[WordSequence] = []
        for written in excluded.split(","):
            if written.strip():
                exclusions += self._parse_alternatives(written, self._unmistakable_words)
        parts = tuple(self._parse_alternatives(written) for written in phrase.split(" & "))
        return EmergencyPhrase(subject, parts, tuple(exclusions))

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
