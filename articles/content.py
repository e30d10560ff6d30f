"""The frozen document: what a clinician signs, as pydantic models, canonical bytes and their digest."""

import hashlib
import json
from html import escape
from typing import ClassVar, Literal
from uuid import UUID

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, model_serializer

SCHEMA = 1
EXPUNGED = '{"expunged":true}'  # stands in place of a text that was blanked for good
ADVICE_LABELS = {
    "emergency": "Call for emergency help",
    "urgent": "Get medical help today",
    "routine": "When to see a clinician",
}
ADVICE = "When to get help"
IMAGE_TYPES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}  # and what their files end with


class Frozen(BaseModel):
    """A value that never changes once made and refuses fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    ADDED: ClassVar[frozenset[str]] = frozenset()


class Grown(Frozen):
    """A value that has fields which its first version had not: ``ADDED`` names them.

    They are written only where they say something, so that what was stored before they came is, read and written
    again, the same to the byte.
    """

    @model_serializer(mode="wrap")
    def _leave_out_what_came_later(self, write):
        return {name: value for name, value in write(self).items() if value or name not in self.ADDED}


class Advice(Frozen):
    """When to call for help: the level is said in words as well as in colour."""

    level: Literal["emergency", "urgent", "routine"]
    html: str

    @property
    def label(self) -> str:
        return ADVICE_LABELS[self.level]


class Reference(Frozen):
    """One source: what it is called, who publishes it, where and of which year it is."""

    title: str
    publisher: str = ""
    url: str = ""
    year: int | None = None


class Figure(Frozen):
    """A picture on a page: which file, by the SHA-256 of its bytes, and what is said of it.

    ``place`` names the section that it stands after, as its kind of page calls it (``Kind.places``).
    """

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    media_type: Literal["image/png", "image/jpeg", "image/webp"]
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    alt: str = Field(min_length=1)
    caption: str = ""
    credit: str = ""
    place: str

    @property
    def extension(self) -> str:
        return IMAGE_TYPES[self.media_type]

    @property
    def html(self) -> str:
        """Its words as rich text, for whatever reads rich texts."""
        return "".join(f"<p>{escape(words)}</p>" for words in (self.alt, self.caption) if words)


class Document(Grown):
    """Everything medical that one page says, whatever its kind.

    A kind of page subclasses it. ``version`` travels as ``schema``; a change of shape takes the next number
    and readers upcast older text (see ``kinds.read``), because signed bytes are never migrated.
    """

    ADDED = frozenset({"figures"})
    version: Literal[1] = Field(SCHEMA, alias="schema")
    kind: str
    uuid: UUID
    language: str
    title: str
    headline: str
    summary: str
    written_by: str
    advice: Advice | None = None
    body: str
    references: tuple[Reference, ...] = ()
    tags: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def linked(self) -> set[UUID]:
        """The other pages that this one points to, by UUID."""
        return set()

    @property
    def names(self) -> tuple[str, ...]:
        """Other names by which people look for this page."""
        return ()

    @property
    def coded(self) -> tuple[str, ...]:
        """Its codes, of whatever coding system."""
        return ()

    @property
    def named(self) -> tuple[str, ...]:
        """What its lists name beside its text."""
        return ()

    def rich_texts(self) -> dict[str, str]:
        """Label → HTML of every rich text on the page, in reading order, for diffs and quality checks."""
        advice = {ADVICE: self.advice.html} if self.advice else {}
        return advice | {"Overview": self.body}

    def line_texts(self) -> dict[str, tuple[str, ...]]:
        """Label → the texts of one line that the page has beside its rich ones, for checks."""
        return {
            "Title": (self.title,),
            "Question at the top": (self.headline,),
            "Summary": (self.summary,),
            "Written by": (self.written_by,),
            "References": tuple(source.title for source in self.references),
            "Publishers of references": tuple(source.publisher for source in self.references),
            "Credits of images": tuple(figure.credit for figure in self.figures),
            "Tags": self.tags,
        }

    def figure_texts(self) -> dict[str, str]:
        """Label → HTML of the words of every picture on the page."""
        return {f"Image {number}": figure.html for number, figure in enumerate(self.figures, start=1)}


class ArticleDocument(Document):
    """A plain article: the common parts and nothing more."""

    kind: Literal["article"] = "article"


class AboutDocument(Document):
    """What the house says of itself: the common parts and nothing more."""

    kind: Literal["about"] = "about"


def canonical(value: BaseModel | dict) -> bytes:
    """The one byte string of a value, by RFC 8785 (JSON Canonicalization Scheme), in UTF-8.

    Raises ``rfc8785.CanonicalizationError`` for text that UTF-8 cannot carry (a lone surrogate).
    """
    if isinstance(value, Document):
        return _canonical_text(value.model_dump(mode="json", by_alias=True))
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True)
    return rfc8785.dumps(value)


def _canonical_text(values: dict) -> bytes:
    """As RFC 8785 has it, ten times as fast, for what holds no number but small whole ones and has ASCII keys."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise rfc8785.CanonicalizationError("text that UTF-8 cannot carry") from error


def digest(data: bytes) -> str:
    """SHA-256 of the stored bytes, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
