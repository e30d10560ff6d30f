"""The time line of a page, as its editors read it: every revision and all that became of it, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet, Value

from articles import kinds
from articles.diff import Block, Change, compare
from articles.models import Article, Revision

EVENTS_A_PAGE = 20


@dataclass(frozen=True)
class Source:
    """Rows that are events of a page: ``at`` names the field with their moment, ``template`` prints one of them.

    Of events of one moment the one of the higher ``rank`` came later.
    """

    name: str
    rows: QuerySet
    at: str
    template: str
    rank: int


@dataclass(frozen=True)
class Event:
    """One row of a source; a revision comes with what it changed of the one before it.

    ``changes`` is nothing at all where one of the two texts was expunged.
    """

    template: str
    row: object
    changes: tuple[Change, ...] | None = ()


def sources(page: Article) -> list[Source]:
    """What the ground knows of a page's history; what a signature let happen is told by the room that signs."""
    revisions = page.revisions.select_related("saved_by", "restored_from")
    frames = page.publications.filter(evidence__isnull=True).select_related("by")
    return [
        Source("revision", revisions, "saved_at", "articles/admin/_revision_event.html", rank=1),
        Source("frame", frames, "at", "articles/admin/_frame_event.html", rank=4),
    ]


def shown(page: Article, sources: Iterable[Source], number) -> Page:
    """One page of the events of all sources, in a query for the order and one or two for each source."""
    by_name = {source.name: source for source in sources}
    first, *rest = (
        source.rows.order_by()
        .annotate(event_source=Value(source.name), event_at=F(source.at), event_rank=Value(source.rank))
        .values_list("event_source", "event_at", "event_rank", "pk")
        for source in by_name.values()
    )
    order = first.union(*rest, all=True).order_by("-event_at", "-event_rank", "-pk")
    events = Paginator(order, EVENTS_A_PAGE).get_page(number)
    keys = [(name, key) for name, _, _, key in events]
    rows = {
        name: source.rows.in_bulk([key for other, key in keys if other == name]) for name, source in by_name.items()
    }
    changes = _changes(page, rows["revision"].values())
    events.object_list = [
        Event(by_name[n].template, rows[n][k], changes.get(k, ()) if n == "revision" else ()) for n, k in keys
    ]
    return events


def _changes(page: Article, revisions: Iterable[Revision]) -> dict[int, tuple[Change, ...] | None]:
    """What each of some revisions changed of the one before it, by key; None where that cannot be told."""
    known = {revision.number: revision for revision in revisions}
    lacking = {number - 1 for number in known} - known.keys()
    older = {revision.number: revision for revision in page.revisions.filter(number__in=lacking)} if lacking else {}
    every = older | known
    blocks = cache(lambda number: _blocks(every[number]))  # each is looked at from both sides
    return {
        revision.pk: _compared(blocks(number - 1), blocks(number))
        for number, revision in known.items()
        if number - 1 in every
    }


def between(old: Revision, new: Revision) -> tuple[Change, ...] | None:
    """The changes that lead from one revision of a page to another; None where the text of one was expunged."""
    return _compared(_blocks(old), _blocks(new))


def _blocks(revision: Revision) -> list[Block] | None:
    if revision.expunged:
        return None
    document = revision.read()
    return list(kinds.get(document.kind).blocks(document))


def _compared(old: list[Block] | None, new: list[Block] | None) -> tuple[Change, ...] | None:
    return None if old is None or new is None else tuple(compare(old, new))
