"""Model fields for words: one line or rich text, made safe wherever they are saved."""

import re
import unicodedata

import nh3
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Length
from django_prose_editor.fields import ProseEditorField

from articles import editing_marks, tables
from articles.attributes import CARRIED
from articles.editing_marks import Cleaned
from articles.pasted import plain

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
TAGS = {"p", "br", "strong", "em", "h2", "h3", "ul", "ol", "li", "blockquote", "a", *tables.TAGS}
EMPTY_TAIL = re.compile(r"^(?:\s|&nbsp;|<br>|<(p|h2|h3)>(?:\s|&nbsp;|<br>)*</\1>)*$")
LONGEST = 1_000_000  # characters of one rich text: a hundred times the longest page
# NUL and the other control characters, save tab, line feed and carriage return; and lone surrogates.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

BREAKS = re.compile(r"\s*[\r\n]+\s*")


def refuse_unprintable(value: str) -> None:
    """Raise ValidationError, naming the character and its place, where text cannot be stored or printed."""
    if found := UNPRINTABLE.search(value):
        raise ValidationError(
            "Character %(number)d is U+%(code)s, which cannot be printed. Delete it and type the text again there.",
            code="unprintable",
            params={"number": found.start() + 1, "code": f"{ord(found[0]):04X}"},
        )


def refuse_boundless(value: str) -> None:
    """Raise ValidationError where somebody pasted what no page can carry."""
    if len(value) > LONGEST:
        raise ValidationError(
            "This text has %(length)s characters, and a page can carry %(longest)s. Paste only the part that you need.",
            code="boundless",
            params={"length": f"{len(value):,}", "longest": f"{LONGEST:,}"},
        )


def clean_html(html: str) -> str:
    """The same rich text with only the tags, attributes and link schemes that a page may carry: see ``cleaned``."""
    return cleaned(html).html


def cleaned(html: str) -> Cleaned:
    """Rich text as a page may carry it, and which of its words were left out.

    Left out are words that were struck out or hidden and colleagues' comments. Raised and lowered figures become
    signs (10⁹), and what Word brings along plain paragraphs, lists, headings and tables. Scripts, styles and event
    handlers are dropped, and a text that shows nothing becomes the empty string.
    Raises ValidationError for unprintable characters, before the sanitiser drops them in silence.
    """
    if not html:
        return Cleaned("")
    refuse_unprintable(html)
    html, _ = editing_marks.shallow(html)
    settled, left_out = editing_marks.settle(html)
    safe = nh3.clean(
        plain(settled),
        tags=TAGS,
        attributes={"*": set()} | CARRIED,  # the sanitiser's own rule for every element lets titles through
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    safe = tables.tidy(safe).strip()
    return Cleaned("" if EMPTY_TAIL.match(safe) else safe, tuple(editing_marks.told(left_out)))


def fold(text: str) -> str:
    """Lower-case letters without accents, so that both database engines order and compare alike."""
    if text.isascii():
        return text.lower().strip()
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in bare if not unicodedata.combining(c)).strip()


class LineField(models.CharField):
    """One line of plain text that can be stored, printed and signed; a line break in it becomes a space."""

    default_validators = [*models.CharField.default_validators, refuse_unprintable]

    def to_python(self, value):
        value = super().to_python(value)
        return BREAKS.sub(" ", value) if isinstance(value, str) else value

    def get_db_prep_save(self, value, connection):
        """On saving only: looking for such a character finds nothing, and is no error."""
        if isinstance(value, str):
            refuse_unprintable(value)
        return super().get_db_prep_save(value, connection)


class RichTextField(ProseEditorField):
    """Formatted text, sanitised by every way of saving it, ``bulk_create`` and ``update`` included."""

    default_validators = [*models.TextField.default_validators, refuse_boundless, refuse_unprintable]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs, extensions=EXTENSIONS, sanitize=clean_html)

    def pre_save(self, model_instance, add):
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = clean_html(value)
            setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value, connection):
        if isinstance(value, str):
            value = clean_html(value)
        return super().get_db_prep_save(value, connection)


class LengthCheck(models.CheckConstraint):
    """A check for the database alone: in a form the field's own ``max_length`` has spoken already, in better words."""

    def validate(self, *args, **kwargs):
        pass


def no_longer_than(model_label: str, **lengths: int) -> list[LengthCheck]:
    """Length checks for the database, as SQLite stores any length in any column."""
    return [
        LengthCheck(
            condition=models.Q(**{f"{name}__length__lte": limit}),
            name=f"{model_label}_{name}_at_most_{limit}",
        )
        for name, limit in lengths.items()
    ]
