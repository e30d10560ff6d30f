"""Reads a text as somebody in a hurry typed it: each word with what it may be meant to be.

No word is left out. Capitals, accents, apostrophes and punctuation do not matter. Words without a
space between them are separated, words with a space too many are joined, and an unknown word is
read as the words that it nearly is.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from articles.names import fold
from articles.search.languages import ENGLISH, Language
from articles.search.quantities import iter_quantities, join_decimals, split_unit

MAX_TEXT_LENGTH = 20_000  # characters that are read: more than any address can carry
WORD = re.compile(r"[^\W_]+")
APOSTROPHES = re.compile("['’‘‛`´ʼ′＇]")
REPEATED_LETTER = re.compile(r"([^\W\d_])\1{2,}")  # "pleeease"
SPACED_WORD = re.compile(r"\b[^\W\d_](?: [^\W\d_]){3,}\b")  # "s u i c i d e"
EXACT_PREFIX = "="  # before a reading that is the word itself, not its stem
MIN_GUESSED_LENGTH = 5  # of a word for which others are guessed
MIN_CONSONANTS = 3  # of a word without a vowel for which others are guessed
VOWELS = re.compile("[aeiouy]")
MIN_TWO_LETTERS_LENGTH = 9  # of a word in which two letters may differ
MAX_WORD_LENGTH = 40
TOO_FAR = 9
Readings = frozenset[str]


@dataclass(frozen=True)
class WordStep:
    """From one place in a text to another, by a word or by several that belong together."""

    end: int
    readings: Readings


def split_typed(text: str) -> list[str]:
    """The words of a text as they stand, folded, without apostrophes."""
    visible = "".join(c for c in text[:MAX_TEXT_LENGTH] if unicodedata.category(c) != "Cf")
    words = []
    for word in WORD.findall(join_decimals(fold(APOSTROPHES.sub("", visible)))):
        words.extend(split_unit(REPEATED_LETTER.sub(r"\1", word)))
    return SPACED_WORD.sub(_remove_spaces, " ".join(words)).split()


def _remove_spaces(found: re.Match) -> str:
    return found[0].replace(" ", "")


class Lexicon:
    """The words that matter, and which of them a typed word may be meant to be."""

    def __init__(
        self, words: Iterable[str], known: Iterable[str], language: Language = ENGLISH
    ) -> None:
        self.language = language
        self.forms = {word: language.stem(word) for word in words}
        self.stems = frozenset(self.forms.values())
        self.everyday_words = frozenset(known) - set(words)
        self.forms_by_start: dict[tuple[str, int], list[str]] = defaultdict(list)
        self.forms_by_sound: dict[str, set[str]] = defaultdict(set)
        self.forms_by_letters: dict[str, set[str]] = defaultdict(set)
        self.forms_by_consonants: dict[str, set[str]] = defaultdict(set)
        for form in self.forms:
            if len(form) >= MIN_GUESSED_LENGTH:
                self.forms_by_start[form[0], len(form)].append(form)
                self.forms_by_sound[language.encode_sound(form)].add(form)
                self.forms_by_letters[_jumble(form)].add(form)
            self.forms_by_consonants[VOWELS.sub("", form)].add(form)
        self.get_readings = lru_cache(maxsize=20_000)(self._compute_readings)
        self.split_joined_words = lru_cache(maxsize=20_000)(self._compute_parts)
        self._guess_forms = lru_cache(maxsize=20_000)(self._compute_guesses)

    def knows(self, word: str) -> bool:
        return word in self.forms or self.language.stem(word) in self.stems

    def build_steps(
        self, typed: Sequence[str], *, is_unfinished: bool = False
    ) -> list[tuple[WordStep, ...]]:
        """For each place in the words of a text the steps that start there.

        Of one that is still being typed the last word is taken as it stands.
        """
        if is_unfinished and typed:
            return self._build_unfinished_steps(typed)
        words: list[str] = []
        for word in typed:
            words.extend(self.split_joined_words(word))
        return [self._build_steps_from(words, place) for place in range(len(words))]

    def _build_unfinished_steps(self, typed: Sequence[str]) -> list[tuple[WordStep, ...]]:
        """Steps through words of which the last is not yet finished: no other is guessed for it."""
        *finished, last = typed
        steps = self.build_steps(finished)
        if finished and finished[-1] + last in self.forms:
            joined = self._get_exact_readings(finished[-1] + last)
            steps[-1] = (*steps[-1], WordStep(len(steps) + 1, joined))
        for word in self._split_into_forms(last[:MAX_WORD_LENGTH]) or (last,):
            steps.append((WordStep(len(steps) + 1, self._get_unfinished_readings(word)),))
        return steps

    def _get_unfinished_readings(self, word: str) -> Readings:
        """The readings of a word that may go on: "seizur" is no form of "seizure" yet."""
        if word in self.forms:
            return self._get_exact_readings(word)
        return frozenset({EXACT_PREFIX + self.language.compare_as(word)})

    def _build_steps_from(self, words: list[str], place: int) -> tuple[WordStep, ...]:
        steps = [WordStep(place + 1, self.get_readings(words[place]))]
        for quantity in iter_quantities(words, place, self.language.numbers):
            steps.append(WordStep(quantity.end, quantity.readings))
        if place + 1 < len(words):
            both = self._get_joined_readings(words[place], words[place + 1])
            if both:
                steps.append(WordStep(place + 2, both))
        return tuple(steps)

    def _get_joined_readings(self, one: str, other: str) -> Readings:
        """The readings of two words without the space between them: "over dose", "can t"."""
        both = one + other
        if both in self.forms and (len(both) > MIN_GUESSED_LENGTH or len(other) <= 2):
            return self.get_readings(both)
        if len(both) < MIN_TWO_LETTERS_LENGTH - 1:
            return frozenset()
        if self.knows(one) and self.knows(other):
            return frozenset()
        return self.get_readings(both)

    def _compute_readings(self, word: str) -> Readings:
        """The word itself and the stems of what it may be."""
        readings = set(self._get_exact_readings(word))
        if not self.knows(word) and word not in self.everyday_words:
            for form in self._guess_forms(word):
                readings |= self._get_exact_readings(form)
        return frozenset(readings)

    def _get_exact_readings(self, word: str) -> Readings:
        """The readings of a word that is spelled as it is meant."""
        language = self.language
        return frozenset({EXACT_PREFIX + language.compare_as(word), language.stem(word)})

    def _compute_guesses(self, word: str) -> set[str]:
        """The words that a typed one may be: alike in sound, or nearest by a letter or two.

        One without a vowel may be any word with its consonants: "chst" is "chest".
        """
        if len(word) >= MIN_CONSONANTS and not VOWELS.search(word):
            return self.forms_by_consonants.get(word, set())
        if not MIN_GUESSED_LENGTH <= len(word) <= MAX_WORD_LENGTH:
            return set()
        nearest = self._find_nearest_forms(word)
        if len(word) > MIN_GUESSED_LENGTH:
            nearest |= self.forms_by_sound.get(self.language.encode_sound(word), set())
            nearest |= self.forms_by_letters.get(_jumble(word), set())
        return nearest

    def _find_nearest_forms(self, word: str) -> set[str]:
        """The words that differ from a typed one by the fewest letters, none if by too many."""
        nearest: set[str] = set()
        least = TOO_FAR
        for form in self._iter_similar_forms(word):
            distance = _compute_distance(word, form)
            if distance < least:
                least = distance
                nearest = {form}
            elif distance == least < TOO_FAR:
                nearest.add(form)
        return nearest

    def _iter_similar_forms(self, word: str) -> Iterator[str]:
        """The words with the first letter of this one, or with its first two letters swapped.

        Only those that are nearly as long: others differ by too many letters.
        """
        distance = 2 if len(word) >= MIN_TWO_LETTERS_LENGTH - 2 else 1
        swapped = word[1] + word[0]
        for length in range(len(word) - distance, len(word) + distance + 1):
            yield from self.forms_by_start.get((word[0], length), ())
            if word[0] != word[1]:
                for form in self.forms_by_start.get((word[1], length), ()):
                    if form.startswith(swapped):
                        yield form

    def _compute_parts(self, word: str) -> tuple[str, ...]:
        """The words that were typed as one; the word alone where it is one, or is unknown."""
        if not MIN_GUESSED_LENGTH + 2 <= len(word) <= MAX_WORD_LENGTH:
            return (word,)
        if self.knows(word) or word in self.everyday_words:
            return (word,)
        parts = self._split_into_forms(word) or self._split_in_two(word)
        if parts and max(map(len, parts)) > 3:
            return parts
        return (word,)

    def _split_into_forms(self, word: str) -> tuple[str, ...]:
        """The fewest known words of which a word consists; empty if it does not."""
        best: dict[int, tuple[str, ...]] = {0: ()}
        for end in range(1, len(word) + 1):
            for start in range(end):
                part = word[start:end]
                if start not in best or not self._is_word_part(part):
                    continue
                if end not in best or len(best[start]) + 1 < len(best[end]):
                    best[end] = (*best[start], part)
        return best.get(len(word), ())

    def _is_word_part(self, word: str) -> bool:
        return word in self.forms and (len(word) > 1 or word in "ia")

    def _split_in_two(self, word: str) -> tuple[str, ...]:
        """Two known words, or a known and a mistyped one, of which a word consists."""
        best: tuple[str, ...] = ()
        for cut in range(MIN_GUESSED_LENGTH - 1, len(word) - MIN_GUESSED_LENGTH + 2):
            parts = (word[:cut], word[cut:])
            known = [part for part in parts if part in self.forms]
            if len(known) == 2:
                return parts
            if known and not best and all(map(self._is_known_or_guessed, parts)):
                best = parts
        return best

    def _is_known_or_guessed(self, word: str) -> bool:
        if word in self.forms:
            return True
        if word in self.everyday_words or len(word) < MIN_GUESSED_LENGTH:
            return False
        return bool(self._guess_forms(word))


def _jumble(word: str) -> str:
    """The same for words with the same ends and the same letters between: "tounge", "tongue"."""
    return word[0] + "".join(sorted(word[1:-1])) + word[-1]


def _compute_distance(word: str, form: str) -> int:
    """The letters in which a typed word differs from another; TOO_FAR if it is no mistake."""
    limit = 2 if len(form) >= MIN_TWO_LETTERS_LENGTH else 1
    distance = OSA.distance(word, form, score_cutoff=limit)
    return distance if distance <= limit else TOO_FAR
