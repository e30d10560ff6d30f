"""The care cards that a page has after an import: one of each level, the gravest first.

A record has its gravest card as ``advice``, as it always had, and the others in ``care_cards``.
What it leaves out stays as it is here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from articles.content.document import (
    ADVICE_LABELS,
    CARE_CARD_LABELS,
    GRAVITY_ORDER,
    Advice,
    AdviceLevel,
)
from articles.fields import clean_stored
from articles.imports.records import ImportedAdvice, ImportedCard, ImportedCareCards, PageRecord
from articles.models import Article, CareCard
from articles.publishing import composing

CARD_FIELDS = frozenset({"advice", "advice_heading", "care_cards"})
COLUMNS = ("article", "level", "heading", "html")


def has_cards(record: PageRecord) -> bool:
    """Whether a record says anything of the care cards of its page."""
    return record.advice is not None or record.care_cards is not None


def list_cards(record: PageRecord) -> list[Advice]:
    """The cards of a record of a whole page."""
    return merge_cards([], record)


def merge_cards(stored: Sequence[Advice], record: PageRecord) -> list[Advice]:
    """The cards of a page that has ``stored`` ones, once a record was imported.

    ``advice`` takes the place of the gravest card. A record that knows one card alone changes, on
    a page with several, that of its level, so that no graver one is lost.
    """
    cards: dict[str, Advice] = {card.level: card for card in stored}
    advice = record.advice
    if advice is not None:
        knows_one_card = record.care_cards is None and len(stored) > 1
        if stored and not (knows_one_card and advice.level):
            cards.pop(stored[0].level)
        if advice.level:
            _put(cards, stored, advice.level, advice, record.advice_heading)
    for level, card in _iter_given(record.care_cards):
        if card.html:
            _put(cards, stored, level, card, card.heading)
        elif advice is None or advice.level != level:
            cards.pop(level, None)
    return sorted(cards.values(), key=attrgetter("gravity"))


def _iter_given(cards: ImportedCareCards | None) -> Iterator[tuple[AdviceLevel, ImportedCard]]:
    if cards is None:
        return
    for level in GRAVITY_ORDER:
        card = cards.get(level)
        if card is not None:
            yield level, card


def _put(
    cards: dict[str, Advice],
    stored: Sequence[Advice],
    level: AdviceLevel,
    card: ImportedAdvice | ImportedCard,
    heading: str | None,
) -> None:
    """Put a card at its level. Without a heading it keeps that of the card that was there."""
    before = next((old for old in stored if old.level == level), None)
    html = card.html
    if before and clean_stored(CareCard._meta.get_field("html"), before.html) == html:
        html = before.html  # nobody changed it
    if heading is None:
        heading = before.heading if before else ""
    cards[level] = Advice(level=level, html=html, heading=heading)


def set_gravest_card(page: Article, cards: Sequence[Advice]) -> None:
    """Give a page its gravest card. What says the same as it is stored stays as it is."""
    gravest = cards[0] if cards else None
    values = {
        "advice_level": gravest.level if gravest else "",
        "advice_heading": gravest.heading if gravest else "",
        "advice": gravest.html if gravest else "",
    }
    for name, value in values.items():
        if getattr(page, name) != value:
            setattr(page, name, value)


def load_cards(page_ids: Iterable[int]) -> dict[int, list[Advice]]:
    """The cards of some pages, the gravest first. Two queries."""
    pages = Article.objects.filter(pk__in=page_ids).prefetch_related("care_cards")
    pages = pages.only("advice_level", "advice_heading", "advice")
    return {page.pk: composing.compose_care_cards(page) for page in pages}


def build_row(page_id: int, place: int, card: Advice) -> tuple[int, str, str, str]:
    return (page_id, card.level, card.heading, card.html)


def build_values(page: Article) -> dict[str, object]:
    """The cards of a working copy as values of a record: those that it has not are empty."""
    gravest, *further = [*composing.compose_care_cards(page), None][:4]
    others: dict[str, dict[str, str]] = {}
    for level in GRAVITY_ORDER:
        if gravest is None or level != gravest.level:
            others[level] = {"heading": "", "html": ""}
    for card in filter(None, further):
        others[card.level] = {"heading": card.heading, "html": card.html}
    return {
        "advice": {
            "level": gravest.level if gravest else "",
            "html": gravest.html if gravest else "",
        },
        "advice_heading": gravest.heading if gravest else "",
        "care_cards": others,
        "same_for_everyone": page.same_for_everyone,
        "shows_crisis_line": page.shows_crisis_line,
    }


def describe_changes(current: PageRecord, incoming: PageRecord) -> Iterator[tuple[str, str, str]]:
    """What an import would change in the cards: label, text here, text in the file.

    A page that has one card before and after has one line, whatever its level becomes.
    """
    before = list_cards(current)
    after = merge_cards(before, incoming)
    if len(before) <= 1 and len(after) <= 1:
        here, in_file = ("".join(map(_describe, cards)) for cards in (before, after))
        if here != in_file:
            yield "advice", here, in_file
        return
    texts_here, texts_in_file = _index(before), _index(after)
    for level, label in CARE_CARD_LABELS.items():
        here, in_file = texts_here.get(level, ""), texts_in_file.get(level, "")
        if here != in_file:
            yield label.lower(), here, in_file


def _describe(card: Advice) -> str:
    heading = f"{card.heading}: " if card.heading else ""
    return f"{ADVICE_LABELS[card.level]}: {heading}{card.html}"


def _index(cards: Iterable[Advice]) -> Mapping[str, str]:
    return {card.level: f"{card.label}: {card.html}" for card in cards}
