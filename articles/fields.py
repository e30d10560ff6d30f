"""Model fields for text: one line or rich text, cleaned in every way of saving it."""

import re
from typing import Any

import nh3
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Length
from django_prose_editor.fields import ProseEditorField

from articles.richtext import editing_marks, tables
from articles.richtext.attributes import ALLOWED_ATTRIBUTES
from articles.richtext.editing_marks import CleanedHtml
from articles.richtext.word import clean_word_html

models.CharField.register_lookup(Length)

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False},
    "HardBreak": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
}
ALLOWED_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "h2",
    "h3",
    "ul",
    "ol",
    "li",
    "blockquote",
    "a",
    *tables.TABLE_TAGS,
}
EMPTY_TAIL = re.compile(r"^(?:\s|&nbsp;|<br>|<(p|h2|h3)>(?:\s|&nbsp;|<br>)*</\1>)*$")
MAX_RICH_TEXT_LENGTH = 1_000_000  # characters of one rich text: a hundred times the longest page
# Control characters, except tab, line feed and carriage return, and lone surrogates.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

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


def clean_rich_text(html: str) -> CleanedHtml:
    """Rich text with only the tags, attributes and link schemes that a page may carry.

    Words that were struck out or hidden and comments of colleagues are left out, and reported.
    Raised and lowered digits become characters (10⁹), and HTML from Word becomes plain paragraphs,
    lists, headings and tables. Scripts, styles and event handlers are dropped. A text without
    words becomes the empty string.
    Raises ValidationError for unprintable characters, which the sanitiser would drop in silence.
    """
    if not html:
        return CleanedHtml("")
    refuse_unprintable(html)
    html, _ = editing_marks.limit_depth(html)
    html, left_out = editing_marks.apply_marks(html)
    html = nh3.clean(
        clean_word_html(html),
        tags=ALLOWED_TAGS,
        # The default of nh3 for all elements allows titles.
        attributes={"*": set(), **ALLOWED_ATTRIBUTES},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    html = tables.normalize_tables(html).strip()
    if EMPTY_TAIL.match(html):
        html = ""
    return CleanedHtml(html, tuple(editing_marks.format_counts(left_out)))


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
