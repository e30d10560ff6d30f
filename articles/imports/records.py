"""One record of a file, in the shape of our JSON lines, checked and cleaned before it is stored."""

import json
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

from articles import fields
from articles.content.document import ADVICE_LABELS, AdviceLevel, digest
from articles.content.languages import SOURCE_LANGUAGE, SourceLanguage
from articles.fields import LINE_BREAKS, MAX_RICH_TEXT_LENGTH, clean_html, refuse_unprintable
from articles.links.validation import keep_valid_links

MAX_LIST_LENGTH = 20_000
ALREADY_CLEAN = {"clean": True}  # the validation context of values that were checked before


def clean_line(text: str, info: ValidationInfo) -> str:
    """Text on a single line. Line breaks become spaces; what cannot be printed is refused."""
    if info.context is ALREADY_CLEAN:
        return text
    _run_validator(refuse_unprintable, text)
    return LINE_BREAKS.sub(" ", text).strip()


def clean_rich_text(html: str, info: ValidationInfo) -> str:
    if not html or info.context is ALREADY_CLEAN:
        return html
    if info.context is None:
        return _run_validator(clean_html, html)
    if len(html) > MAX_RICH_TEXT_LENGTH:
        raise PydanticCustomError(
            "boundless", "is longer than {most} characters", {"most": f"{MAX_RICH_TEXT_LENGTH:,}"}
        )
    cleaned = fields.clean_rich_text(html, base=info.context.base, drops_unprintable=True)
    html, faults = keep_valid_links(cleaned.html)
    info.context.dropped += [*cleaned.dropped, *(fault.rstrip(".") for fault in faults)]
    return html


def check_url(text: str, info: ValidationInfo) -> str:
    """An address that a link may lead to; empty where there is none."""
    if text and info.context is not ALREADY_CLEAN:
        _run_validator(_check_url, text)
    return text


_validate_url = URLValidator(schemes=["http", "https"])


@lru_cache(maxsize=1000)  # a page and its reference often have the same one
def _check_url(text: str) -> None:
    _validate_url(text)


def _run_validator(check, text: str):
    try:
        return check(text)
    except DjangoValidationError as error:
        raise PydanticCustomError("refused", "{why}", {"why": " ".join(error.messages)}) from error


def limit(max_length: int, min_length: int = 0) -> StringConstraints:
    """How many characters a line may have."""
    return StringConstraints(strip_whitespace=True, min_length=min_length, max_length=max_length)


Line = Annotated[str, AfterValidator(clean_line)]
# An id is compared and never printed into a page, so no validator of ours need check it.
RecordId = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", strip_whitespace=True, max_length=200)
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


def _dump_json(values: dict) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class ImportedAdvice(RecordPart):
    level: Literal["", AdviceLevel] = ""
    html: RichText = ""

    def to_text(self, names) -> str:
        return f"{ADVICE_LABELS[self.level]}: {self.html}" if self.level else ""


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
    COPIED_FIELDS: ClassVar[tuple[str, ...]] = ("title", "headline", "summary", "body")
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
    """The address of the page that a text comes from, and what cleaning dropped from the text."""

    base: str = ""
    dropped: list[str] = field(default_factory=list)


def parse_record(
    model: type[RecordT], values: dict, context: CleaningContext | None = None
) -> RecordT:
    """The record of some values, its texts cleaned. Raises InvalidRecord with the first error."""
    try:
        record = model.model_validate(values, context=context or CleaningContext())
    except ValidationError as error:
        raise _to_invalid_record(error) from error
    advice = getattr(record, "advice", None)
    if advice and bool(advice.level) != bool(advice.html):
        raise InvalidRecord("advice", "Give both the advice and its level, or neither.")
    return record


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
