"""One record of a file, in the shape of our JSON lines, checked and cleaned before it is stored."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, ClassVar, Literal, TypeVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import URLValidator
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from articles import characters, fields
from articles.content.document import (
    ADVICE_LABELS,
    CARE_CARD_LABELS,
    GRAVITY_ORDER,
    AdviceLevel,
    digest,
)
from articles.content.languages import SOURCE_LANGUAGE, SourceLanguage
from articles.fields import MAX_RICH_TEXT_LENGTH, clean_html, clean_stored, refuse_unprintable
from articles.form_fields import mend_line
from articles.links.validation import keep_valid_links
from articles.models import Article
from articles.richtext.html_characters import refuse_in_html
from articles.richtext.reader.cleaning import format_counts

MAX_LIST_LENGTH = 20_000
AS_STORED = {"stored": True}  # the validation context of values as they are stored here
ALREADY_CLEAN = {"clean": True}  # the validation context of values that were checked before


CheckedT = TypeVar("CheckedT")


def clean_line(text: str, info: ValidationInfo) -> str:
    """Text on a single line. Line breaks become spaces; what cannot be printed is refused."""
    if info.context is ALREADY_CLEAN:
        return text
    if isinstance(info.context, CleaningContext):
        info.context.dropped += format_counts(characters.mend_and_count(text).removed)
    if info.context is not AS_STORED:
        _run_validator(refuse_unprintable, text)
    return mend_line(text).strip()


def clean_rich_text(html: str, info: ValidationInfo) -> str:
    if not html or info.context is ALREADY_CLEAN:
        return html
    if info.context is AS_STORED:
        return clean_stored(Article._meta.get_field("body"), html)
    if info.context is None:
        return _run_validator(clean_html, html)
    if len(html) > MAX_RICH_TEXT_LENGTH:
        raise PydanticCustomError(
            "boundless", "is longer than {most} characters", {"most": f"{MAX_RICH_TEXT_LENGTH:,}"}
        )
    cleaned = fields.clean_rich_text(html, base=info.context.base, drops_unprintable=True)
    _run_validator(refuse_in_html, cleaned.html)
    html, faults = keep_valid_links(cleaned.html)
    info.context.dropped += [*cleaned.dropped, *(fault.rstrip(".") for fault in faults)]
    return html


def check_id(text: str) -> str:
    """An id without characters that nobody sees: two that look the same would be two pages."""
    if text.isascii():
        return text
    for letter in text:
        if unicodedata.category(letter) == "Cf":
            raise PydanticCustomError(
                "refused",
                "has the character {code}, which nobody sees; delete it",
                {"code": f"U+{ord(letter):04X}"},
            )
    return text


def check_url(text: str, info: ValidationInfo) -> str:
    """An address that a link may lead to; empty where there is none."""
    if text and info.context not in (ALREADY_CLEAN, AS_STORED):
        _run_validator(_check_url, text)
    return text


_validate_url = URLValidator(schemes=["http", "https"])


@lru_cache(maxsize=1000)  # a page and its reference often have the same one
def _check_url(text: str) -> None:
    _validate_url(text)


def _run_validator(check: Callable[[str], CheckedT], text: str) -> CheckedT:
    try:
        return check(text)
    except DjangoValidationError as error:
        raise PydanticCustomError("refused", "{why}", {"why": " ".join(error.messages)}) from error


def limit(max_length: int, min_length: int = 0) -> StringConstraints:
    """How many characters a line may have."""
    return StringConstraints(strip_whitespace=True, min_length=min_length, max_length=max_length)


Line = Annotated[str, AfterValidator(clean_line)]
# An id is compared and never printed into a page.
RecordId = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", strip_whitespace=True, max_length=200),
    AfterValidator(check_id),
]
RichText = Annotated[str, AfterValidator(clean_rich_text)]
Slug = Annotated[str, StringConstraints(pattern=r"^[-a-zA-Z0-9_]{1,200}$")]
Url = Annotated[Line, limit(500), AfterValidator(check_url)]


class RecordPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ImportRecord(RecordPart):
    """One line of a file. What it leaves out stays as it is; what it has empty is emptied."""

    type: str
    id: RecordId

    def get_texts(self) -> dict[str, list[str]]:
        """The texts of each field, with those of the rows in it."""
        texts = {}
        for name, value in self.model_dump(exclude_unset=True).items():
            label = "overview" if name == "body" else name.replace("_", " ")
            texts[label] = list(_iter_texts(value))
        return texts

    def serialize(self) -> tuple[str, str]:
        """The record as JSON, and its digest.

        The digest leaves out ``revision``, the text that an export was made of.
        """
        values = self.model_dump(exclude_unset=True)
        text = _dump_json(values)
        if values.pop("revision", None):
            return text, digest(_dump_json(values).encode())
        return text, digest(text.encode())


RecordT = TypeVar("RecordT", bound=ImportRecord)


def _iter_texts(value: object) -> Iterator[str]:
    """The texts in a value of a record, which is at most a list of rows deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _iter_texts(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _iter_texts(part)


def _dump_json(values: dict) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class ImportedAdvice(RecordPart):
    level: Literal["", AdviceLevel] = ""
    html: RichText = ""

    def to_text(self, names) -> str:
        return f"{ADVICE_LABELS[self.level]}: {self.html}" if self.level else ""


class ImportedCard(RecordPart):
    """A care card of some level. Without a ``heading`` it keeps the one that the page has."""

    html: RichText = ""
    heading: Annotated[Line, limit(120)] | None = None


class ImportedCareCards(RecordPart):
    """Care cards by their levels. Those that are left out stay; those without a text go."""

    emergency: ImportedCard | None = None
    urgent: ImportedCard | None = None
    routine: ImportedCard | None = None

    def get(self, level: AdviceLevel) -> ImportedCard | None:
        card: ImportedCard | None = getattr(self, level)
        return card

    def iter_texts(self) -> Iterator[tuple[AdviceLevel, str]]:
        """The text of each card that has one, by its level, the gravest first."""
        for level in GRAVITY_ORDER:
            card = self.get(level)
            if card and card.html:
                yield level, card.html


class ImportedReference(RecordPart):
    title: Annotated[Line, limit(300, 1)]
    publisher: Annotated[Line, limit(200)] = ""
    url: Url = ""
    year: Annotated[int, Field(ge=1500, le=2200)] | None = None

    def to_text(self, names) -> str:
        parts = (self.title, self.publisher, self.url, self.year)
        return ", ".join(str(part) for part in parts if part)


class PageRecord(ImportRecord):
    """What every kind of page has.

    ``also`` are ids that were merged into this one; ``url`` is its address in its source.
    ``revision`` is the digest of the text that an export was made of: it shows whether somebody
    has edited since.
    """

    also: tuple[RecordId, ...] = Field((), max_length=MAX_LIST_LENGTH)
    url: Url = ""
    revision: str = ""
    language: SourceLanguage = SOURCE_LANGUAGE
    title: Annotated[Line, limit(200, 1)]
    slug: Slug | None = None
    headline: Annotated[Line, limit(200)] | None = None
    summary: Annotated[Line, limit(300)] | None = None
    advice: ImportedAdvice | None = None
    advice_heading: Annotated[Line, limit(120)] | None = None
    care_cards: ImportedCareCards | None = None
    same_for_everyone: bool | None = None
    shows_crisis_line: bool | None = None
    body: RichText | None = None
    references: tuple[ImportedReference, ...] | None = Field(None, max_length=MAX_LIST_LENGTH)
    tags: tuple[Annotated[Line, limit(100, 1)], ...] | None = Field(
        None, max_length=MAX_LIST_LENGTH
    )
    topics: tuple[Annotated[Line, limit(100, 1)], ...] | None = Field(
        None, max_length=MAX_LIST_LENGTH
    )
    risk: Literal["standard", "high"] | None = None
    review_months: Annotated[int, Field(ge=1, le=36)] | None = None

    # Fields of the working copy that are called the same.
    COPIED_FIELDS: ClassVar[tuple[str, ...]] = (
        "title",
        "headline",
        "summary",
        "body",
        "same_for_everyone",
        "shows_crisis_line",
    )
    RICH_TEXT_FIELDS: ClassVar[tuple[str, ...]] = ("body",)


class ArticleRecord(PageRecord):
    type: Literal["article"]


class AboutRecord(PageRecord):
    type: Literal["about"]


class ObsoleteIdRecord(ImportRecord):
    """An id that is obsolete in its source, and the one that replaced it."""

    type: Literal["retired"]
    title: Annotated[Line, limit(200)] = ""
    replaced_by: RecordId | None = None


def deserialize(model: type[RecordT], values: dict) -> RecordT:
    """A record that was checked before it was stored: its texts are clean already."""
    return model.model_validate(values, context=ALREADY_CLEAN)


class InvalidRecord(Exception):
    """A record is refused; ``field`` and ``reason`` say which field and why."""

    def __init__(self, field: str, reason: str):
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field, self.reason = field, reason


@dataclass
class CleaningContext:
    """The address of the page that a text comes from, and what cleaning dropped from the text.

    ``source`` is the one that the id of the record is of. ``notes`` are sentences on the record.
    """

    base: str = ""
    source: str = ""
    dropped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def parse_record(
    model: type[RecordT], values: dict, context: CleaningContext | None = None
) -> RecordT:
    """The record of some values, its texts cleaned. Raises InvalidRecord with the first error."""
    context = context or CleaningContext()
    try:
        record = model.model_validate(values, context=context)
    except ValidationError as error:
        raise _to_invalid_record(error) from error
    if isinstance(record, PageRecord):
        _check_care_cards(record, context)
    return record


def _check_care_cards(record: PageRecord, context: CleaningContext) -> None:
    """Raises InvalidRecord for cards of one level, and for a heading or level without a text."""
    advice, level = record.advice, record.advice.level if record.advice else ""
    if advice and bool(level) != bool(advice.html):
        raise InvalidRecord("advice", "Give both the advice and its level, or neither.")
    if record.advice_heading and not level:
        raise InvalidRecord("advice_heading", "Give the advice and its level too, or no heading.")
    if record.care_cards is None:
        return
    for name in GRAVITY_ORDER:
        card = record.care_cards.get(name)
        if card and card.heading and not card.html:
            raise InvalidRecord(
                f"care_cards.{name}.heading",
                "The card has a heading and no text. Give both, or neither.",
            )
    for name, _ in record.care_cards.iter_texts():
        if name == level:
            raise InvalidRecord(
                f"care_cards.{name}.html",
                f"There are two cards of the level “{CARE_CARD_LABELS[name]}”: the advice is one "
                "already. Join them, or give one of them another level.",
            )
        if level and GRAVITY_ORDER.index(name) < GRAVITY_ORDER.index(level):
            context.notes.append(
                f"The {CARE_CARD_LABELS[name].lower()} is graver than the advice, so it comes "
                "first on the page."
            )


def _to_invalid_record(error: ValidationError) -> InvalidRecord:
    first, *others = error.errors(include_url=False)
    field = ".".join(str(part) for part in first["loc"])
    unit = "characters" if isinstance(first["input"], str) else "rows"
    longest = f"{first.get('ctx', {}).get('max_length')} {unit}"
    known = {
        "missing": "is missing",
        "extra_forbidden": "is not a field that is known here",
        "string_type": "is not text",
        "string_too_long": f"is longer than {longest}",
        "string_too_short": "is empty",
        "too_long": f"is longer than {longest}",
        "too_short": "is empty",
        "string_pattern_mismatch": "is empty, or has a character that it cannot have",
    }
    reason = known.get(first["type"], first["msg"])
    more = f" ({len(others)} more in this record)" if others else ""
    return InvalidRecord(field, f"{reason}{more}")
