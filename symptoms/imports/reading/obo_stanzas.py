"""OBO as text: stanzas of tags and values, with escapes, quotes, cited sources and comments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from articles.imports.reading import Unreadable, files

STANZA = re.compile(r"\[(\w+)\]\s*(?:!.*)?$")
TAG = re.compile(r"([A-Za-z][\w-]*):\s*(.*)$")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(.*)$')
COMMENT = re.compile(r"\s+!\s.*$|\s*\{[^{}]*\}\s*(?:!\s.*)?$")
SOURCES = re.compile(r"\[((?:[^\]\\]|\\.)*)\]")
COMMA = re.compile(r"(?<!\\),\s*")
DESCRIBED = re.compile(r'\s*"(?:[^"\\]|\\.)*"\s*$')
ESCAPES = {"n": "\n", "t": "\t", "W": " "}
ESCAPE = re.compile(r"\\(.)")
UNQUOTED = {"def", "synonym", "comment", "name"}  # no comment is cut off these: a text may say “!”


@dataclass(slots=True)
class Stanza:
    """A stanza as it stands: its kind, where it begins, and the values of each tag in order."""

    kind: str
    line: int
    values: dict[str, list[str]] = field(default_factory=dict)
    trouble: str = ""

    def one(self, tag: str) -> str:
        return self.values.get(tag, [""])[0]

    def every(self, tag: str) -> list[str]:
        return self.values.get(tag, [])

    def says(self, tag: str) -> bool:
        return self.one(tag).lower() == "true"


def unescaped(text: str) -> str:
    return ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), text)


def quoted(value: str) -> tuple[str, str]:
    """The text between quotation marks and what follows it. Raises ValueError where there is none."""
    if not (found := QUOTED.match(value)):
        raise ValueError("The text is not between quotation marks.")
    return unescaped(found[1]), found[2]


def cited(rest: str) -> list[str]:
    """The sources in square brackets, without their descriptions."""
    found = SOURCES.search(rest)
    parts = COMMA.split(found[1]) if found else []
    return [unescaped(DESCRIBED.sub("", part)).strip() for part in parts if part.strip()]


def stanzas(source) -> Iterator[Stanza]:
    """The header, with an empty kind, and each stanza. One is held at a time."""
    stanza, size = Stanza("", 1), 0
    for number, text, trouble in files.lines(source):
        text = text.strip()
        if found := STANZA.match(text):
            yield stanza
            stanza, size = Stanza(found[1], number), 0
            continue
        size += len(text)
        if size > files.LONGEST_LINE:
            raise Unreadable(f"Line {stanza.line:,}: a term is longer than {files.LONGEST_LINE:,} characters.")
        if trouble:
            stanza.trouble = stanza.trouble or f"Line {number:,}: {trouble}"
        elif text and not text.startswith("!"):
            _take(stanza, number, text)
    yield stanza


def _take(stanza: Stanza, number: int, text: str) -> None:
    if not (found := TAG.match(text)):
        stanza.trouble = stanza.trouble or f"Line {number:,} is no “tag: value”."
        return
    tag, value = found[1], found[2]
    if tag not in ("def", "synonym"):
        value = unescaped(value if tag in UNQUOTED else COMMENT.sub("", value))
    stanza.values.setdefault(tag, []).append(value.strip())
