"""The frozen document that a clinician signs: pydantic models, canonical bytes, their digest."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from html import escape
from typing import Annotated, Any, ClassVar, Final, Literal, Self
from uuid import UUID

import rfc8785
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from articles.richtext.anchors import add_anchors

SCHEMA_VERSION: Final = 1
MAX_PLAIN_INTEGER = 2**53 - 1  # RFC 8785 writes numbers as JavaScript does
encode_plain = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode
EXPUNGED = '{"expunged":true}'  # replaces a text that was blanked for good
AdviceLevel = Literal["emergency", "urgent", "routine"]
ADVICE_LABELS = {
    "emergency": "Call for emergency help",
    "urgent": "Get medical help today",
    "routine": "When to see a clinician",
}
ADVICE_HEADING = "When to get help"
# Levels by gravity, and what staff screens call the card of each.
CARE_CARD_LABELS: dict[AdviceLevel, str] = {
    "emergency": "Emergency card",
    "urgent": "Urgent card",
    "routine": "Non-urgent card",
}
GRAVITY_ORDER: tuple[AdviceLevel, ...] = tuple(CARE_CARD_LABELS)
# The labels of rich texts that are care cards (``get_rich_texts``).
CARE_CARD_TEXTS = frozenset({ADVICE_HEADING, *CARE_CARD_LABELS.values()})
# The words that a page is signed with where ``same_for_everyone`` is set: never changed.
SAME_FOR_EVERYONE = (
    "This advice is the same for babies and children, in pregnancy and the weeks after birth, "
    "for older people, and for people with a weak immune system."
)
REFERENCES_ANCHOR = "references"
# Media type → how the names of such files end.
IMAGE_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
}
# A moment, written in UTC whatever its zone.
UtcDatetime = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(dt.UTC))]


class FrozenModel(BaseModel):
    """A value that never changes once made and refuses fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    ADDED_FIELDS: ClassVar[frozenset[str]] = frozenset()


class ExtendedModel(FrozenModel):
    """A value with fields that its first version did not have: ``ADDED_FIELDS`` names them.

    They are written only if they are not empty. So a text that was stored before they were added
    is the same to the byte when it is read and written again.
    """

    @model_serializer(mode="wrap")
    def _omit_empty_added_fields(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = write(self)
        for name in self.ADDED_FIELDS:
            if not values.get(name):
                values.pop(name, None)
        return values


class Advice(ExtendedModel):
    """A care card: when to get help of one level.

    It always has a label, because colour alone is not enough: its own heading, or that of its
    level.
    """

    ADDED_FIELDS = frozenset({"heading"})
    level: AdviceLevel
    html: str
    heading: str = ""

    @property
    def label(self) -> str:
        return self.heading or ADVICE_LABELS[self.level]

    @property
    def gravity(self) -> int:
        """Its place in the order of levels: 0 is the gravest."""
        return GRAVITY_ORDER.index(self.level)


class DocumentReference(FrozenModel):
    """One source: its title, publisher, address and year."""

    title: str
    publisher: str = ""
    url: str = ""
    year: int | None = None


class DocumentFigure(FrozenModel):
    """A picture on a page: the file, by the SHA-256 of its bytes, and its texts.

    ``place`` is the section that it follows: a key of ``PageKind.figure_places``.
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
        return IMAGE_EXTENSIONS[self.media_type]

    @property
    def html(self) -> str:
        """Its alternative text and caption as rich text, for checks that read rich text."""
        html = f"<p>{escape(self.alt)}</p>"
        if self.caption:
            html += f"<p>{escape(self.caption)}</p>"
        return html


class Document(ExtendedModel):
    """All medical content of one page, whatever its kind.

    A kind of page subclasses it. ``version`` is written as ``schema``. A change of shape takes the
    next number, and readers upcast older text (see ``kinds.parse_document``), because signed bytes
    are never migrated.

    ``advice`` is the gravest care card or the only one, and ``further_advice`` has the others by
    gravity, each of a level of its own. ``same_for_everyone`` stands for SAME_FOR_EVERYONE, and
    ``shows_crisis_line`` for a strip with the site's crisis line under the emergency card.
    """

    ADDED_FIELDS = frozenset(
        {"figures", "further_advice", "same_for_everyone", "shows_crisis_line"}
    )
    version: Literal[1] = Field(default=SCHEMA_VERSION, alias="schema")
    kind: str
    uuid: UUID
    language: str
    title: str
    headline: str
    summary: str
    written_by: str
    advice: Advice | None = None
    body: str
    references: tuple[DocumentReference, ...] = ()
    tags: tuple[str, ...] = ()
    figures: tuple[DocumentFigure, ...] = ()
    further_advice: tuple[Advice, ...] = ()
    same_for_everyone: bool = False
    shows_crisis_line: bool = False

    @model_validator(mode="after")
    def _check_care_cards(self) -> Self:
        """Raises ValueError unless each card has a level of its own, the gravest first."""
        levels = [card.gravity for card in self.care_cards]
        if levels != sorted(set(levels)) or (self.further_advice and not self.advice):
            raise ValueError("care cards have one level each, and the gravest comes first")
        return self

    @property
    def care_cards(self) -> tuple[Advice, ...]:
        """All care cards, the gravest first."""
        return (self.advice, *self.further_advice) if self.advice else self.further_advice

    def get_card_label(self, card: Advice) -> str:
        """What staff screens call a card: by its level, if the page has several."""
        return CARE_CARD_LABELS[card.level] if self.further_advice else ADVICE_HEADING

    def encode_lists(self, known: dict[int, str]) -> dict[str, str]:
        """Field → its canonical JSON, of long lists of values that many documents share.

        ``known`` has the JSON of values that were encoded before, by their identity.
        """
        return {}

    @property
    def linked(self) -> set[UUID]:
        """The other pages that this one points to, by UUID."""
        return set()

    @property
    def names(self) -> tuple[str, ...]:
        """Other names by which people look for this page."""
        return ()

    @property
    def code_keys(self) -> tuple[str, ...]:
        """Its codes, of any coding system."""
        return ()

    @property
    def listed_names(self) -> tuple[str, ...]:
        """The names in its lists, which stand beside its text."""
        return ()

    def get_anchors(self) -> set[str]:
        """The anchors of the page as it is shown, to which links of its text can lead."""
        anchors = {anchor for anchor, _ in add_anchors(self.body).contents}
        if self.references:
            anchors.add(REFERENCES_ANCHOR)
        return anchors

    def get_rich_texts(self) -> dict[str, str]:
        """Label → HTML of each rich text on the page, in reading order, for diffs and checks."""
        texts = {self.get_card_label(card): card.html for card in self.care_cards}
        texts["Overview"] = self.body
        return texts

    def get_line_texts(self) -> dict[str, tuple[str, ...]]:
        """Label → the plain texts of one line, for checks."""
        return {
            "Title": (self.title,),
            "Question at the top": (self.headline,),
            "Summary": (self.summary,),
            "Written by": (self.written_by,),
            "Headings of care cards": tuple(card.heading for card in self.care_cards),
            "References": tuple(source.title for source in self.references),
            "Publishers of references": tuple(source.publisher for source in self.references),
            "Credits of images": tuple(figure.credit for figure in self.figures),
            "Tags": self.tags,
        }

    def get_figure_texts(self) -> dict[str, str]:
        """Label → the texts of each picture on the page, as HTML."""
        texts = {}
        for number, figure in enumerate(self.figures, start=1):
            texts[f"Image {number}"] = figure.html
        return texts


class DocumentHead(BaseModel):
    """What a list shows of a page: its title, its summary and its care cards, as they were signed.

    The rest of the stored text is passed over, in a sixth of the time that all of it takes.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    version: Literal[1] = Field(alias="schema")
    kind: str
    title: str
    summary: str
    advice: Advice | None = None
    further_advice: tuple[Advice, ...] = ()
    shows_crisis_line: bool = False

    @property
    def care_cards(self) -> tuple[Advice, ...]:
        """All care cards, the gravest first, as in the document."""
        return (self.advice, *self.further_advice) if self.advice else self.further_advice


class ArticleDocument(Document):
    """A plain article: the common fields and nothing more."""

    kind: Literal["article"] = "article"


class AboutDocument(Document):
    """A page about the site: the common fields and nothing more."""

    kind: Literal["about"] = "about"


def canonicalize(value: BaseModel | dict[str, Any]) -> bytes:
    """The one byte string of a value, by RFC 8785 (JSON Canonicalization Scheme), in UTF-8.

    Raises ``rfc8785.CanonicalizationError`` for text that UTF-8 cannot carry (a lone surrogate).
    """
    if isinstance(value, Document):
        return _canonicalize_plain(value.model_dump(mode="json", by_alias=True))
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True)
    return _canonicalize_plain(value) if _is_plain(value) else rfc8785.dumps(value)


def canonicalize_together(documents: Sequence[Document]) -> list[bytes]:
    """The same of each of many documents. A value that several of them hold is encoded once."""
    known: dict[int, str] = {}  # the documents keep these values, so that no other gets an identity
    return [_canonicalize_with_lists(document, known) for document in documents]


def _canonicalize_with_lists(document: Document, known: dict[int, str]) -> bytes:
    lists = document.encode_lists(known)
    values = document.model_dump(mode="json", by_alias=True, exclude=set(lists))
    encoded = {name: encode_plain(value) for name, value in values.items()} | lists
    members = [f'"{name}":{encoded[name]}' for name in sorted(encoded)]
    return _to_bytes(f"{{{','.join(members)}}}")


def encode_model(value: BaseModel, known: dict[int, str]) -> str:
    """The canonical JSON of a value of a document, from those known by their identity, or added."""
    text = known.get(id(value))
    if text is None:
        text = known[id(value)] = encode_plain(value.model_dump(mode="json", by_alias=True))
    return text


def _is_plain(value: object) -> bool:
    """Whether all numbers of a value are small integers and all its keys are ASCII."""
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, dict):
        return "".join(value).isascii() and all(map(_is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return type(value) is int and abs(value) <= MAX_PLAIN_INTEGER


def _canonicalize_plain(values: dict[str, Any]) -> bytes:
    """The same as RFC 8785, ten times as fast: for plain values, as documents are."""
    return _to_bytes(encode_plain(values))


def _to_bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise rfc8785.CanonicalizationError("text that UTF-8 cannot carry") from error


def digest(data: bytes) -> str:
    """SHA-256 of the stored bytes, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
