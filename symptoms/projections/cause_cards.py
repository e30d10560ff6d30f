"""The emergency card of a cause: that of the gravest page that calls it life-threatening."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from articles.care.advice import present_cards
from articles.content import kinds
from articles.db.prepared import PreparedQuery
from articles.search.cards_of_names import CardSource, SourcedCard
from symptoms.models import PublishedCause

MAX_PAGES = 5  # of which the first with an emergency card gives it


class GraveRow(NamedTuple):
    """A page that calls a cause life-threatening, as it is public: its title, slug and text."""

    cause_uuid: UUID
    title: str
    slug: str
    document: str


def find_emergency_cards(uuids: Iterable[UUID]) -> dict[UUID, SourcedCard]:
    """The card of each of these causes that has one, in two queries."""
    cards: dict[UUID, SourcedCard] = {}
    for row in _load_gravest_rows(list(uuids)):
        if row.cause_uuid in cards:
            continue
        shown = present_cards(kinds.parse_document(row.document), for_visitors=True)
        if shown and shown[0].is_emergency:
            source = CardSource(row.title, kinds.get_path("symptom", row.slug))
            cards[row.cause_uuid] = SourcedCard(shown[0], source)
    return cards


def _build_gravest_query(uuids: list[UUID]) -> QuerySet:
    """The keys of the first few rows of each cause that call it life-threatening."""
    grave = PublishedCause.objects.filter(
        cause_uuid__any_of=uuids, gravity=PublishedCause.Gravity.LIFE_THREATENING
    )
    place = Window(
        RowNumber(), partition_by=F("cause_uuid"), order_by=["rarity", "sort_key", "article"]
    )
    first = grave.annotate(place=place).filter(place__lte=MAX_PAGES)
    return first.order_by("cause_uuid", "place").values_list("pk", flat=True)


def _build_documents_query(keys: list[int]) -> QuerySet:
    rows = PublishedCause.objects.filter(pk__any_of=keys, article__live__isnull=False).order_by()
    return rows.values_list(
        "pk",
        "cause_uuid",
        "article__live__title",
        "article__live__slug",
        "article__live__revision__document",
    )


_gravest_query = PreparedQuery(_build_gravest_query, uuids=list[UUID])
_documents_query = PreparedQuery(_build_documents_query, keys=list[int])


def _load_gravest_rows(uuids: list[UUID]) -> list[GraveRow]:
    """The first few rows of each cause that call it life-threatening, with their documents."""
    keys = _gravest_query.fetch(uuids=uuids)
    if not keys:
        return []
    rows = {row[0]: GraveRow(*row[1:]) for row in _documents_query.fetch(keys=keys)}
    return [rows[key] for key in keys if key in rows]
