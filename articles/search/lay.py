"""What people call it and what clinicians call it: the names in ``lay_words.txt`` are looked for as one."""

from collections import defaultdict
from functools import cache
from pathlib import Path

from articles.search.words import stem, telling, words

Stems = tuple[str, ...]
LONGEST = 4  # words of a name


@cache
def table() -> dict[Stems, tuple[Stems, ...]]:
    """A name → the other names of its line, in stems.

    A name is recognised with all of its words, "cannot sleep"; it is looked for by its telling ones. Where only "sleep"
    is left of it, it would find too much, so nothing is looked for by that name.
    """
    found: dict[Stems, list[Stems]] = defaultdict(list)
    lines = (Path(__file__).parent / "lay_words.txt").read_text().splitlines()
    for names in (line.split(";") for line in lines if line and not line.startswith("#")):
        spoken = [words(name) for name in names]
        sought = {tuple(map(stem, telling(name))) for name in spoken if telling(name) == name or len(telling(name)) > 1}
        for name in {tuple(map(stem, name)) for name in spoken}:
            found[name] += sorted(sought - {name} - set(found[name]))
    return {name: tuple(others) for name, others in found.items() if others}


def other_names(stems: Stems) -> tuple[Stems, ...]:
    return table().get(stems, ())
