"""Finds names that look alike, in bounded work: each is compared with its neighbours only."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations

from rapidfuzz import fuzz

from articles.names import fold

WINDOW = 8  # neighbours that a name is compared with, in each order
MIN_RATIO = 90  # per cent, as rapidfuzz counts
MIN_LENGTH = 6  # letters; of shorter names a typing mistake makes another word
MAX_GROUP_SIZE = 20  # names of one key; more are no mistake, and have too many pairs
MAX_PAIRS = 5_000

WORDS = re.compile(r"[^\W_]+")
DIGITS = re.compile(r"\d+")
SMALL_WORDS = {"a", "an", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to", "with"}
# Surest first.
SIMILARITY_LABELS = {
    "same": "Same but for punctuation",
    "plural": "Same but for a plural",
    "order": "Same words, another order",
    "spelling": "Spelled much alike",
}


@dataclass(frozen=True)
class ComparedName:
    """A name, and the key of what it names; ``is_main`` if it is no other name."""

    key: int
    text: str
    is_main: bool = True


@dataclass(frozen=True)
class SimilarPair:
    """Two things that may be one: the names that are alike, and how."""

    one: ComparedName
    other: ComparedName
    similarity: str
    score: float

    @property
    def keys(self) -> frozenset:
        return frozenset((self.one.key, self.other.key))


def find_similar_pairs(names: Iterable[ComparedName]) -> list[SimilarPair]:
    """The pairs of alike names, the surest first; each two things once, as they are most alike."""
    normalized = [NormalizedName(name) for name in names]
    main_names = [name for name in normalized if name.name.is_main]
    found: dict[frozenset, SimilarPair] = {}
    for pair in chain(
        _pair_by_key(normalized, "same", lambda name: "".join(name.words)),
        _pair_by_key(normalized, "plural", lambda name: "".join(name.singular_words)),
        _pair_by_key(normalized, "order", lambda name: " ".join(name.content_words)),
        _pair_neighbours(main_names),
    ):
        found.setdefault(pair.keys, pair)
    return sorted(found.values(), key=_get_sort_key)[:MAX_PAIRS]


def _get_sort_key(pair: SimilarPair) -> tuple:
    return (list(SIMILARITY_LABELS).index(pair.similarity), -pair.score, fold(pair.one.text))


class NormalizedName:
    """A name with the forms of it that are compared."""

    def __init__(self, name: ComparedName):
        self.name = name
        self.words = WORDS.findall(fold(name.text))
        self.singular_words = [_to_singular(word) for word in self.words]
        self.content_words = sorted(set(self.singular_words) - SMALL_WORDS)
        self.text = " ".join(self.singular_words)
        self.digits = DIGITS.findall(self.text)


def _to_singular(word: str) -> str:
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if is_plural else word


def _pair_by_key(
    names: list[NormalizedName], similarity: str, get_key: Callable[[NormalizedName], str]
) -> Iterator[SimilarPair]:
    """Those that have the same key, but name different things."""
    groups = defaultdict(list)
    for name in names:
        groups[get_key(name)].append(name.name)
    groups.pop("", None)
    for group in groups.values():
        for one, other in combinations(group[:MAX_GROUP_SIZE], 2):
            if one.key != other.key:
                yield SimilarPair(one, other, similarity, 100)


def _pair_neighbours(names: list[NormalizedName]) -> Iterator[SimilarPair]:
    """Those that stand near each other by their beginning, their end or their longest word."""
    long_names = [name for name in names if len(name.text) >= MIN_LENGTH]
    orders = (
        lambda name: name.text,
        lambda name: name.text[::-1],
        lambda name: sorted(name.singular_words, key=len, reverse=True),
    )
    for order in orders:
        row = sorted(long_names, key=order)
        for place, one in enumerate(row):
            for other in row[place + 1 : place + 1 + WINDOW]:
                ratio = _compare(one, other)
                if ratio:
                    yield SimilarPair(one.name, other.name, "spelling", ratio)


def _compare(one: NormalizedName, other: NormalizedName) -> float:
    """How alike two names are, in per cent; 0 if too little, or if their numbers differ."""
    if one.name.key == other.name.key or one.digits != other.digits:
        return 0
    return fuzz.ratio(one.text, other.text, score_cutoff=MIN_RATIO)
