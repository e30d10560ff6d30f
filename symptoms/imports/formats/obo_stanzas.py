"""OBO as text: stanzas of tags and values, with escapes, quotes, qualifiers and remarks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from articles.imports.formats import UnreadableFile, files

STANZA_HEADER = re.compile(r"\[(\w+)\]\s*(?:\{[^{}]*\}\s*)?(?:!.*)?$")
TAG_LINE = re.compile(r"([A-Za-z][\w-]*):\s*(.*)$")
QUOTED_TEXT = re.compile(r'"((?:[^"\\]|\\.)*+)"\s*(.*)$')
# What a value is made of: an escaped sign, a quoted text, a run of plain signs, or a single one.
PART = re.compile(r'\\.|"(?:[^"\\]|\\.)*+"|[^\\"{!\s]++|\s++|.')
QUALIFIERS = re.compile(r'\{(?:[^{}"\\]|\\.|"(?:[^"\\]|\\.)*+")*+\}')
AFTER_QUALIFIERS = re.compile(r"\s*+(?:!|$)")
CITED_SOURCES = re.compile(r"\[((?:[^\]\\]|\\.)*+)\]")
COMMA = re.compile(r"(?<!\\),\s*")
DESCRIPTION = re.compile(r'"(?:[^"\\]|\\.)*+"$')
ESCAPES = {"n": "\n", "t": "\t", "W": " "}
ESCAPE = re.compile(r"\\(.)")
FREE_TEXT_TAGS = {"name", "comment"}  # a quotation mark in them is a sign like others
QUOTED_TAGS = {"def", "synonym"}  # unescaped once their quotation marks are found
SINGLE_TAGS = {"id", "name", "def", "is_obsolete"}


@dataclass(slots=True)
class OboStanza:
    """A stanza as written: its kind, its first line, and the values of each tag in order."""

    kind: str
    line: int
    values: dict[str, list[str]] = field(default_factory=dict)
    trouble: str = ""

    def get_value(self, tag: str) -> str:
        return self.values.get(tag, [""])[0]

    def get_values(self, tag: str) -> list[str]:
        return self.values.get(tag, [])

    def is_true(self, tag: str) -> bool:
        return self.get_value(tag).lower() == "true"


def unescape(text: str) -> str:
    return ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), text)


def split_quoted(value: str) -> tuple[str, str]:
    """The text between quotation marks and what follows it. Raises ValueError if there is none."""
    found = QUOTED_TEXT.match(value)
    if not found:
        raise ValueError("The text is not between quotation marks.")
    return unescape(found[1]), found[2]


def parse_sources(rest: str) -> list[str]:
    """The sources in square brackets, without their descriptions."""
    found = CITED_SOURCES.search(rest)
    if not found:
        return []
    parts = COMMA.split(found[1])
    return [unescape(DESCRIPTION.sub("", part)).strip() for part in parts if part.strip()]


def strip_remark(value: str, *, has_quotes: bool = True) -> str:
    """A value without the qualifiers (``{source="x"}``) and the remark (``! x``) at its end.

    A remark begins with an exclamation mark after a space. Escaped and quoted signs are text.
    """
    place = 0
    after_space = True
    while found := PART.match(value, place):
        part = found[0]
        if part[0] == '"' and not has_quotes:
            part = '"'
        if part == "!" and after_space:
            break
        if part == "{":
            qualifiers = QUALIFIERS.match(value, place)
            if qualifiers and AFTER_QUALIFIERS.match(value, qualifiers.end()):
                break
        after_space = part.isspace()
        place += len(part)
    return value[:place].rstrip()


def read_stanzas(source) -> Iterator[OboStanza]:
    """The header, with an empty kind, and each stanza. Only one is in memory at a time."""
    stanza = OboStanza("", 1)
    size = 0
    for number, text, trouble in _join_lines(source):
        header = STANZA_HEADER.match(text)
        if header:
            yield stanza
            stanza = OboStanza(header[1], number)
            size = 0
            continue
        size += len(text)
        if size > files.MAX_LINE_LENGTH:
            raise UnreadableFile(
                f"Line {stanza.line:,}: a term is longer than {files.MAX_LINE_LENGTH:,} characters."
            )
        if trouble:
            stanza.trouble = stanza.trouble or f"Line {number:,}: {trouble}"
        elif text and not text.startswith("!"):
            _add_line(stanza, number, text)
    yield stanza


def _join_lines(source) -> Iterator[files.TextLine]:
    """The lines without spaces around them. One that ends with a backslash goes on in the next.

    Raises UnreadableFile if such lines are too long together.
    """
    parts: list[str] = []
    length = first = 0
    trouble = ""
    for line in files.read_lines(source):
        text = line.text.strip()
        first = first or line.number
        trouble = trouble or line.trouble
        goes_on = (len(text) - len(text.rstrip("\\"))) % 2 == 1
        parts.append(text[:-1] if goes_on else text)
        length += len(text)
        if length > files.MAX_LINE_LENGTH:
            raise UnreadableFile(
                f"Line {first:,}: a line goes on for more than {files.MAX_LINE_LENGTH:,} "
                "characters."
            )
        if not goes_on:
            yield files.TextLine(first, "".join(parts).strip(), trouble)
            parts, length, first, trouble = [], 0, 0, ""
    if parts:
        yield files.TextLine(first, "".join(parts).strip(), trouble)


def _add_line(stanza: OboStanza, number: int, text: str) -> None:
    found = TAG_LINE.match(text)
    if not found:
        stanza.trouble = stanza.trouble or f"Line {number:,} is no “tag: value”."
        return
    tag = found[1]
    value = strip_remark(found[2], has_quotes=tag not in FREE_TEXT_TAGS)
    if tag in SINGLE_TAGS and tag in stanza.values:
        stanza.trouble = (
            stanza.trouble or f"Line {number:,}: “{tag}” is there twice in this term. Keep one."
        )
    if tag not in QUOTED_TAGS:
        value = unescape(value)
    stanza.values.setdefault(tag, []).append(value.strip())
