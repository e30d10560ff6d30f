"""Attributes in rich text: those that a page may carry, and others, whose words nobody sees."""

import re
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple

from articles.tables import SPANS, TAGS

CARRIED = {"a": {"href"}, "td": set(SPANS), "th": {*SPANS, "scope"}}
# A tag with attributes, unless it is one that was saved here: by far most texts have no other.
ANOTHER = re.compile(
    r'<(?!a href="[^"]*">|td(?: (?:col|row)span="\d+")+>|th scope="(?:col|row)"(?: (?:col|row)span="\d+")*>)'
    r"[a-zA-Z][^\s<>/]*[\s/]"
)
COUNT = re.compile(r"[0-9]{1,2}")
AROUND_CELLS = TAGS - {"td", "th", "caption"}  # no words can stand in these
VOID = {"br"}


class Foreign(NamedTuple):
    """An attribute that no page may carry: of which element, its name and what it says."""

    tag: str
    name: str
    value: str

    def __str__(self):
        return f"[{self.name}: {self.value}]" if self.value else f"[{self.name}]"


def foreign(html: str) -> list[Foreign]:
    """The attributes of a rich text that no page may carry, in their order."""
    return _read(html).found if ANOTHER.search(html) else []


def bare(html: str) -> str:
    """The same rich text without them, for printing what was signed before they were refused."""
    return "".join(_read(html).bare) if ANOTHER.search(html) else html


def spoken(html: str) -> str:
    """The same rich text with them as words, ``[title: …]``, for whoever compares two texts."""
    return "".join(_read(html).spoken) if ANOTHER.search(html) else html


def _read(html: str) -> "_Attributes":
    reader = _Attributes()
    reader.feed(html)
    reader.close()
    return reader


def _may_carry(tag: str, name: str, value: str) -> bool:
    if name not in CARRIED.get(tag, ()):
        return False
    if name == "scope":
        return value in ("col", "row")
    return name == "href" or COUNT.fullmatch(value) is not None


class _Attributes(HTMLParser):
    """Copies rich text twice: without foreign attributes, and with them as words."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.found: list[Foreign] = []
        self.bare: list[str] = []
        self.spoken: list[str] = []
        self.waiting = ""  # words for the next cell, or for after the table

    def handle_starttag(self, tag, attrs):
        said = [(name, value or "") for name, value in attrs]
        found = [Foreign(tag, name, value) for name, value in said if not _may_carry(tag, name, value)]
        if not found:
            self._tag(tag, self.get_starttag_text(), "")
            return
        kept = (f' {name}="{escape(value)}"' for name, value in said if _may_carry(tag, name, value))
        self.found += found
        self._tag(tag, f"<{tag}{''.join(kept)}>", escape(" ".join(map(str, found)), quote=False) + " ")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def _tag(self, tag: str, start: str, words: str) -> None:
        self.bare.append(start)
        if tag in AROUND_CELLS:
            self.waiting += words
            words = ""
        elif self.waiting:
            words, self.waiting = self.waiting + words, ""
        self.spoken += [words, start] if tag in VOID else [start, words]

    def handle_endtag(self, tag):
        self._copy(f"</{tag}>")
        if tag == "table" and self.waiting:
            self.spoken.append(f"<p>{self.waiting}</p>")
            self.waiting = ""

    def _copy(self, text: str) -> None:
        self.bare.append(text)
        self.spoken.append(text)

    def handle_data(self, data):
        self._copy(data)

    def handle_entityref(self, name):
        self._copy(f"&{name};")

    def handle_charref(self, name):
        self._copy(f"&#{name};")
