"""Model fields for text: one line or rich text, cleaned in every way of saving it."""

import re
import unicodedata
from collections import Counter
from itertools import filterfalse
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Length
from django_prose_editor.fields import ProseEditorField

from articles.richtext.reader import cleaning
from articles.richtext.reader.cleaning import CleanedHtml

models.CharField.register_lookup(Length)

# The box offers bullets as a style of numbered lists, too, which no page can carry.
LIST_TYPES = [
    {"type": "decimal", "label": "1, 2, 3", "description": "Figures"},
    {"type": "lower-alpha", "label": "a, b, c", "description": "Small letters"},
    {"type": "upper-alpha", "label": "A, B, C", "description": "Capital letters"},
    {"type": "lower-roman", "label": "i, ii, iii", "description": "Small Roman numerals"},
    {"type": "upper-roman", "label": "I, II, III", "description": "Roman numerals"},
]
EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "SpecialCharacters": True,  # no-break spaces can be seen
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": {"listTypes": LIST_TYPES},
    "ListItem": True,
    "Blockquote": True,
    # No words become links by themselves: “mg.It” could be an address.
    "Link": {"enableTarget": False, "autolink": False},
    "HardBreak": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
}
MAX_RICH_TEXT_LENGTH = 1_000_000  # characters of one rich text: a hundred times the longest page
# Control characters, except tab, line feed and carriage return, and lone surrogates.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
NUMERIC_REFERENCE = re.compile("&#(?:x([0-9a-fA-F]{1,5})|([0-9]{1,6}));?", re.IGNORECASE)
UNPRINTABLE_KIND = "character that cannot be printed"

LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")


def refuse_unprintable(value: str) -> None:
    """Raise ValidationError, with the character and its place, if text cannot be stored."""
    if found := UNPRINTABLE.search(value):
        raise ValidationError(
            "Character %(number)d is U+%(code)s, which cannot be printed. "
            "Delete it and type the text again there.",
            code="unprintable",
            params={"number": found.start() + 1, "code": f"{ord(found[0]):04X}"},
        )


def refuse_too_long(value: str) -> None:
    """Raise ValidationError if text is longer than any page can carry."""
    if len(value) > MAX_RICH_TEXT_LENGTH:
        raise ValidationError(
            "This text has %(length)s characters, and a page can carry %(longest)s. "
            "Paste only the part that you need.",
            code="boundless",
            params={"length": f"{len(value):,}", "longest": f"{MAX_RICH_TEXT_LENGTH:,}"},
        )


def clean_html(html: str) -> str:
    """The HTML of ``clean_rich_text``."""
    return clean_rich_text(html).html


def clean_rich_text(html: str, *, base: str = "", drops_unprintable: bool = False) -> CleanedHtml:
    """Rich text as a page may carry it, from HTML of any kind, and what was left out of it.

    Structure stays: headings, lists, tables, bold and italic, raised and lowered figures, whether
    by tag or by style. Words that were struck out or hidden, comments of colleagues, footnotes,
    scripts, images and forms are left out, and reported. A text without words becomes the empty
    string; one that a page may carry already stays as it is. ``base`` is the address of the page
    that it comes from; without one, relative links lead within this site.
    Raises ValidationError for unprintable characters, unless they are dropped, and reported.
    """
    if not html:
        return CleanedHtml("")
    html = NUMERIC_REFERENCE.sub(_read_unprintable_reference, html)
    left_out: Counter[str] = Counter()
    if drops_unprintable:
        html, left_out[UNPRINTABLE_KIND] = UNPRINTABLE.subn("", html)
    else:
        refuse_unprintable(html)
    return cleaning.clean(html, base, left_out)


def _read_unprintable_reference(found: re.Match[str]) -> str:
    """The character of a reference if it cannot be printed; otherwise the reference."""
    character = chr(int(found[1], 16) if found[1] else int(found[2]))
    return character if UNPRINTABLE.match(character) else found[0]


def fold(text: str) -> str:
    """Lower-case letters without accents, so that both database engines order and compare alike."""
    if text.isascii():
        return text.lower().strip()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(filterfalse(unicodedata.combining, decomposed)).strip()


class LineField(models.CharField):
    """One line of plain text that can be stored, shown and signed. Line breaks become spaces."""

    default_validators = [*models.CharField.default_validators, refuse_unprintable]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        if isinstance(value, str):
            value = LINE_BREAKS.sub(" ", value)
        return value

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Refuse unprintable characters on saving only: a search for one finds nothing."""
        if isinstance(value, str):
            refuse_unprintable(value)
        return super().get_db_prep_save(value, connection)


class RichTextField(ProseEditorField):
    """Formatted text, sanitised in every way of saving it, also ``bulk_create`` and ``update``."""

    default_validators = [*models.TextField.default_validators, refuse_too_long, refuse_unprintable]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs, extensions=EXTENSIONS, sanitize=clean_html)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = clean_html(value)
            setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if isinstance(value, str):
            value = clean_html(value)
        return super().get_db_prep_save(value, connection)


class LengthCheck(models.CheckConstraint):
    """A check for the database alone: in forms, ``max_length`` gives a better message."""

    def validate(self, *args: Any, **kwargs: Any) -> None:
        pass


def build_length_checks(model_label: str, **lengths: int) -> list[models.BaseConstraint]:
    """Length checks for the database, as SQLite stores any length in any column."""
    checks: list[models.BaseConstraint] = []
    for name, limit in lengths.items():
        condition = models.Q(**{f"{name}__length__lte": limit})
        checks.append(
            LengthCheck(condition=condition, name=f"{model_label}_{name}_at_most_{limit}")
        )
    return checks
