"""The symptom's part of the frozen document: other names, related symptoms, causes and codes."""

from itertools import chain
from typing import Literal
from uuid import UUID

from django.core.paginator import Page

from articles.content import Document, Frozen
from symptoms import cause_pages


class Code(Frozen):
    """One term of a coding system, such as ICD-10-CM R25.3 "Fasciculation"."""

    system: str
    code: str
    display: str = ""


class Related(Frozen):
    """A symptom that may occur along with this one, by the name it was published under."""

    uuid: UUID
    name: str


class RelatedGroup(Frozen):
    """Related symptoms of one body system; ``serious`` gathers those that need emergency care."""

    key: str
    label: str
    symptoms: tuple[Related, ...]

    @property
    def serious(self) -> bool:
        return self.key == "serious"


class Cause(Frozen):
    """A condition that may cause this symptom, with what this page says of it."""

    uuid: UUID
    slug: str
    name: str
    seriousness: Literal["", "serious", "life-threatening"] = ""
    frequency: Literal["", "common", "uncommon", "rare"] = ""
    html: str = ""


class CauseGroup(Frozen):
    """Causes under one heading; an empty heading is the group without a name."""

    heading: str
    causes: tuple[Cause, ...]


class SymptomDocument(Document):
    """A symptom page as signed. ``phrase`` is the name inside a sentence ("facial spasms")."""

    kind: Literal["symptom"] = "symptom"
    phrase: str
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
    codes: tuple[Code, ...] = ()

    @property
    def linked(self) -> set[UUID]:
        return {symptom.uuid for group in self.related for symptom in group.symptoms}

    @property
    def names(self) -> tuple[str, ...]:
        return self.other_names if self.phrase.casefold() == self.title.casefold() else (self.phrase, *self.other_names)

    @property
    def coded(self) -> tuple[str, ...]:
        return tuple(code.code for code in self.codes)

    @property
    def named(self) -> tuple[str, ...]:
        related = tuple(symptom.name for group in self.related for symptom in group.symptoms)
        return related + tuple(cause.name for group in self.causes for cause in group.causes)

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
        return [(anchor, name) for anchor, name, there in sections if there]

    @property
    def every_cause(self) -> list[Cause]:
        return [cause for group in self.causes for cause in group.causes]

    @property
    def cause_groups(self) -> list[tuple[int, str, tuple[Cause, ...]]]:
        """All causes by group, each with its place and its heading."""
        return [(place, group.heading, group.causes) for place, group in enumerate(self.causes, start=1)]

    @property
    def first_causes(self) -> Page:
        """The causes that the page itself names; where there are more, its pages of causes name them."""
        return cause_pages.page(self)

    def line_texts(self) -> dict[str, tuple[str, ...]]:
        related = chain.from_iterable(group.symptoms for group in self.related)
        return super().line_texts() | {
            "Name inside a sentence": (self.phrase,),
            "Other names": self.other_names,
            "Title of the spotlight": (self.spotlight_title,),
            "Related symptoms": tuple(symptom.name for symptom in related),
            "Groups of causes": tuple(group.heading for group in self.causes),
            "Causes": tuple(cause.name for cause in self.every_cause),
            "Codes": tuple(code.display for code in self.codes),
        }

    def rich_texts(self) -> dict[str, str]:
        causes = {f"Cause: {c.name}": c.html for group in self.causes for c in group.causes if c.html}
        texts = super().rich_texts() | {
            "Spotlight": self.spotlight,
            "Causes": self.causes_intro,
            **causes,
            "Questions at a diagnosis": self.diagnosis_questions,
            "Treatment": self.treatment,
            "Complications": self.complications,
        }
        return {label: html for label, html in texts.items() if html}
