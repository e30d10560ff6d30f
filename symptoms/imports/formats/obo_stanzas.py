"""OBO as text: stanzas of tags and values, with escapes, quotes, cited sources and comments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from articles.imports.formats import UnreadableFile, files

STANZA_HEADER = re.compile(r"\[(\w+)\]\s*(?:!.*)?$")
TAG_LINE = re.compile(r"([A-Za-z][\w-]*):\s*(.*)$")
QUOTED_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(.*)$')
COMMENT = re.compile(r"\s+!\s.*$|\s*\{[^{}]*\}\s*(?:!\s.*)?$")
CITED_SOURCES = re.compile(r"\[((?:[^\]\\]|\\.)*)\]")
COMMA = re.compile(r"(?<!\\),\s*")
DESCRIPTION = re.compile(r'\s*"(?:[^"\\]|\\.)*"\s*$')
ESCAPES = {"n": "\n", "t": "\t", "W": " "}
ESCAPE = re.compile(r"\\(.)")
# No comment is cut off these, as a text may contain “!”.
FREE_TEXT_TAGS = {"def", "synonym", "comment", "name"}
QUOTED_TAGS = {"def", "synonym"}  # unescaped once their quotation marks are found


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


def read_stanzas(source) -> Iterator[OboStanza]:
    """The header, with an empty kind, and each stanza. Only one is in memory at a time."""
    stanza = OboStanza("", 1)
    size = 0
    for number, line, trouble in files.read_lines(source):
        text = line.strip()
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


def _add_line(stanza: OboStanza, number: int, text: str) -> None:
    found = TAG_LINE.match(text)
    if not found:
        stanza.trouble = stanza.trouble or f"Line {number:,} is no “tag: value”."
        return
    tag, value = found[1], found[2]
    if tag not in FREE_TEXT_TAGS:
        value = COMMENT.sub("", value)
    if tag not in QUOTED_TAGS:
        value = unescape(value)
    stanza.values.setdefault(tag, []).append(value.strip())
