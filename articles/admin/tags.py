"""Tags in one line of a form: with commas between them, and quotation marks around some.

A tag with a comma, a blank or quotation marks stands in quotation marks, and its own are doubled.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from taggit.forms import TagField
from taggit.models import Tag

from articles import characters
from articles.form_fields import is_sent_as_shown, mend_line

MAX_TAG_LENGTH = 100
QUOTE = '"'


def format_tags(tags: Iterable[Tag]) -> str:
    """Tags as ``parse_tags`` reads them back."""
    return ", ".join(sorted(_quote(tag.name) for tag in tags))


def _quote(name: str) -> str:
    if not any(sign in name for sign in (",", QUOTE, " ")) and name == name.strip():
        return name
    return f"{QUOTE}{name.replace(QUOTE, QUOTE * 2)}{QUOTE}"


def parse_tags(line: str) -> list[str]:
    """The tags of a line, each once, sorted. Without a comma, every word outside quotes is one."""
    parts, has_comma = _split(line or "")
    tags: set[str] = set()
    for text, is_quoted in parts:
        if is_quoted or has_comma:
            tags.add(text if is_quoted else text.strip())
        else:
            tags.update(text.split())
    return sorted(tags - {""})


def _split(line: str) -> tuple[list[tuple[str, bool]], bool]:
    """The parts of a line, each with whether it was in quotation marks; and whether commas part it.

    A quotation mark within a word, or without another, is part of the word.
    """
    parts: list[tuple[str, bool]] = []
    has_comma = False
    start = place = 0
    is_at_start = True
    while place < len(line):
        sign = line[place]
        quoted, end = "", 0
        if sign == QUOTE and is_at_start:
            quoted, end = _read_quoted(line, place)
        if end:
            parts += [(line[start:place], False), (quoted, True)]
            start = place = end
            continue
        if sign == ",":
            has_comma = True
            parts.append((line[start:place], False))
            start = place + 1
        is_at_start = sign in ", "
        place += 1
    parts.append((line[start:], False))
    return parts, has_comma


def _read_quoted(line: str, start: int) -> tuple[str, int]:
    """The text in quotation marks that begin at a place, and where they end; 0 if they do not."""
    text: list[str] = []
    place = start + 1
    while True:
        end = line.find(QUOTE, place)
        if end < 0:
            return "", 0
        text.append(line[place:end])
        if line[end + 1 : end + 2] != QUOTE:
            return "".join(text), end + 1
        text.append(QUOTE)
        place = end + 2


class TagFormField(TagField):
    """Tags of a page. Those that it has already stay as they are; only new ones are mended."""

    stored_tags: tuple[Tag, ...] = ()

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        bound_field = super().get_bound_field(form, field_name)
        self.stored_tags = tuple(bound_field.initial or ())
        return bound_field

    def clean(self, value: Any) -> list[str]:
        stored = {tag.name for tag in self.stored_tags}
        if value and is_sent_as_shown(format_tags(self.stored_tags), value):
            return sorted(stored)
        line = forms.CharField.clean(self, value)
        names: set[str] = set()
        for name in parse_tags(line):
            names.add(name if name in stored else _mend_tag(name))
        return sorted(names - {""})


def _mend_tag(name: str) -> str:
    """The name of a new tag. Raises ValidationError."""
    characters.refuse(name)
    name = " ".join(mend_line(name).split())
    if len(name) > MAX_TAG_LENGTH:
        raise forms.ValidationError(
            _("The tag “%(start)s…” has %(length)s characters. At most %(longest)s can be kept."),
            code="max_length",
            params={"start": name[:30], "length": len(name), "longest": MAX_TAG_LENGTH},
        )
    return name
