"""Care cards as they are shown: to visitors as grave as their words, at the desk as chosen.

A card that was signed at a lower level but sends people to emergency help is shown to visitors in
emergency style, under a general heading, until it is signed again (ADR 36). The signed text stays.
"""

from dataclasses import dataclass

from django.utils.safestring import mark_safe

from articles.care.emergency_help import find_emergency_help
from articles.care.phone_links import link_phone_numbers
from articles.content.document import ADVICE_HEADING, GRAVITY_ORDER, Advice, Document
from articles.richtext.attributes import remove_foreign

EMERGENCY_LEVEL = "emergency"


@dataclass(frozen=True)
class ShownAdvice:
    """The label and the text of a card, and the level whose style it has."""

    level: str
    label: str
    html: str

    @property
    def is_emergency(self) -> bool:
        return self.level == EMERGENCY_LEVEL


def present_cards(document: Document, *, for_visitors: bool) -> list[ShownAdvice]:
    """The care cards of a page, by gravity as they are shown: what is most urgent comes first."""
    present = present_for_visitors if for_visitors else present_as_signed
    cards = [present(card) for card in document.care_cards]
    return sorted(cards, key=lambda card: GRAVITY_ORDER.index(card.level))


def present_for_visitors(advice: Advice) -> ShownAdvice:
    """Advice as visitors read it: the site's numbers are links, and foreign attributes are gone."""
    html = link_phone_numbers(remove_foreign(advice.html))
    html = mark_safe(html)  # noqa: S308 - cleaned whenever it is saved
    if understates_emergency(advice):
        return ShownAdvice(EMERGENCY_LEVEL, ADVICE_HEADING, html)
    return ShownAdvice(advice.level, advice.label, html)


def present_as_signed(advice: Advice) -> ShownAdvice:
    """Advice as it is written, signed and compared."""
    return ShownAdvice(advice.level, advice.label, advice.html)


def understates_emergency(advice: Advice) -> bool:
    """Whether advice of a lower level sends people to emergency help."""
    return advice.level != EMERGENCY_LEVEL and bool(find_emergency_help(advice.html))
