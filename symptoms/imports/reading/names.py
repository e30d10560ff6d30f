"""Names as sources write them, as titles, names inside a sentence and other names."""

import re
from collections.abc import Iterable

from articles.fields import fold
from articles.imports.reading.tally import Tally

LONGEST = 200
OBSOLETE = re.compile(r"^obsolete[ _]", re.IGNORECASE)


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def title(name: str) -> str:
    """With a capital, as ontologies begin names with small letters; but not pH and mRNA."""
    return name if name[1:2].isupper() else name[:1].upper() + name[1:]


def keeps_capital(name: str) -> bool:
    """EEG, T-wave, C1, Pel-Epstein, Raynaud's: whether the first word keeps its capital inside a sentence."""
    first, rest = name.partition(" ")[0], name[1:2]
    shows = any(letter.isupper() or letter.isdigit() for letter in first[1:])
    return shows or not rest.isalpha() or first.endswith(("'s", "’s"))


def phrase(name: str, *, capital_means_it: bool = False) -> dict:
    """The name inside a sentence, where it is not the title with a small first letter.

    In a source that begins names with small letters, a capital is meant.
    """
    meant = name[:1].isupper() and (capital_means_it or keeps_capital(name))
    return {"phrase": name} if meant else {}


def others(line: int, found: Iterable[str], title: str, tally: Tally) -> list[str]:
    """Other names, each once, without the title itself."""
    kept: dict[str, str] = {}
    for name in map(one_line, found):
        if len(name) > LONGEST:
            tally.add(line, f"Other names of more than {LONGEST} characters left out")
        elif name and fold(name) != fold(title):
            kept.setdefault(fold(name), name)
    return list(kept.values())


def without_obsolete(name: str) -> str:
    return title(OBSOLETE.sub("", name).strip())


def trouble(name: str, what: str = "title") -> str:
    """Why something cannot be called so; empty where it can."""
    if not name:
        return f"The record has no {what}."
    return f"The {what} is longer than {LONGEST} characters." if len(name) > LONGEST else ""
