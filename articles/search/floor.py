"""The phrases that come with the program, for people to read.

The floor is in the text files; nobody can remove or change a phrase of it while the program runs.
"""

from collections.abc import Iterator
from functools import cache

from articles.care.emergencies import EMERGENCIES
from articles.search.urgent_phrases import read_lines

FLOOR_FILES = ("emergency_phrases.txt", "crisis_phrases.txt", "spanish_phrases.txt")
# By the kind of a section, what its phrases mean; other sections only help to tell them apart.
KIND_LABELS = {
    "now": "it is happening now",
    "topic": "a topic",
    "alone": "a topic, where nothing else is said",
    "name": "its name",
    "done": "somebody has hurt themselves",
    "methods": "somebody asks for ways to do it",
    "crisis": "somebody thinks of it",
}
CRISIS_KINDS = ("done", "methods", "crisis")


@cache
def list_floor() -> list[tuple[str, list[str]]]:
    """Each heading with the phrases under it, as they are written in the files."""
    groups: dict[str, list[str]] = {}
    for heading, line in _iter_phrases():
        groups.setdefault(heading, []).append(line)
    return sorted(groups.items())


def _iter_phrases() -> Iterator[tuple[str, str]]:
    for name in FLOOR_FILES:
        heading = ""
        for line in read_lines(name):
            if line.startswith("["):
                heading = _build_heading(line.strip("[] "))
            elif heading and _is_phrase(line):
                yield heading, line.strip()


def _is_phrase(line: str) -> bool:
    """Whether a line is neither empty, nor a comment, nor a group of words."""
    return bool(line.strip()) and not line.startswith("# ") and " = " not in line


def _build_heading(section: str) -> str:
    """What the phrases of a section are about and mean; empty where it is no phrase by itself."""
    kind, _, subject = section.partition(" ")
    label = KIND_LABELS.get(kind)
    if label is None:
        return ""
    if kind in CRISIS_KINDS:
        return f"Crisis: {label}"
    return f"{EMERGENCIES.get(subject, 'Any emergency')}: {label}"
