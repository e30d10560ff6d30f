"""The checklist of a signer: a statement for each thing that the text under review has."""

from dataclasses import dataclass
from itertools import chain

from articles.content.document import Document
from articles.quality import extract_plain_lines
from articles.quality.safety import DOSE, STATISTIC


@dataclass(frozen=True)
class ChecklistItem:
    """One line of the checklist. ``name`` is its key in the ledger's record and must not change."""

    name: str
    title: str
    statement: str


ADVICE = ChecklistItem(
    "advice",
    "Emergency advice",
    "It says when to call for help and how fast, and nothing delays a reader.",
)
LEVELS = ChecklistItem(
    "card_levels",
    "Care cards",
    "The level of each card is right, each sign is on the card of its level, and each card asks "
    "for one thing.",
)
GROUPS = ChecklistItem(
    "groups_of_people",
    "Groups of people",
    "The cards say what differs for babies and children, in pregnancy and the weeks after birth, "
    "for older people and for people with a weak immune system, or nothing does.",
)
CAUSES = ChecklistItem(
    "causes",
    "Causes",
    "None that matters is missing; their order, seriousness and frequency are right.",
)
DOSES = ChecklistItem(
    "doses", "Doses and figures", "Each dose, share and number is right and has a source."
)
IMAGES = ChecklistItem(
    "images", "Images", "They show what their words say, in the right place, and mislead nobody."
)
REFERENCES = ChecklistItem(
    "references", "References", "They are current, and they say what the page says."
)
LANGUAGE = ChecklistItem(
    "language", "Plain language", "A reader without training understands it and cannot misread it."
)


def get_items(document: Document) -> list[ChecklistItem]:
    """The lines that apply to a text."""
    items = []
    if document.care_cards:
        items += [ADVICE, LEVELS, GROUPS]
    if getattr(document, "causes", ()):
        items.append(CAUSES)
    if _has_figures(document):
        items.append(DOSES)
    if document.figures:
        items.append(IMAGES)
    if document.references:
        items.append(REFERENCES)
    items.append(LANGUAGE)
    return items


def _has_figures(document: Document) -> bool:
    """Whether a text has doses or statistics."""
    plain_lines = extract_plain_lines(document).values()
    text = " ".join(chain.from_iterable(plain_lines))
    return bool(DOSE.search(text) or STATISTIC.search(text))
