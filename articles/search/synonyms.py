"""Synonyms: what people call it and what clinicians call it, a line each in ``lay_words.txt``."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from articles.search.words import LINKING_WORDS, select_content_words, split_words, stem

Stems = tuple[str, ...]
MAX_NAME_WORDS = 4
BODY_HEADING = "# The body"


@cache
def load_synonyms() -> dict[Stems, tuple[Stems, ...]]:
    """The stems of a name → those of the other names of its line.

    A name is recognised by all of its words, "cannot sleep", and looked for by its content words.
    Where only "sleep" remains it would find too much, so it is not looked for by that name.
    """
    synonyms: dict[Stems, list[Stems]] = defaultdict(list)
    for names in load_lines():
        _add_line(synonyms, [split_words(name) for name in names])
    return {name: tuple(others) for name, others in synonyms.items() if others}


@cache
def load_lines() -> list[list[str]]:
    """The names of each line, as they are written."""
    return [names for _, names in _iter_lines()]


def _iter_lines() -> Iterator[tuple[str, list[str]]]:
    """Each line of names with the heading above it."""
    heading = ""
    for line in (Path(__file__).parent / "lay_words.txt").read_text().splitlines():
        if line.startswith("#"):
            heading = line
        elif line:
            yield heading, [name.strip() for name in line.split(";")]


def _add_line(synonyms: dict[Stems, list[Stems]], names: list[list[str]]) -> None:
    recognised: set[Stems] = set()
    searched: set[Stems] = set()
    for name in names:
        content_words = select_content_words(name)
        recognised.add(_stem_all(name))
        if content_words == name or len(content_words) > 1:
            searched.add(_stem_all(content_words))
    for stems in recognised:
        others = searched - {stems} - set(synonyms[stems])
        synonyms[stems] += sorted(others)


def _stem_all(words: list[str]) -> Stems:
    return tuple(map(stem, words))


def get_synonyms(stems: Stems) -> tuple[Stems, ...]:
    return load_synonyms().get(stems, ())


def find_longest_name(stems: Sequence[str]) -> int:
    """The number of stems of the longest name with synonyms that these begin with; 0 if none."""
    for length in range(min(MAX_NAME_WORDS, len(stems)), 0, -1):
        if get_synonyms(tuple(stems[:length])):
            return length
    return 0


@cache
def load_scattered_names() -> dict[frozenset[str], Stems]:
    """Names of two or three content words by the set of these: "my nose is always running".

    A name of which another word matters, "cannot see", is not among them.
    """
    scattered: dict[frozenset[str], Stems] = {}
    for names in load_lines():
        for name in names:
            words = [word for word in split_words(name) if word not in LINKING_WORDS]
            if 1 < len(words) < MAX_NAME_WORDS and select_content_words(words) == words:
                scattered.setdefault(frozenset(map(stem, words)), _stem_all(split_words(name)))
    return scattered


def is_name(stems: Stems) -> bool:
    """Whether words of these stems are a name, in this order or, if no other matters, in any."""
    return bool(get_synonyms(stems)) or frozenset(stems) in load_scattered_names()


@cache
def load_words() -> dict[str, frozenset[str]]:
    """Each word of a name with the stems of what is looked for by the names that have it."""
    words: dict[str, set[str]] = defaultdict(set)
    for names in load_lines():
        stems: set[str] = set()
        for name in names:
            stems.update(map(stem, select_content_words(split_words(name))))
        for name in names:
            for word in select_content_words(split_words(name)):
                words[word] |= stems
    return {word: frozenset(stems) for word, stems in words.items()}


@cache
def load_body_stems() -> frozenset[str]:
    """The stems of single words for parts of the body."""
    stems: set[str] = set()
    for heading, names in _iter_lines():
        if heading == BODY_HEADING:
            stems.update(stem(name) for name in map(str.lower, names) if " " not in name)
    return frozenset(stems)
