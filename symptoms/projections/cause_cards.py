"""The emergency card of a cause: that of the gravest page that calls it life-threatening."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from articles.care.advice import present_cards
from articles.content import kinds
from articles.search.cards_of_names import CardSource, SourcedCard
from symptoms.models import PublishedCause

MAX_PAGES = 5  # of which the first with an emergency card gives it


def find_emergency_cards(uuids: Iterable[UUID]) -> dict[UUID, SourcedCard]:
    """The card of each of these causes that has one, in two queries."""
    cards: dict[UUID, SourcedCard] = {}
    for row in _load_gravest_rows(list(uuids)):
        if row.cause_uuid in cards:
            continue
        live = row.article.live
        assert live  # it is public
        shown = present_cards(live.revision.read(), for_visitors=True)
        if shown and shown[0].is_emergency:
            source = CardSource(live.title, kinds.get_path("symptom", live.slug))
            cards[row.cause_uuid] = SourcedCard(shown[0], source)
    return cards


def _load_gravest_rows(uuids: list[UUID]) -> list[PublishedCause]:
    """The first few rows of each cause that call it life-threatening, with their documents."""
    grave = PublishedCause.objects.filter(
        cause_uuid__in=uuids, gravity=PublishedCause.Gravity.LIFE_THREATENING
    )
    place = Window(
        RowNumber(), partition_by=F("cause_uuid"), order_by=["rarity", "sort_key", "article"]
    )
    first = grave.annotate(place=place).filter(place__lte=MAX_PAGES)
    keys = list(first.order_by("cause_uuid", "place").values_list("pk", flat=True))
    rows = PublishedCause.objects.select_related("article__live__revision").in_bulk(keys)
    return [rows[key] for key in keys if key in rows]
