"""Pages that were withdrawn and are asked for by name: named as withdrawn, with the reason.

Without this a search finds nothing, or other pages, and whoever read the page before is not told
that it was taken down, and why. No word of its text is shown.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from articles.content import kinds
from articles.models import Article, PublicationEvent
from articles.search import vocabulary
from articles.search.query_parser import SearchQuery

MAX_NAMED = 3


@dataclass(frozen=True)
class CoveringPage:
    """A public page that covers the subject of a withdrawn one."""

    title: str
    url: str


@dataclass(frozen=True)
class WithdrawnPage:
    """The title under which a page was signed, and why and when it was withdrawn.

    ``covered_by`` is the public page that covers its subject, if one does.
    """

    title: str
    reason: str
    at: dt.datetime
    is_unsafe: bool
    covered_by: CoveringPage | None


def find_withdrawn_pages(query: SearchQuery) -> list[WithdrawnPage]:
    """The withdrawn pages of which the query has a whole name, in no more than three queries."""
    events = vocabulary.get_current().withdrawn
    found: dict[int, None] = {}
    for key in (*query.keys, *query.part_keys):
        found.update(dict.fromkeys(events.get(key, ())))
    if not found:
        return []
    return _load(list(found)[:MAX_NAMED])


def _load(keys: list[int]) -> list[WithdrawnPage]:
    withdrawals = PublicationEvent.objects.filter(pk__in=keys, article__live=None).order_by("title")
    events = list(withdrawals)
    covering = _load_successors(events)
    pages = []
    for event in events:
        covered_by = covering.get(event.successor_id) if event.successor_id else None
        is_unsafe = event.reason == PublicationEvent.Reason.SAFETY
        reason = event.get_reason_display()
        pages.append(WithdrawnPage(event.title, reason, event.at, is_unsafe, covered_by))
    return pages


def _load_successors(events: Iterable[PublicationEvent]) -> dict[int, CoveringPage]:
    keys = [event.successor_id for event in events if event.successor_id]
    if not keys:
        return {}
    pages = {}
    for page in Article.objects.public().select_related("live").filter(pk__in=keys).order_by():
        assert page.live  # it is public
        pages[page.pk] = CoveringPage(page.live.title, kinds.get_path(page.kind, page.live.slug))
    return pages
