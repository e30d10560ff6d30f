"""Records of symptoms and causes: their part of our JSON lines."""

from typing import Annotated, ClassVar, Literal, Self

from django.db.models import Q
from pydantic import BeforeValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from articles.imports import matching
from articles.imports.records import (
    MAX_LIST_LENGTH,
    CleaningContext,
    ImportRecord,
    Line,
    PageRecord,
    RecordId,
    RecordPart,
    RichText,
    Slug,
    limit,
)
from articles.models import ExternalId
from symptoms import coding_systems
from symptoms.content.document import Determiner, Frequency, Seriousness
from symptoms.models import BodySystem, Code

MAX_NAME_LENGTH = 200


class CauseRecord(ImportRecord):
    type: Literal["cause"]
    also: tuple[RecordId, ...] = Field(default=(), max_length=MAX_LIST_LENGTH)
    name: Annotated[Line, limit(MAX_NAME_LENGTH, 1)]
    slug: Slug | None = None
    catch_all: bool | None = None
    description: RecordId | None = None  # the id of an article


def _name_system(name: object) -> object:
    """Our name of a coding system, whatever a source calls it."""
    return coding_systems.find_system(name) or name if isinstance(name, str) else name


class ImportedCode(RecordPart):
    system: Annotated[
        Literal[*Code.System.values],  # type: ignore[valid-type]  # as the model has them
        BeforeValidator(_name_system),
    ]
    code: Annotated[Line, limit(40, 1)]
    display: Annotated[Line, limit(200)] = ""

    @model_validator(mode="after")
    def _mend_code(self, info: ValidationInfo) -> Self:
        """The code of a file in its normal form, if it has one: see ``SymptomRecord``."""
        if not isinstance(info.context, CleaningContext):
            return self
        code = coding_systems.normalize_or_keep(self.system, self.code)
        return self if code == self.code else self.model_copy(update={"code": code})

    @property
    def normal_form(self) -> tuple[str, str]:
        return self.system, coding_systems.normalize_or_keep(self.system, self.code)

    def to_text(self, names) -> str:
        return " ".join(filter(None, (*self.normal_form, self.display)))


class ImportedCause(RecordPart):
    """``cause`` is the id of a cause. An unknown one needs a ``name``, or is left out."""

    cause: RecordId
    name: Annotated[Line, limit(MAX_NAME_LENGTH)] = ""
    group: Annotated[Line, limit(120)] = ""
    seriousness: Seriousness = ""
    frequency: Frequency = ""
    html: RichText = ""

    def to_text(self, names) -> str:
        name = names.get(("cause", self.cause)) or self.name or self.cause
        facts = (self.group, self.seriousness, self.frequency, self.html)
        more = " · ".join(filter(None, facts))
        if not more:
            return name
        return f"{name} ({more})"


class ImportedRelatedSymptom(RecordPart):
    """``symptom`` is the id of a symptom. ``title`` finds it if the id is unknown."""

    symptom: RecordId
    title: Annotated[Line, limit(200)] = ""
    system: Literal[*BodySystem.values]  # type: ignore[valid-type]  # as the model has them
    serious: bool = False

    def to_text(self, names) -> str:
        name = names.get(("page", self.symptom)) or self.title or self.symptom
        facts = BodySystem(self.system).label
        if self.serious:
            facts += ", serious"
        return f"{name} ({facts})"


def _find_stored_codes(source: str, key: str) -> set[tuple[str, str]]:
    """The codes of the page that a record is about, as they are stored."""
    pages = Q(symptom__uuid=matching.derive_uuid(source, key))
    external_ids = ExternalId.objects.filter(source=source, key=key)
    pages |= Q(symptom__in=external_ids.values("article"))
    return set(Code.objects.filter(pages).values_list("system", "code"))


class SymptomRecord(PageRecord):
    type: Literal["symptom"]
    phrase: Annotated[Line, limit(200)] | None = None
    determiner: Determiner | None = None
    plural: bool | None = None
    spotlight_title: Annotated[Line, limit(120)] | None = None
    spotlight: RichText | None = None
    causes_intro: RichText | None = None
    diagnosis_questions: RichText | None = None
    treatment: RichText | None = None
    complications: RichText | None = None
    other_names: (
        Annotated[tuple[Annotated[Line, limit(200, 1)], ...], Field(max_length=MAX_LIST_LENGTH)]
        | None
    ) = None
    codes: Annotated[tuple[ImportedCode, ...], Field(max_length=MAX_LIST_LENGTH)] | None = None
    causes: Annotated[tuple[ImportedCause, ...], Field(max_length=MAX_LIST_LENGTH)] | None = None
    related: (
        Annotated[tuple[ImportedRelatedSymptom, ...], Field(max_length=MAX_LIST_LENGTH)] | None
    ) = None

    @model_validator(mode="after")
    def _refuse_invalid_codes(self, info: ValidationInfo) -> Self:
        """Refuse what is no code, unless it stands on the page already: nobody changed it then."""
        if not self.codes or not isinstance(info.context, CleaningContext):
            return self
        stored: set[tuple[str, str]] | None = None
        for code in self.codes:
            try:
                coding_systems.normalize_code(code.system, code.code)
            except coding_systems.InvalidCode as error:
                if stored is None:
                    stored = _find_stored_codes(info.context.source, self.id)
                if (code.system, code.code) not in stored:
                    raise PydanticCustomError("refused", "{why}", {"why": str(error)}) from error
        return self

    SYMPTOM_RICH_TEXT_FIELDS: ClassVar[tuple[str, ...]] = (
        "spotlight",
        "causes_intro",
        "diagnosis_questions",
        "treatment",
        "complications",
    )
    RICH_TEXT_FIELDS: ClassVar[tuple[str, ...]] = (
        *PageRecord.RICH_TEXT_FIELDS,
        *SYMPTOM_RICH_TEXT_FIELDS,
    )
    COPIED_FIELDS: ClassVar[tuple[str, ...]] = (
        *PageRecord.COPIED_FIELDS,
        "phrase",
        "determiner",
        "plural",
        "spotlight_title",
        *SYMPTOM_RICH_TEXT_FIELDS,
    )
