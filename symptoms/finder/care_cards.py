"""The care cards of several symptoms as one card a level: whom to call once, signs by symptom.

The words of each card stay as they were signed; only what several cards share stands once.
"""

import re
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from articles.care import advice as care_advice
from articles.care.advice import EMERGENCY_LEVEL
from articles.content.document import ADVICE_LABELS, GRAVITY_ORDER
from symptoms.content.document import DocumentRelatedSymptom, SymptomDocument
from symptoms.finder.selection import ChosenSymptom

MAX_HEADINGS = 3  # of several pages, that one heading names


@dataclass(frozen=True)
class CardPart:
    """Text that the pages of these symptoms have to the letter, with the heading it has there.

    ``same_for_everyone``: these pages say so of their advice, and this is their gravest card.
    """

    label: str
    html: str
    same_for_everyone: bool
    symptoms: list[ChosenSymptom]


@dataclass(frozen=True)
class EmergencySymptom:
    """A symptom that signed pages name among those that need emergency care.

    ``named_by`` are the chosen symptoms whose pages do.
    """

    uuid: UUID
    name: str
    named_by: list[ChosenSymptom]


@dataclass(frozen=True)
class MergedCard:
    """All that the chosen pages say at one level.

    ``chosen`` are emergency symptoms that were chosen themselves, ``others`` those to watch for.
    """

    level: str
    parts: list[CardPart]
    chosen: list[EmergencySymptom] = field(default_factory=list)
    others: list[EmergencySymptom] = field(default_factory=list)

    @property
    def is_emergency(self) -> bool:
        return self.level == EMERGENCY_LEVEL

    @property
    def heading(self) -> str:
        """The signed headings, each once and those with the number first.

        Where there are very many, or none, it is that of the level. If somebody chose an emergency
        symptom, there is nothing left to weigh: it is empty, and the number alone is the heading.
        """
        if self.chosen:
            return ""
        labels = list(dict.fromkeys(part.label for part in self.parts))
        if not 1 <= len(labels) <= MAX_HEADINGS:
            return ADVICE_LABELS[self.level]
        return " · ".join(labels)

    @property
    def symptoms(self) -> list[ChosenSymptom]:
        """The chosen symptoms whose pages say something at this level, each once."""
        found: dict[int, ChosenSymptom] = {}
        for part in self.parts:
            found.update((symptom.pk, symptom) for symptom in part.symptoms)
        return list(found.values())

    @property
    def heading_around_number(self) -> tuple[str, ...]:
        """What stands in the heading before and after the number to call; empty if it has none."""
        if self.chosen:
            return "Call ", " now"
        return split_at_number(self.heading)


def merge_cards(symptoms: list[ChosenSymptom]) -> list[MergedCard]:
    """The care cards of all chosen symptoms, one for each level, the gravest first."""
    parts: dict[str, dict[tuple, CardPart]] = {level: {} for level in GRAVITY_ORDER}
    for symptom in symptoms:
        same_for_everyone = symptom.document.same_for_everyone
        for card in care_advice.present_cards(symptom.document, for_visitors=True):
            key = (card.label, card.html, same_for_everyone)
            part = parts[card.level].setdefault(key, CardPart(*key, []))
            part.symptoms.append(symptom)
            same_for_everyone = False  # it is printed once
    chosen, others = find_emergency_symptoms(symptoms)
    cards: list[MergedCard] = []
    for level, same_level in parts.items():
        merged = MergedCard(level, _sort_parts(same_level.values()))
        if merged.is_emergency:
            merged = MergedCard(level, merged.parts, chosen, others)
        if merged.parts or merged.chosen or merged.others:
            cards.append(merged)
    return cards


def list_texts(cards: list[MergedCard]) -> list[str]:
    """The signed texts of some cards, as HTML."""
    texts: list[str] = []
    for card in cards:
        texts.extend(part.html for part in card.parts)
    return texts


def list_other_emergencies(cards: list[MergedCard]) -> list[UUID]:
    """The emergency symptoms to watch for, which were not chosen."""
    uuids: list[UUID] = []
    for card in cards:
        uuids.extend(emergency.uuid for emergency in card.others)
    return uuids


def _sort_parts(parts) -> list[CardPart]:
    """Those that say to call before those that send somebody elsewhere; else as chosen."""
    return sorted(parts, key=lambda part: not split_at_number(part.label))


def split_at_number(heading: str) -> tuple[str, ...]:
    """What stands before and after the site's emergency number; empty if it is not there."""
    number = re.escape(settings.EMERGENCY_NUMBER)
    found = re.fullmatch(rf"(.*?)(?<!\w){number}(?!\w)(.*)", heading)
    return found.groups() if found else ()


def find_emergency_symptoms(
    symptoms: list[ChosenSymptom],
) -> tuple[list[EmergencySymptom], list[EmergencySymptom]]:
    """What the pages of the chosen symptoms name as serious.

    The first list has those that were chosen too, the second has what to watch out for.
    """
    found: dict[UUID, EmergencySymptom] = {}
    for symptom in symptoms:
        for other in _list_emergency_symptoms(symptom.document):
            emergency = found.setdefault(other.uuid, EmergencySymptom(other.uuid, other.name, []))
            emergency.named_by.append(symptom)
    chosen_uuids = {symptom.document.uuid for symptom in symptoms}
    chosen: list[EmergencySymptom] = []
    others: list[EmergencySymptom] = []
    for emergency in found.values():
        if emergency.uuid in chosen_uuids:
            chosen.append(emergency)
        else:
            others.append(emergency)
    return chosen, others


def _list_emergency_symptoms(document: SymptomDocument) -> list[DocumentRelatedSymptom]:
    """The symptoms that a page names among those that need emergency care."""
    found: list[DocumentRelatedSymptom] = []
    for group in document.related:
        if group.serious:
            found.extend(group.symptoms)
    return found
