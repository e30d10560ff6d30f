"""The document of a symptom page: other names, related symptoms, causes and codes."""

from collections import Counter
from typing import Literal
from uuid import UUID

from django.core.paginator import Page

from articles.content.document import (
    Document,
    ExtendedModel,
    FrozenModel,
    encode_model,
    encode_plain,
)
from articles.models import Revision
from symptoms.content import cause_pages
from symptoms.questions import add_determiner

Seriousness = Literal["", "serious", "life-threatening"]
Determiner = Literal["", "a", "an", "the"]
Frequency = Literal["", "common", "uncommon", "rare"]
SECTION_ANCHORS = frozenset(
    {"symptoms", "causes", "questions", "treatment", "complications", "references"}
)


class DocumentCode(FrozenModel):
    """One term of a coding system, such as ICD-10-CM R25.3 "Fasciculation"."""

    system: str
    code: str
    display: str = ""


class DocumentRelatedSymptom(FrozenModel):
    """A symptom that may occur along with this one, by the name it was published under."""

    uuid: UUID
    name: str


class RelatedGroup(FrozenModel):
    """Related symptoms of one body system; ``serious`` gathers those that need emergency care."""

    key: str
    label: str
    symptoms: tuple[DocumentRelatedSymptom, ...]

    @property
    def serious(self) -> bool:
        return self.key == "serious"


class CauseDescription(FrozenModel):
    """The article that says what a cause is, by the title that it had when this was composed."""

    uuid: UUID
    title: str


class DocumentCause(ExtendedModel):
    """A condition that may cause this symptom, with what this page says of it.

    ``catch_all`` and ``description`` are facts of the cause itself, whatever the symptom.
    """

    ADDED_FIELDS = frozenset({"catch_all", "description"})

    uuid: UUID
    slug: str
    name: str
    seriousness: Seriousness = ""
    frequency: Frequency = ""
    html: str = ""
    catch_all: bool = False
    description: CauseDescription | None = None


class CauseGroup(FrozenModel):
    """Causes under one heading; an empty heading is the group without a name."""

    heading: str
    causes: tuple[DocumentCause, ...]


class SymptomDocument(Document):
    """A symptom page as signed. ``phrase`` is the name inside a sentence ("facial spasms").

    ``determiner`` stands before it in a question ("What causes a headache?"), and only there
    ("headache causes").
    """

    ADDED_FIELDS = Document.ADDED_FIELDS | {"determiner"}
    kind: Literal["symptom"] = "symptom"
    phrase: str
    determiner: Determiner = ""
    plural: bool = False
    other_names: tuple[str, ...] = ()
    spotlight_title: str = ""
    spotlight: str = ""
    related: tuple[RelatedGroup, ...] = ()
    causes_intro: str = ""
    causes: tuple[CauseGroup, ...] = ()
    diagnosis_questions: str = ""
    treatment: str = ""
    complications: str = ""
    codes: tuple[DocumentCode, ...] = ()

    def encode_lists(self, known: dict[int, str]) -> dict[str, str]:
        """Its causes: thousands of pages name the same ones, mostly with the same facts."""
        groups = []
        for group in self.causes:
            causes = ",".join([encode_model(cause, known) for cause in group.causes])
            groups.append(f'{{"causes":[{causes}],"heading":{encode_plain(group.heading)}}}')
        return {"causes": f"[{','.join(groups)}]"}

    @property
    def name_in_question(self) -> str:
        """The name as a question has it: "a headache", "facial spasms"."""
        return add_determiner(self.phrase, self.determiner)

    @property
    def all_related(self) -> list[DocumentRelatedSymptom]:
        related: list[DocumentRelatedSymptom] = []
        for group in self.related:
            related.extend(group.symptoms)
        return related

    @property
    def all_causes(self) -> list[DocumentCause]:
        causes: list[DocumentCause] = []
        for group in self.causes:
            causes.extend(group.causes)
        return causes

    @property
    def linked(self) -> set[UUID]:
        return {symptom.uuid for symptom in self.all_related}

    @property
    def names(self) -> tuple[str, ...]:
        if self.phrase.casefold() == self.title.casefold():
            return self.other_names
        return (self.phrase, *self.other_names)

    @property
    def code_keys(self) -> tuple[str, ...]:
        return tuple(code.code for code in self.codes)

    @property
    def listed_names(self) -> tuple[str, ...]:
        return (
            *(symptom.name for symptom in self.all_related),
            *(cause.name for cause in self.all_causes),
        )

    def get_anchors(self) -> set[str]:
        """The anchors of its sections: its headings have none."""
        return {anchor for anchor, _ in self.contents()}

    def contents(self) -> list[tuple[str, str]]:
        """The (anchor, name) of the sections that are there, in reading order."""
        sections = [
            ("symptoms", "Other symptoms", self.related),
            ("causes", "Causes", self.causes),
            ("questions", "Questions you may be asked", self.diagnosis_questions),
            ("treatment", "Treatment", self.treatment),
            ("complications", "Complications", self.complications),
            ("references", "References", self.references),
        ]
        return [(anchor, name) for anchor, name, content in sections if content]

    @property
    def cause_groups(self) -> list[tuple[int, str, tuple[DocumentCause, ...]]]:
        """All causes by group, each with its place and its heading."""
        groups: list[tuple[int, str, tuple[DocumentCause, ...]]] = []
        for place, group in enumerate(self.causes, start=1):
            groups.append((place, group.heading, group.causes))
        return groups

    @property
    def first_cause_page(self) -> Page:
        """The causes that the page itself names; if there are more, pages of causes name them."""
        return cause_pages.get_page(self)

    def get_line_texts(self) -> dict[str, tuple[str, ...]]:
        return super().get_line_texts() | {
            "Name inside a sentence": (self.phrase,),
            "Other names": self.other_names,
            "Title of the spotlight": (self.spotlight_title,),
            "Related symptoms": tuple(symptom.name for symptom in self.all_related),
            "Groups of causes": tuple(group.heading for group in self.causes),
            "Causes": tuple(cause.name for cause in self.all_causes),
            "Codes": tuple(code.display for code in self.codes),
        }

    def get_rich_texts(self) -> dict[str, str]:
        texts = super().get_rich_texts()
        texts["Spotlight"] = self.spotlight
        texts["Causes"] = self.causes_intro
        counts: Counter[str] = Counter()
        for cause in self.all_causes:
            if cause.html:
                counts[cause.name] += 1
                number = f" ({counts[cause.name]})" if counts[cause.name] > 1 else ""
                texts[f"Cause: {cause.name}{number}"] = cause.html
        texts["Questions at a diagnosis"] = self.diagnosis_questions
        texts["Treatment"] = self.treatment
        texts["Complications"] = self.complications
        return {label: html for label, html in texts.items() if html}


def read_symptom(revision: Revision) -> SymptomDocument:
    """The document of a revision of a symptom."""
    document = revision.read()
    assert isinstance(document, SymptomDocument)  # as its page is one
    return document
