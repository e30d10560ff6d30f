"""Synonyms: what people call it and what clinicians call it, a line each in ``lay_words.txt``."""

from collections import defaultdict
from functools import cache
from pathlib import Path

from articles.search.words import select_content_words, split_words, stem

Stems = tuple[str, ...]
MAX_NAME_WORDS = 4


@cache
def load_synonyms() -> dict[Stems, tuple[Stems, ...]]:
    """The stems of a name → those of the other names of its line.

    A name is recognised by all of its words, "cannot sleep", and looked for by its content words.
    Where only "sleep" remains it would find too much, so it is not looked for by that name.
    """
    synonyms: dict[Stems, list[Stems]] = defaultdict(list)
    lines = (Path(__file__).parent / "lay_words.txt").read_text().splitlines()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        names = [split_words(name) for name in line.split(";")]
        _add_line(synonyms, names)
    return {name: tuple(others) for name, others in synonyms.items() if others}


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
