"""The timeline of a page in the admin: every revision and what became of it, newest first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet, Value

from articles.content import kinds
from articles.content.blocks import Block
from articles.content.diff import Change, compare
from articles.models import Article, Revision

EVENTS_PER_PAGE = 20


@dataclass(frozen=True)
class TimelineSource:
    """Rows that are events of a page, which ``get_rows`` gives.

    ``moment_field`` names the field with their moment, ``template`` prints one of them. Of events
    of one moment the one of the higher ``rank`` came later.
    """

    name: str
    get_rows: Callable[[Article], QuerySet]
    moment_field: str
    template: str
    rank: int


@dataclass(frozen=True)
class TimelineEvent:
    """One row of a source; a revision comes with its changes against the one before it.

    ``changes`` is None where one of the two texts was expunged.
    """

    template: str
    row: object
    changes: tuple[Change, ...] | None = ()


def _get_revisions(page: Article) -> QuerySet:
    return page.revisions.select_related("saved_by", "restored_from")


def _get_metadata_events(page: Article) -> QuerySet:
    """The publication events that needed no signature."""
    return page.publications.filter(evidence__isnull=True).select_related("by")


SOURCES: tuple[TimelineSource, ...] = (
    TimelineSource(
        "revision", _get_revisions, "saved_at", "articles/admin/_revision_event.html", rank=1
    ),
    TimelineSource(
        "metadata", _get_metadata_events, "at", "articles/admin/_metadata_event.html", rank=4
    ),
)


def get_events_page(page: Article, sources: Sequence[TimelineSource], number) -> Page:
    """One page of the events of all sources: a query for the order, one or two for each source."""
    templates = {source.name: source.template for source in sources}
    rows_by_source = {source.name: source.get_rows(page) for source in sources}
    first, *rest = [_get_event_keys(source, rows_by_source[source.name]) for source in sources]
    order = first.union(*rest, all=True).order_by("-event_at", "-event_rank", "-pk")
    events = Paginator(order, EVENTS_PER_PAGE).get_page(number)
    keys = [(name, key) for name, _, _, key in events]
    rows = {}
    for name, all_rows in rows_by_source.items():
        rows[name] = all_rows.in_bulk([key for other, key in keys if other == name])
    changes = _compare_with_previous(page, rows["revision"].values())
    events.object_list = []
    for name, key in keys:
        event_changes = changes.get(key, ()) if name == "revision" else ()
        event = TimelineEvent(templates[name], rows[name][key], event_changes)
        events.object_list.append(event)
    return events


def _get_event_keys(source: TimelineSource, rows: QuerySet) -> QuerySet:
    """Source, moment, rank and key of every row of a source."""
    rows = rows.order_by().annotate(
        event_source=Value(source.name),
        event_at=F(source.moment_field),
        event_rank=Value(source.rank),
    )
    return rows.values_list("event_source", "event_at", "event_rank", "pk")


def _compare_with_previous(
    page: Article, revisions: Iterable[Revision]
) -> dict[int, tuple[Change, ...] | None]:
    """The changes of each revision against the one before; None where a text was expunged."""
    known = {revision.number: revision for revision in revisions}
    previous_numbers = {number - 1 for number in known}
    missing = previous_numbers - known.keys()
    older = page.revisions.filter(number__in=missing) if missing else ()
    # Read once: a revision is compared with the one before it and with the one after it.
    blocks = {}
    for revision in [*older, *known.values()]:
        blocks[revision.number] = _read_blocks(revision)
    changes = {}
    for number, revision in known.items():
        if number - 1 in blocks:
            changes[revision.pk] = _compare_blocks(blocks[number - 1], blocks[number])
    return changes


def compare_revisions(old: Revision, new: Revision) -> tuple[Change, ...] | None:
    """The changes from one revision of a page to another; None where a text was expunged."""
    return _compare_blocks(_read_blocks(old), _read_blocks(new))


def _read_blocks(revision: Revision) -> list[Block] | None:
    if revision.expunged:
        return None
    document = revision.read()
    return list(kinds.get(document.kind).blocks(document))


def _compare_blocks(old: list[Block] | None, new: list[Block] | None) -> tuple[Change, ...] | None:
    if old is None or new is None:
        return None
    return tuple(compare(old, new))
