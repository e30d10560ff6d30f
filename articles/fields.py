"""Model fields for text: one line or rich text, cleaned in every way of saving it."""

import re
from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Length
from django_prose_editor.fields import ProseEditorField

from articles import characters
from articles.form_fields import (
    LineFormField,
    LinkFormField,
    PlainTextFormField,
    RichTextFormField,
    StoredText,
    mend_line,
)
from articles.richtext import attributes
from articles.richtext.html_characters import mend_html, refuse_in_html
from articles.richtext.reader import cleaning
from articles.richtext.reader.cleaning import CleanedHtml, format_counts

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
NUMERIC_REFERENCE = re.compile("&#(?:x([0-9a-fA-F]{1,5})|([0-9]{1,6}));?", re.IGNORECASE)
UNPRINTABLE_KIND = "character that cannot be printed"


def refuse_unprintable(value: str) -> None:
    """Raise ValidationError, with the character and its place, if a text cannot be kept."""
    characters.refuse(value)


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
    Characters are mended, and what nobody sees is left out. Raises ValidationError for those that
    no text can keep. ``drops_unprintable`` is for a reader of files: controls are dropped and
    reported, and the rest stays, so that its record is refused with its place.
    """
    if not html:
        return CleanedHtml("")
    html = NUMERIC_REFERENCE.sub(_read_unprintable_reference, html)
    left_out: Counter[str] = Counter()
    if drops_unprintable:
        html, left_out[UNPRINTABLE_KIND] = characters.UNPRINTABLE.subn("", html)
    elif characters.UNPRINTABLE.search(html):
        characters.refuse(html)
    cleaned = cleaning.clean(html, base, left_out)
    if not drops_unprintable:
        refuse_in_html(cleaned.html)
    mended = mend_html(cleaned.html)
    if mended.text == cleaned.html:
        return cleaned
    html = cleaning.clean(mended.text, base, Counter()).html
    return CleanedHtml(html, (*cleaned.dropped, *format_counts(mended.removed)))


def _read_unprintable_reference(found: re.Match[str]) -> str:
    """The character of a reference if it cannot be printed; otherwise the reference."""
    character = chr(int(found[1], 16) if found[1] else int(found[2]))
    return character if characters.UNPRINTABLE.match(character) else found[0]


class StoredLine(StoredText):
    __slots__ = ()


class StoredPlainText(StoredText):
    __slots__ = ()


class StoredLink(StoredText):
    __slots__ = ()


class StoredRichText(StoredText):
    __slots__ = ()


class StoredTextFieldMixin:
    """A field for text that is written back as it was read, and cleaned if somebody changed it.

    What was read from the database is a ``stored_class``; any other text is new. New text is
    cleaned in every way of saving it, also ``bulk_create`` and ``update``.
    """

    stored_class: type[StoredText]
    form_class: type[forms.Field]
    attname: str

    def prepare(self, text: str) -> str:
        """A new text as it is stored. Raises ValidationError if it cannot be."""
        characters.refuse(text)
        return characters.mend(text)

    def mark_stored(self, text: str) -> StoredText:
        """A text as it is stored: itself, or what ``prepare`` makes of it."""
        if isinstance(text, self.stored_class):
            return text
        return self.stored_class(self.prepare(text))

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        return self.stored_class(value) if isinstance(value, str) else value

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        if isinstance(value, self.stored_class):
            return value
        if isinstance(value, str):
            value = self.prepare(value)
        return super().clean(value, model_instance)  # type: ignore[misc]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)  # type: ignore[misc]
        if isinstance(value, str):
            value = self.mark_stored(value)
            setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if isinstance(value, str):
            value = self.mark_stored(value)
        return super().get_db_prep_save(value, connection)  # type: ignore[misc]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": self.form_class, **kwargs})  # type: ignore[misc]


class LineField(StoredTextFieldMixin, models.CharField):
    """One line of plain text that can be stored, shown and signed. Line breaks become spaces."""

    stored_class = StoredLine
    form_class = LineFormField

    def prepare(self, text: str) -> str:
        characters.refuse(text)
        return mend_line(text)


class PlainTextField(StoredTextFieldMixin, models.TextField):
    """Plain text of several lines."""

    stored_class = StoredPlainText
    form_class = PlainTextFormField

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class LinkField(StoredTextFieldMixin, models.URLField):
    """A web address."""

    stored_class = StoredLink
    form_class = LinkFormField

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs


class RichTextField(StoredTextFieldMixin, ProseEditorField):
    """Formatted text, sanitised in every way of saving it."""

    stored_class = StoredRichText
    form_class = RichTextFormField
    default_validators = [*models.TextField.default_validators, refuse_too_long]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs, extensions=EXTENSIONS, sanitize=clean_html)

    def prepare(self, text: str) -> str:
        return clean_html(text)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Validated as it was sent, then cleaned."""
        if isinstance(value, StoredRichText):
            return value
        cleaned = ProseEditorField.clean(self, value, model_instance)
        return StoredRichText(cleaned) if isinstance(cleaned, str) else cleaned


def clean_stored(field: Any, value: Any) -> Any:
    """The value of a column as it would be if somebody typed it now; itself if it is refused."""
    if not isinstance(field, StoredTextFieldMixin) or not isinstance(value, str):
        return value
    try:
        return field.prepare(str(value)).strip()
    except ValidationError:
        return value


def mark_as_stored(row: models.Model) -> None:
    """Let a row be saved with its texts as they are: they come from a text that was stored.

    Not so a rich text with attributes that nobody sees: it is cleaned, for restoring it would
    bring them back.
    """
    for field in row._meta.concrete_fields:
        value = row.__dict__.get(field.attname)
        if not isinstance(field, StoredTextFieldMixin) or not isinstance(value, str):
            continue
        if isinstance(field, RichTextField) and attributes.find_foreign(value):
            continue
        setattr(row, field.attname, field.stored_class(value))


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
