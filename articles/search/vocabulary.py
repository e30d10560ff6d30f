"""The words of all names: how distinctive each is, and which may be meant by a mistyped word."""

import math
import threading
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from articles.db.prepared import PreparedQuery
from articles.models import PublicationEvent, Revision, SearchEntry
from articles.search import synonyms
from articles.search.query_parser import QueryTerm
from articles.search.sounds import encode_sound
from articles.search.urgent_phrases import is_ordinary_word
from articles.search.wording import load_people
from articles.search.words import (
    DESCRIPTIVE_WORDS,
    QUESTION_WORDS,
    build_key,
    stem,
    stem_text,
)

MAX_AGE = 30.0  # seconds until a process asks whether there are newer words
MAX_GUESSES = 16
MAX_NEAR_WORDS = 40  # near words of which the best are guessed
MIN_GUESSED_LENGTH = 3
MIN_TWO_LETTERS_LENGTH = 8  # of a word in which two letters may differ
REVISIONS_PER_QUERY = 200
ENTRIES_READ, KEYS_READ = 2_000, 10_000  # at once
ENOUGH_STARTS = 3  # names with a beginning, so that it is no mistake
MAX_LETTERS_OF_SOUND = 4  # that may differ between words that sound alike
DESCRIPTIVE_FACTOR = 0.5  # of the weight of another word
# Endings of the forms of a word, and what the word itself has instead.
FORM_ENDINGS = (
    ("s", ""),
    ("es", ""),
    ("ed", ""),
    ("ed", "e"),
    ("ing", ""),
    ("ing", "e"),
    ("er", ""),
    ("er", "e"),
    ("y", ""),
    ("y", "e"),
    ("ly", ""),
    ("ness", ""),
    ("ies", "y"),
    ("ied", "y"),
    ("iness", "y"),
    ("iness", ""),
    ("ily", "y"),
    ("ion", ""),
    ("ion", "e"),
    ("ions", "e"),
    ("or", "e"),
    ("ment", ""),
)


class WordOption(NamedTuple):
    """A word, or two, that may be meant, and the number of letters that differ from what is."""

    text: str
    distance: int


@dataclass(frozen=True)
class Vocabulary:
    """Words and stems with the number of entries that have them in a name, and all entries.

    ``withdrawn`` has, by the key of a name, the withdrawals of pages that nobody can read now.
    """

    words: dict[str, int]
    stems: dict[str, int]
    entries: int
    withdrawn: dict[str, list[int]]

    def weight(self, term: QueryTerm) -> float:
        """How distinctive a term is: more in few names, less in none or if it only describes."""
        most = 0
        for variant in term:
            counts = [self.stems.get(stem, 0) for stem in variant.stems]
            most = max(most, min(counts, default=0))
        weight = math.log(1 + self.entries / (1 + most))
        if not most or _get_descriptive_stems().issuperset(term[0].stems):
            return weight * DESCRIPTIVE_FACTOR
        return weight

    def has_name_with(self, term: QueryTerm) -> bool:
        """Whether any name has a term, by the words of one of its variants."""
        return any(all(stem in self.stems for stem in variant.stems) for variant in term)

    def select_distinctive(self, terms: tuple[QueryTerm, ...]) -> list[QueryTerm]:
        """The most distinctive terms. What has only others has too little of the query."""
        weights = [self.weight(term) for term in terms]
        least = max(weights, default=0.0) / 2
        return [term for term, weight in zip(terms, weights, strict=True) if weight >= least]

    @cached_property
    def all_words(self) -> dict[str, int]:
        """The words of names, and the lay words and words for people that lead to a name."""
        words = dict(self.words)
        for word, stems in chain(synonyms.load_words().items(), load_people().items()):
            if word not in words:
                count = max((self.stems.get(stem, 0) for stem in stems), default=0)
                if count:
                    words[word] = count
        return words

    @cached_property
    def _sorted_words(self) -> list[str]:
        return sorted(self.all_words)

    @cached_property
    def _words_by_length(self) -> dict[int, list[str]]:
        by_length: dict[int, list[str]] = defaultdict(list)
        for word in self.all_words:
            by_length[len(word)].append(word)
        return by_length

    @cached_property
    def _words_by_sound(self) -> dict[str, list[str]]:
        by_sound: dict[str, list[str]] = defaultdict(list)
        for word in self.all_words:
            if len(word) >= MIN_GUESSED_LENGTH:
                by_sound[encode_sound(word)].append(word)
        return by_sound

    def prepare(self) -> None:
        """Put the words in their orders now, and not when one is guessed for the first time."""
        for words in (self._sorted_words, self._words_by_length, self._sorted_sounds):
            assert words is not None

    def knows(self, word: str) -> bool:
        """Whether a word is one of these, or another form of one."""
        return word in self.all_words or (stem(word) in self.stems and not self.is_in_doubt(word))

    def is_in_doubt(self, word: str) -> bool:
        """Whether a word only has the stem of a known one, and is no form of it.

        "Migrane" has the stem of "migrans", as "migrate" would, and is a mistyped "migraine".
        """
        stem_of_word = stem(word)
        if word in self.all_words or stem_of_word not in self.stems:
            return False
        bases = _list_base_forms(word)
        start = stem_of_word[:-1]
        place = bisect_left(self._sorted_words, start)
        while place < len(self._sorted_words) and self._sorted_words[place].startswith(start):
            other = self._sorted_words[place]
            if stem(other) == stem_of_word and bases & _list_base_forms(other):
                return False
            place += 1
        return True

    def guess_words(self, word: str) -> list[WordOption]:
        """Known words that may be meant, the likeliest first."""
        if len(word) < MIN_GUESSED_LENGTH:
            return []
        near = self._find_near_words(word)
        for base in _list_base_forms(word):
            if base in self.all_words:
                near[base] = 1
        alike = self._find_words_alike_in_sound(word)
        distances = near | dict.fromkeys(alike, 1)
        distances.pop(word, None)
        first_sound = encode_sound(word)[:1]

        def get_sort_key(guess: str) -> tuple:
            """Nearest first; then with the same first sound; then in the most names."""
            other_start = encode_sound(guess)[:1] != first_sound
            return (distances[guess], other_start, -self.all_words[guess], guess)

        nearest = sorted(distances, key=get_sort_key)[:MAX_GUESSES]
        return [WordOption(guess, distances[guess]) for guess in nearest]

    def _find_near_words(self, word: str) -> dict[str, int]:
        """The words that differ in a letter, or two in a long word, and in how many."""
        limit = 1 if len(word) < MIN_TWO_LETTERS_LENGTH else 2
        distances: dict[str, int] = {}
        for length in range(max(len(word) - limit, MIN_GUESSED_LENGTH), len(word) + limit + 1):
            near = process.extract(
                word,
                self._words_by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=limit,
                limit=MAX_NEAR_WORDS,
            )
            distances.update((guess, int(distance)) for guess, distance, _ in near)
        return distances

    def _find_words_alike_in_sound(self, word: str) -> list[str]:
        """The words that sound like this one and do not differ in too many letters."""
        alike = []
        for guess in self._words_by_sound.get(encode_sound(word), ()):
            if OSA.distance(word, guess) <= MAX_LETTERS_OF_SOUND:
                alike.append(guess)
        return alike

    @cached_property
    def _sorted_sounds(self) -> list[str]:
        return sorted(self._words_by_sound)

    def find_words_by_beginning_of_sound(self, sound: str) -> list[str]:
        """The words whose sound begins so."""
        words: list[str] = []
        place = bisect_left(self._sorted_sounds, sound)
        while place < len(self._sorted_sounds) and self._sorted_sounds[place].startswith(sound):
            words += self._words_by_sound[self._sorted_sounds[place]]
            place += 1
        return words

    def iter_words_with_start(self, start: str) -> Iterator[str]:
        """The words that begin so, in the order of the alphabet."""
        place = bisect_left(self._sorted_words, start)
        while place < len(self._sorted_words) and self._sorted_words[place].startswith(start):
            yield self._sorted_words[place]
            place += 1

    def has_enough_starts(self, start: str) -> bool:
        """Whether so many names have a word that begins so that no other need be guessed."""
        count = 0
        for word in self.iter_words_with_start(start):
            count += self.all_words[word]
            if count >= ENOUGH_STARTS:
                return True
        return False

    def join_words(self, words: list[str]) -> list[str]:
        """The words with spaces corrected: "head ache" is one word, "dr ymouth" is "dry mouth"."""
        joined: list[str] = []
        for word in words:
            better = self._join_pair(joined[-1], word) if joined else []
            if better:
                joined[-1:] = better
            else:
                joined.append(word)
        return joined

    def _join_pair(self, first: str, second: str) -> list[str]:
        """The known word or words that two words make with another space or none; empty if none."""
        if first in QUESTION_WORDS:
            return []
        together = first + second
        if together in self.all_words:
            return [together]
        if is_ordinary_word(second) or self.knows(second):
            return []
        if self.knows(first):
            alike = self._find_words_alike_in_sound(together)
            return (alike or self._find_words_alike_in_sound(together.removesuffix("s")))[:1]
        return self.split_word(together)

    def split_word(self, word: str) -> list[str]:
        """Two known words that were typed as one, "backpain" or "back.pain"; empty if none."""
        best: list[str] = []
        most = 0
        for first, second in _iter_splits(word):
            if first in self.words and second in self.words:
                count = min(self.words[first], self.words[second])
                if count > most:
                    best = [first, second]
                    most = count
        return best


def _iter_splits(word: str) -> Iterator[tuple[str, str]]:
    """A word in two parts of at least three letters, also without the letter between them."""
    for skipped in (0, 1):
        for end in range(3, len(word) - 2 - skipped):
            yield word[:end], word[end + skipped :]


def _list_base_forms(word: str) -> set[str]:
    """The words of which a word may be a form: "itch" of "itches", "breathe" of "breathing"."""
    bases = {word}
    for ending, instead in FORM_ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            base = word.removesuffix(ending)
            bases.add(base + instead)
            if base[-1] == base[-2]:
                bases.add(base[:-1])  # "cramping" is written with one m more in some words
    return bases


@cache
def _get_descriptive_stems() -> frozenset[str]:
    return frozenset(map(stem, DESCRIPTIVE_WORDS))


_names_of_revisions: dict[int, tuple[str, ...]] = {}


class _NameWords:
    """The words and stems of the names of all entries, and which entry brought which."""

    def __init__(self) -> None:
        self._rows: dict[int, str] = {}  # by key of the entry: a line of words, one of stems
        self._words: Counter[str] = Counter()
        self._stems: Counter[str] = Counter()

    def update(self) -> None:
        """Read the entries that are new, and forget those that are gone. Two queries at least."""
        keys = set(SearchEntry.objects.order_by().values_list("pk", flat=True).iterator(KEYS_READ))
        for key in self._rows.keys() - keys:
            self._count(self._rows.pop(key), -1)
        new = sorted(keys - self._rows.keys())
        for start in range(0, len(new), ENTRIES_READ):
            for row in _entries_query.fetch(keys=new[start : start + ENTRIES_READ]):
                self._add(*row)

    def _add(self, key: int, spoken: str, title: str, names: str) -> None:
        stems = " ".join({*title.split(), *names.split()})
        self._rows[key] = f"{spoken}\n{stems}"
        self._count(self._rows[key], 1)

    def _count(self, row: str, number: int) -> None:
        for counter, line in zip((self._words, self._stems), row.split("\n"), strict=True):
            for word in line.split():
                counter[word] += number
                if not counter[word]:
                    del counter[word]

    def build(self) -> Vocabulary:
        words, stems = dict(self._words), dict(self._stems)
        return Vocabulary(words, stems, len(self._rows), _load_withdrawn())


_entries_query = PreparedQuery(
    lambda keys: (
        SearchEntry.objects.filter(pk__any_of=keys)
        .order_by()
        .values_list("pk", "spoken", "title_words", "name_words")
    ),
    keys=list[int],
)


class _VocabularyCache:
    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        _names_of_revisions.clear()
        self.names = _NameWords()
        self.vocabulary: Vocabulary | None = None
        self.site_revision: int | None = None
        self.checked_at = float("-inf")


_cache = _VocabularyCache()
clear_cache = _cache.clear


def get_current() -> Vocabulary:
    """The words of now or half a minute ago: old ones cost a guess, never show a private page.

    After an event only what it changed is read.
    """
    with _cache.lock:
        if _cache.vocabulary is None or time.monotonic() - _cache.checked_at > MAX_AGE:
            revision = PublicationEvent.objects.site_revision()
            if _cache.vocabulary is None or revision != _cache.site_revision:
                _cache.names.update()
                _cache.vocabulary = _cache.names.build()
                _cache.site_revision = revision
            _cache.checked_at = time.monotonic()
        return _cache.vocabulary


def _load_withdrawn() -> dict[str, list[int]]:
    """By the key of each name the newest withdrawal of a page that is not public."""
    withdrawals = PublicationEvent.objects.filter(
        kind=PublicationEvent.EventKind.WITHDRAW, article__live=None
    )
    newest = withdrawals.order_by("id").values_list("article", "id", "revision")
    events = {article: (event, revision) for article, event, revision in newest}
    names = _load_names(sorted(revision for _, revision in events.values()))
    keys: dict[str, list[int]] = defaultdict(list)
    for event, revision in events.values():
        for name in names[revision]:
            keys[build_key(stem_text(name))].append(event)
    return dict(keys)


def _load_names(revisions: list[int]) -> dict[int, tuple[str, ...]]:
    """The names in these revisions, which never change, so that they are read once."""
    missing = [key for key in revisions if key not in _names_of_revisions]
    for start in range(0, len(missing), REVISIONS_PER_QUERY):
        some = Revision.objects.filter(pk__in=missing[start : start + REVISIONS_PER_QUERY])
        for revision in some:
            names: tuple[str, ...] = ()
            if not revision.expunged:
                document = revision.read()
                names = (document.title, *document.names)
            _names_of_revisions[revision.pk] = names
    return {key: _names_of_revisions.get(key, ()) for key in revisions}
