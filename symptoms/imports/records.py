"""Records of symptoms and causes: the part of our JSON lines that is theirs."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from articles.imports.records import LONGEST_LIST, Key, PageRecord, Part, Record, Rich, Slug, line
from symptoms.models import BodySystem, Code, SymptomCause

LONGEST_NAME = 200


class CauseRecord(Record):
    type: Literal["cause"]
    also: tuple[Key, ...] = Field((), max_length=LONGEST_LIST)
    name: line(LONGEST_NAME, 1)
    slug: Slug | None = None


class CodeSaid(Part):
    system: Literal[*Code.System.values]
    code: line(40, 1)
    display: line(200) = ""

    def readable(self, names) -> str:
        return " ".join(said for said in (self.system, self.code, self.display) if said)


class CauseSaid(Part):
    """``cause`` is the id of a cause; with ``name`` one that nobody knows is made, without it is left out."""

    cause: Key
    name: line(LONGEST_NAME) = ""
    group: line(120) = ""
    seriousness: Literal["", *SymptomCause.Seriousness.values] = ""
    frequency: Literal["", *SymptomCause.Frequency.values] = ""
    html: Rich = ""

    def readable(self, names) -> str:
        called = names.get(("cause", self.cause)) or self.name or self.cause
        more = " · ".join(said for said in (self.group, self.seriousness, self.frequency, self.html) if said)
        return f"{called} ({more})" if more else called


class RelatedSaid(Part):
    """``symptom`` is the id of a symptom; ``title`` is for people, and for finding it where no id is known."""

    symptom: Key
    title: line(200) = ""
    system: Literal[*BodySystem.values]
    serious: bool = False

    def readable(self, names) -> str:
        called = names.get(("page", self.symptom)) or self.title or self.symptom
        return f"{called} ({BodySystem(self.system).label}{', serious' if self.serious else ''})"


class SymptomRecord(PageRecord):
    type: Literal["symptom"]
    phrase: line(200) | None = None
    plural: bool | None = None
    spotlight_title: line(120) | None = None
    spotlight: Rich | None = None
    causes_intro: Rich | None = None
    diagnosis_questions: Rich | None = None
    treatment: Rich | None = None
    complications: Rich | None = None
    other_names: Annotated[tuple[line(200, 1), ...], Field(max_length=LONGEST_LIST)] | None = None
    codes: Annotated[tuple[CodeSaid, ...], Field(max_length=LONGEST_LIST)] | None = None
    causes: Annotated[tuple[CauseSaid, ...], Field(max_length=LONGEST_LIST)] | None = None
    related: Annotated[tuple[RelatedSaid, ...], Field(max_length=LONGEST_LIST)] | None = None

    OWN_RICH: ClassVar[tuple[str, ...]] = (
        "spotlight",
        "causes_intro",
        "diagnosis_questions",
        "treatment",
        "complications",
    )
    RICH: ClassVar[tuple[str, ...]] = (*PageRecord.RICH, *OWN_RICH)
    COPIED: ClassVar[tuple[str, ...]] = (*PageRecord.COPIED, "phrase", "plural", "spotlight_title", *OWN_RICH)
