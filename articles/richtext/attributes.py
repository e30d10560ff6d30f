"""Attributes in rich text: those that a page may carry, and others, which nobody sees."""

import re
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple

from articles.richtext.tables import TABLE_TAGS
from articles.richtext.vocabulary import is_allowed

# A tag with attributes, unless it is as it is saved here. Most texts have no other.
MAYBE_FOREIGN = re.compile(
    r'<(?!a href="[^"]*">|td(?: (?:col|row)span="\d+")+>'
    r'|th scope="(?:col|row)"(?: (?:col|row)span="\d+")*>'
    r'|ol(?: start="(?:[2-9]|[1-9]\d{1,3})")?(?: type="[aAiI]")?>)'
    r"[a-zA-Z][^\s<>/]*[\s/]"
)
TABLE_STRUCTURE_TAGS = TABLE_TAGS - {"td", "th", "caption"}  # no words can stand in these
VOID_TAGS = {"br"}


class ForeignAttribute(NamedTuple):
    """An attribute that no page may carry: its element, its name and its value."""

    tag: str
    name: str
    value: str

    def __str__(self) -> str:
        if not self.value:
            return f"[{self.name}]"
        return f"[{self.name}: {self.value}]"


def find_foreign(html: str) -> list[ForeignAttribute]:
    """The attributes of a rich text that no page may carry, in their order."""
    if not MAYBE_FOREIGN.search(html):
        return []
    return _parse(html).found


def remove_foreign(html: str) -> str:
    """The same rich text without them, to show what was signed before they were refused."""
    if not MAYBE_FOREIGN.search(html):
        return html
    return "".join(_parse(html).without_foreign)


def show_foreign_as_text(html: str) -> str:
    """The same rich text with them as words, ``[title: …]``, to compare two texts."""
    if not MAYBE_FOREIGN.search(html):
        return html
    return "".join(_parse(html).with_text)


def _parse(html: str) -> "_AttributeParser":
    parser = _AttributeParser()
    parser.feed(html)
    parser.close()
    return parser


class _AttributeParser(HTMLParser):
    """Copies rich text twice: without foreign attributes, and with them as words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[ForeignAttribute] = []
        self.without_foreign: list[str] = []
        self.with_text: list[str] = []
        self.pending_text = ""  # words for the next cell, or for after the table

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        foreign: list[ForeignAttribute] = []
        allowed = ""
        for name, value in attrs:
            value = value or ""
            if is_allowed(tag, name, value):
                allowed += f' {name}="{escape(value)}"'
            else:
                foreign.append(ForeignAttribute(tag, name, value))
        if not foreign:
            self._write_tag(tag, self.get_starttag_text() or "", "")
            return
        self.found += foreign
        words = " ".join(map(str, foreign))
        self._write_tag(tag, f"<{tag}{allowed}>", f"{escape(words, quote=False)} ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _write_tag(self, tag: str, start: str, words: str) -> None:
        self.without_foreign.append(start)
        if tag in TABLE_STRUCTURE_TAGS:
            self.pending_text += words
            words = ""
        elif self.pending_text:
            words = self.pending_text + words
            self.pending_text = ""
        if tag in VOID_TAGS:
            self.with_text += [words, start]
        else:
            self.with_text += [start, words]

    def handle_endtag(self, tag: str) -> None:
        self._copy(f"</{tag}>")
        if tag == "table" and self.pending_text:
            self.with_text.append(f"<p>{self.pending_text}</p>")
            self.pending_text = ""

    def _copy(self, text: str) -> None:
        self.without_foreign.append(text)
        self.with_text.append(text)

    def handle_data(self, data: str) -> None:
        self._copy(data)

    def handle_entityref(self, name: str) -> None:
        self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._copy(f"&#{name};")
