"""One record of a file: what our JSON lines say of a page, checked and cleaned before anything is written."""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

from django.core.exceptions import ValidationError as Refusal
from django.core.validators import URLValidator
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from articles.content import ADVICE_LABELS, digest
from articles.fields import BREAKS, LONGEST, clean_html, refuse_unprintable
from articles.imports import wild
from articles.models import Article

LONGEST_LIST = 20_000
CLEAN = {"clean": True}  # the context of what was checked already


def one_line(text: str, info: ValidationInfo) -> str:
    """Text for a single line: its line breaks become spaces, and what cannot be printed is refused."""
    if info.context is CLEAN:
        return text
    _refused(refuse_unprintable, text)
    return BREAKS.sub(" ", text).strip()


def rich(html: str, info: ValidationInfo) -> str:
    if not html or info.context is CLEAN:
        return html
    if info.context is None:
        return _refused(clean_html, html)
    if len(html) > LONGEST:
        raise PydanticCustomError("boundless", "is longer than {most} characters", {"most": f"{LONGEST:,}"})
    cleaned = wild.clean(html, info.context.base)
    info.context.dropped += cleaned.dropped
    return cleaned.html


def web_address(text: str, info: ValidationInfo) -> str:
    """An address that a link may lead to; empty where there is none."""
    if text and info.context is not CLEAN:
        _refused(_leads_somewhere, text)
    return text


_is_url = URLValidator(schemes=["http", "https"])


@lru_cache(maxsize=1000)  # a page and its reference often have the same one
def _leads_somewhere(text: str) -> None:
    _is_url(text)


def _refused(check, text: str):
    try:
        return check(text)
    except Refusal as error:
        raise PydanticCustomError("refused", "{why}", {"why": " ".join(error.messages)}) from error


def line(most: int, least: int = 0):
    """One line of so many characters at most."""
    return Annotated[
        str, AfterValidator(one_line), StringConstraints(strip_whitespace=True, min_length=least, max_length=most)
    ]


# An id is compared, never printed into a page: no function of ours need look at it.
Key = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", strip_whitespace=True, max_length=200)]
Rich = Annotated[str, AfterValidator(rich)]
Slug = Annotated[str, StringConstraints(pattern=r"^[-a-zA-Z0-9_]{1,200}$")]
Url = Annotated[line(500), AfterValidator(web_address)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Record(Part):
    """One line of a file. What a record does not say stays as it is; what it says empty is emptied."""

    type: str
    id: Key

    def packed(self) -> tuple[str, str]:
        """What it says, as one string, and the digest of it. Which text an export was made of is no part of that."""
        values = self.model_dump(exclude_unset=True)
        text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        made_of = values.pop("revision", None)
        bare = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if made_of else text
        return text, digest(bare.encode())


class AdviceSaid(Part):
    level: Literal["", *ADVICE_LABELS] = ""
    html: Rich = ""

    def readable(self, names) -> str:
        return f"{ADVICE_LABELS[self.level]}: {self.html}" if self.level else ""


class ReferenceSaid(Part):
    title: line(300, 1)
    publisher: line(200) = ""
    url: Url = ""
    year: Annotated[int, Field(ge=1500, le=2200)] | None = None

    def readable(self, names) -> str:
        return ", ".join(str(said) for said in (self.title, self.publisher, self.url, self.year) if said)


class PageRecord(Record):
    """What every kind of page has. ``also`` are ids that were merged into this one; ``url`` is where it stands there.

    ``revision`` is the digest of the text that an export was made of: it tells whether somebody has edited since.
    """

    also: tuple[Key, ...] = Field((), max_length=LONGEST_LIST)
    url: Url = ""
    revision: str = ""
    language: Literal["en"] = "en"
    title: line(200, 1)
    slug: Slug | None = None
    headline: line(200) | None = None
    summary: line(300) | None = None
    advice: AdviceSaid | None = None
    body: Rich | None = None
    references: tuple[ReferenceSaid, ...] | None = Field(None, max_length=LONGEST_LIST)
    tags: tuple[line(100, 1), ...] | None = Field(None, max_length=LONGEST_LIST)
    topics: tuple[line(100, 1), ...] | None = Field(None, max_length=LONGEST_LIST)
    risk: Literal[*Article.Risk.values] | None = None
    review_months: Annotated[int, Field(ge=1, le=36)] | None = None

    # Fields of the working copy that are called the same.
    COPIED: ClassVar[tuple[str, ...]] = ("title", "headline", "summary", "body")
    RICH: ClassVar[tuple[str, ...]] = ("body",)


class ArticleRecord(PageRecord):
    type: Literal["article"]


class AboutRecord(PageRecord):
    type: Literal["about"]


class RetiredRecord(Record):
    """An id that is obsolete there, and which took its place."""

    type: Literal["retired"]
    title: line(200) = ""
    replaced_by: Key | None = None


def unpack(model: type[Record], values: dict) -> Record:
    """A record that was checked before it was packed: its texts are clean already."""
    return model.model_validate(values, context=CLEAN)


class Unfit(Exception):
    """A record that is refused: which field, and why."""

    def __init__(self, field: str, reason: str):
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field, self.reason = field, reason


@dataclass
class Wild:
    """Where a text from elsewhere stood, and what it lost when it was cleaned."""

    base: str = ""
    dropped: list[str] = field(default_factory=list)


def parse(model: type[Record], values: dict, text: Wild | None = None) -> Record:
    """The record of some values, its texts cleaned. Raises Unfit with the first thing that is wrong."""
    try:
        record = model.model_validate(values, context=text or Wild())
    except ValidationError as error:
        raise _unfit(error) from error
    advice = getattr(record, "advice", None)
    if advice and bool(advice.level) != bool(advice.html):
        raise Unfit("advice", "Give both the advice and its level, or neither.")
    return record


def _unfit(error: ValidationError) -> Unfit:
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
    return Unfit(field, f"{reason}{more}")
