"""Bounds for HTML before it is parsed, so that parsing takes time that grows with length alone.

Browsers open formatting again in every paragraph until it ends, and look through all elements that
are open at each tag: texts that nobody wrote would take time that grows with the square.
"""

import re
from collections import Counter
from itertools import islice

from articles.richtext.reader.tree import RENAMED_PREFIX, VOID_TAGS

MAX_DEPTH = 200  # elements within each other
MAX_ATTRIBUTES = 100  # of one element
MAX_REOPENED = 3  # times the number of tags
FREELY_REOPENED = 10_000
MAX_TAG_LENGTH = 2_000  # characters of a tag that are taken as they are
TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)"
    r"(?P<rest>(?:[^>=]|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?)*+)>?"
)
ATTRIBUTE = re.compile(r"[^\s=>\"'/]+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"']*+))?")
# Elements that end where the next one begins.
NOT_NESTED_TAGS = VOID_TAGS | {"p", "li", "td", "th", "tr", "dt", "dd", "a", "option"}
REOPENED_TAGS = {
    *("a", "b", "big", "code", "em", "font", "i", "nobr", "small", "strong"),
    *("tt", "u"),
}
REOPENED_TAG = re.compile(rf"<(/?)({'|'.join(REOPENED_TAGS)})(?=[\s/>])", re.IGNORECASE)


def limit(html: str) -> tuple[str, bool]:
    """The HTML within the bounds, and whether tags were left out. No words are lost."""
    parts = []
    end = 0
    open_tags = _OpenTags()
    for tag in TAG.finditer(html):
        name = tag["name"].lower()
        if not open_tags.pass_tag(name, ends=bool(tag["end"])):
            parts.append(html[end : tag.start()])
            end = tag.end()
        elif len(tag["rest"]) > MAX_TAG_LENGTH:
            parts.append(html[end : tag.start()] + _shorten_tag(tag))
            end = tag.end()
    parts.append(html[end:])
    limited = "".join(parts)
    if open_tags.unclosed or open_tags.reopened > MAX_REOPENED * open_tags.number + FREELY_REOPENED:
        # Renamed, they end with the paragraph: what never ends goes no further than its line.
        limited = REOPENED_TAG.sub(rf"<\1{RENAMED_PREFIX}\2", limited)
    return limited, open_tags.was_limited


def _shorten_tag(tag: re.Match[str]) -> str:
    """A tag with the first of its attributes."""
    attributes = islice(ATTRIBUTE.finditer(tag["rest"]), MAX_ATTRIBUTES)
    return f"<{tag['end']}{tag['name']} {' '.join(found[0] for found in attributes)}>"


class _OpenTags:
    """The elements that are open at one place of a text, down to ``MAX_DEPTH``."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.counts: Counter[str] = Counter()
        self.left_out_counts: Counter[str] = Counter()  # open elements that are too deep
        self.unclosed_counts: Counter[str] = Counter()  # of the formatting that may open again
        self.unclosed = 0
        self.number = 0
        self.reopened = 0  # formatting that parsers would open again, at most
        self.was_limited = False

    def pass_tag(self, name: str, *, ends: bool) -> bool:
        """Open or close an element. Returns whether its tag may stay."""
        self.number += 1
        if name in REOPENED_TAGS:
            self._count_formatting(name, ends=ends)
        else:
            self.reopened += self.unclosed
        if name in NOT_NESTED_TAGS:
            return True
        stays = self._close(name) if ends else self._open(name)
        self.was_limited = self.was_limited or not stays
        return stays

    def _count_formatting(self, name: str, *, ends: bool) -> None:
        if not ends:
            self.unclosed_counts[name] += 1
            self.unclosed += 1
        elif self.unclosed_counts[name]:
            self.unclosed_counts[name] -= 1
            self.unclosed -= 1

    def _open(self, name: str) -> bool:
        if len(self.names) >= MAX_DEPTH:
            self.left_out_counts[name] += 1
            return False
        self.names.append(name)
        self.counts[name] += 1
        return True

    def _close(self, name: str) -> bool:
        if self.left_out_counts[name]:
            self.left_out_counts[name] -= 1
            return False
        if self.counts[name]:
            closed = ""
            while closed != name:
                closed = self.names.pop()
                self.counts[closed] -= 1
        return True
