"""Care cards as they are shown: to visitors as grave as their words, at the desk as chosen.

A card that was signed at a lower level but sends people to emergency help is shown to visitors in
emergency style, under a general heading, until it is signed again (ADR 36, 57). The signed text
stays. A heading that itself sends people to help stays too: it may be all that does.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape

from django.conf import settings
from django.utils.safestring import mark_safe

from articles.care.actions import Action, find_actions
from articles.care.emergency_help import find_emergency_help
from articles.care.phone_links import link_phone_numbers
from articles.care.phone_numbers import extract_words
from articles.care.site_numbers import get_dialled_numbers
from articles.content.document import ADVICE_HEADING, GRAVITY_ORDER, Advice, Document, DocumentHead
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


def present_cards(document: Document | DocumentHead, *, for_visitors: bool) -> list[ShownAdvice]:
    """The care cards of a page, by gravity as they are shown: what is most urgent comes first."""
    present = present_for_visitors if for_visitors else present_as_signed
    return _sort([present(card) for card in document.care_cards])


def present_signed_texts(document: Document) -> list[ShownAdvice]:
    """The same cards with their texts as they were signed, for feeds: headings as visitors see."""
    cards = []
    for card in document.care_cards:
        html = mark_safe(card.html)  # noqa: S308 - cleaned whenever it is saved
        cards.append(replace(present_for_visitors(card), html=html))
    return _sort(cards)


def _sort(cards: list[ShownAdvice]) -> list[ShownAdvice]:
    return sorted(cards, key=lambda card: GRAVITY_ORDER.index(card.level))


def present_for_visitors(advice: Advice) -> ShownAdvice:
    """Advice as visitors read it: the site's numbers are links, and foreign attributes are gone."""
    return _present(advice, tuple(get_dialled_numbers().items()), settings.EMERGENCY_NUMBER)


@lru_cache(maxsize=1_000)
def _present(advice: Advice, _numbers: tuple[tuple[str, str], ...], _emergency: str) -> ShownAdvice:
    """The same card, with the same numbers of the site, is shown on many pages."""
    html = link_phone_numbers(remove_foreign(advice.html))
    html = mark_safe(html)  # noqa: S308 - cleaned whenever it is saved
    if understates_emergency(advice):
        label = advice.heading if _names_emergency_help(advice.heading) else ADVICE_HEADING
        return ShownAdvice(EMERGENCY_LEVEL, label, html)
    return ShownAdvice(advice.level, advice.label, html)


def present_as_signed(advice: Advice) -> ShownAdvice:
    """Advice as it is written, signed and compared."""
    return ShownAdvice(advice.level, advice.label, advice.html)


def understates_emergency(advice: Advice) -> bool:
    """Whether advice of a lower level sends people to emergency help."""
    return advice.level != EMERGENCY_LEVEL and bool(quote_emergency_help(advice))


def quote_emergency_help(advice: Advice) -> str:
    """The first words of a card, heading included, that send people to emergency help, or empty."""
    if _names_emergency_help(advice.heading):
        return advice.heading
    return find_emergency_help(advice.html)


def _names_emergency_help(heading: str) -> bool:
    return bool(heading and find_emergency_help(f"<p>{escape(heading)}</p>"))


def get_card_words(advice: Advice) -> str:
    """The words of a card: its own heading, if it has one, then a line for each paragraph."""
    words = extract_words(advice.html)
    return f"{advice.heading}\n{words}" if advice.heading else words


def find_card_actions(advice: Advice) -> tuple[Action, ...]:
    """What a card tells people to do, by the places in its words."""
    return find_actions(get_card_words(advice))
