"""Words of somebody who may think of hurting themselves: before any page, the search then shows whom to call."""

from functools import cache
from pathlib import Path

from django.conf import settings

from articles.search.words import stem, words


def line(text: str) -> str:
    """The number to show to whoever typed a text; empty for every other text, and where the site has none."""
    return settings.CRISIS_LINE if told(text) else ""


def told(text: str) -> bool:
    """Whether a text has one of the phrases of ``crisis_words.txt``, in whatever form of its words."""
    said = f" {' '.join(map(stem, words(text)))} "
    return any(f" {phrase} " in said for phrase in _phrases())


@cache
def _phrases() -> tuple[str, ...]:
    lines = Path(__file__).with_name("crisis_words.txt").read_text().splitlines()
    return tuple(" ".join(map(stem, words(line))) for line in lines if line and not line.startswith("#"))
