"""Names as sources write them, as titles, names inside a sentence and other names."""

import re
from collections.abc import Iterable

from articles.imports.formats import RejectedRecord
from articles.imports.formats.counter import NoteCounter
from articles.names import fold

MAX_NAME_LENGTH = 200
OBSOLETE_PREFIX = re.compile(r"^obsolete[ _]", re.IGNORECASE)


def collapse_whitespace(text: str | None) -> str:
    return " ".join((text or "").split())


def capitalize(name: str) -> str:
    """With a capital, as ontologies begin names with small letters; but not pH and mRNA."""
    if name[1:2].isupper():
        return name
    return name[:1].upper() + name[1:]


def keeps_capital(name: str) -> bool:
    """Whether the first word keeps its capital inside a sentence.

    EEG, T-wave, C1, Pel-Epstein and Raynaud's do.
    """
    word = name.partition(" ")[0]
    if word.endswith(("'s", "’s")) or not name[1:2].isalpha():
        return True
    return any(letter.isupper() or letter.isdigit() for letter in word[1:])


def build_phrase(name: str, *, capital_is_meant: bool = False) -> dict:
    """The name inside a sentence, where it is not the title with a small first letter.

    In a source that begins names with small letters, a capital is meant.
    """
    if name[:1].isupper() and (capital_is_meant or keeps_capital(name)):
        return {"phrase": name}
    return {}


def clean_other_names(
    line: int, found: Iterable[str], title: str, counter: NoteCounter
) -> list[str]:
    """Other names, each once, without the title itself."""
    cleaned: dict[str, str] = {}
    for name in map(collapse_whitespace, found):
        if len(name) > MAX_NAME_LENGTH:
            counter.add(line, f"Other names of more than {MAX_NAME_LENGTH} characters left out")
        elif name and fold(name) != fold(title):
            cleaned.setdefault(fold(name), name)
    return list(cleaned.values())


def strip_obsolete(name: str) -> str:
    return capitalize(OBSOLETE_PREFIX.sub("", name).strip())


def check_name(name: str, label: str = "title") -> str:
    """Why this cannot be a name; empty if it can."""
    if not name:
        return f"The record has no {label}."
    if len(name) > MAX_NAME_LENGTH:
        return f"The {label} is longer than {MAX_NAME_LENGTH} characters."
    return ""


def reject_unnamed(
    line: int,
    key: str,
    name: str,
    *,
    name_field: str = "title",
    key_field: str = "id",
    noun: str = "record",
) -> RejectedRecord | None:
    """The rejection of a record without a usable name or without an id; None if it has both."""
    reason = check_name(name, name_field)
    if not key:
        reason = reason or f"The {noun} has no {key_field}."
    if not reason:
        return None
    return RejectedRecord(line, key, name_field if key else key_field, reason)
