"""Care cards for hits that are no pages, such as causes: those of a page that names them.

A kind of hit registers how they are found. Somebody who looks for a disease that can kill must not
have to open a list to learn when to call.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from articles.care.advice import ShownAdvice
from articles.search.queries import SearchCandidate


@dataclass(frozen=True)
class CardSource:
    """The page from which a card is."""

    title: str
    url: str


@dataclass(frozen=True)
class SourcedCard:
    """A care card with the page from which it is."""

    card: ShownAdvice
    source: CardSource


FindCards = Callable[[Iterable[UUID]], Mapping[UUID, SourcedCard]]
_finders: dict[str, FindCards] = {}


def register(kind: str, find: FindCards) -> None:
    """Register how cards are found for hits of a kind, in a fixed number of queries."""
    _finders[kind] = find


def find_cards(candidates: Iterable[SearchCandidate]) -> dict[UUID, SourcedCard]:
    """The cards of those that are no pages of their own, by UUID."""
    uuids: dict[str, list[UUID]] = defaultdict(list)
    for candidate in candidates:
        if candidate.article_id is None and candidate.kind in _finders:
            uuids[candidate.kind].append(candidate.uuid)
    cards: dict[UUID, SourcedCard] = {}
    for kind, some in uuids.items():
        cards.update(_finders[kind](some))
    return cards
