"""Names that look alike, found in bounded work: each is compared with its neighbours in a few orders."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz

from articles.fields import fold

WINDOW = 8  # neighbours that a name is compared with, in each order
ALIKE = 90  # per cent, as rapidfuzz counts
SHORTEST = 6  # letters; of shorter names a typing mistake makes another word
A_GROUP = 20  # of one key; more than so many is no slip, and pairs of all would have no end
MOST = 5_000

WORDS = re.compile(r"[^\W_]+")
DIGITS = re.compile(r"\d+")
SMALL = {"a", "an", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to", "with"}
# Surest first.
HOW = {"same": "Same but for punctuation", "plural": "Same but for a plural", "order": "Same words, another order"}
HOW |= {"spelling": "Spelled much alike"}


@dataclass(frozen=True)
class Name:
    """A name of something, by the key of what it names; ``first`` where it is its own name and not another one."""

    key: int
    text: str
    first: bool = True


@dataclass(frozen=True)
class Pair:
    """Two things that may be one: by which names, and how these are alike."""

    one: Name
    other: Name
    how: str
    likeness: float

    @property
    def keys(self) -> frozenset:
        return frozenset((self.one.key, self.other.key))


def pairs(names: Iterable[Name]) -> list[Pair]:
    """The surest first; each two things once, as they are alike most."""
    names = list(names)
    words = {name: WORDS.findall(fold(name.text)) for name in names}
    bare = {name: [_singular(word) for word in found] for name, found in words.items()}
    found: dict[frozenset, Pair] = {}
    for how, key_of in (
        ("same", lambda name: "".join(words[name])),
        ("plural", lambda name: "".join(bare[name])),
        ("order", lambda name: " ".join(sorted(set(bare[name]) - SMALL))),
    ):
        for one, other in _of_one_key(names, key_of):
            found.setdefault(frozenset((one.key, other.key)), Pair(one, other, how, 100))
    for pair in _neighbours([name for name in names if name.first], bare):
        found.setdefault(pair.keys, pair)
    order = list(HOW)
    ranked = sorted(found.values(), key=lambda pair: (order.index(pair.how), -pair.likeness, fold(pair.one.text)))
    return ranked[:MOST]


def _singular(word: str) -> str:
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def _of_one_key(names: list[Name], key_of) -> Iterable[tuple[Name, Name]]:
    groups = defaultdict(list)
    for name in names:
        groups[key_of(name)].append(name)
    for key, group in groups.items():
        for one, other in combinations(group[:A_GROUP], 2) if key else ():
            if one.key != other.key:
                yield one, other


def _neighbours(names: list[Name], bare: dict[Name, list[str]]) -> Iterable[Pair]:
    """Those that stand beside each other by their beginning, by their end, or by their longest word."""
    spelled = {name: " ".join(bare[name]) for name in names}
    long = [name for name in names if len(spelled[name]) >= SHORTEST]
    orders = (
        lambda name: spelled[name],
        lambda name: spelled[name][::-1],
        lambda name: sorted(bare[name], key=len, reverse=True),
    )
    digits = {name: DIGITS.findall(spelled[name]) for name in long}
    for order in orders:
        row = sorted(long, key=order)
        for place, one in enumerate(row):
            for other in row[place + 1 : place + 1 + WINDOW]:
                ratio = fuzz.ratio(spelled[one], spelled[other], score_cutoff=ALIKE)
                if ratio and one.key != other.key and digits[one] == digits[other]:
                    yield Pair(one, other, "spelling", ratio)
