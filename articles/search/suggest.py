"""What somebody who is still typing may mean: names that go on as typed, else what the search would answer."""

from dataclasses import dataclass
from uuid import UUID

from articles import kinds
from articles.models import Article, SearchEntry
from articles.search import engine
from articles.search.find import find
from articles.search.words import words

MOST = 8
LOOKED_AT = 60  # names that go on as typed, of which the best are shown
SHORTEST = 2  # letters
LONGEST_START = 60


@dataclass(frozen=True)
class Suggestion:
    """A name to show, and the page that it leads to, with its title where the name is another one."""

    name: str
    title: str
    url: str


def suggest(typed: str, *, named_only: bool = False) -> list[Suggestion]:
    """Names for what was typed so far, the likeliest first, each page once."""
    if len(typed.strip()) < SHORTEST:
        return []
    names = {}
    for uuid, name in beginning(typed):
        names.setdefault(uuid, name)
    if not names:
        names = {one.candidate.uuid: one.candidate.title for one in find(typed, named_only=named_only).answers[:MOST]}
    return _public(dict(list(names.items())[: MOST * 2]))[:MOST]


def beginning(typed: str) -> list[tuple[UUID, str]]:
    """The names that go on as somebody began to type, from any of their words, titles and short ones first."""
    begun = " ".join(words(typed))
    if len(begun) < SHORTEST:
        return []
    found = engine.starting(begun[:LONGEST_START], LOOKED_AT)
    best = sorted(found, key=lambda row: (row[3], row[2], len(row[1]), row[4], row[0]))
    return [(uuid, name) for uuid, name, *_ in best]


def _public(names: dict) -> list[Suggestion]:
    """Those that visitors can read now, in the order given."""
    pages = Article.objects.public().filter(uuid__in=names).order_by()
    told = {
        u: (kind, title, slug)
        for u, kind, title, slug in pages.values_list("uuid", "kind", "live__title", "live__slug")
    }
    others = SearchEntry.objects.filter(uuid__in=set(names) - set(told), article=None)
    told |= {one.uuid: (one.kind, one.title, one.slug) for one in others} if len(told) < len(names) else {}
    return [
        Suggestion(name, told[uuid][1], kinds.path(told[uuid][0], told[uuid][2]))
        for uuid, name in names.items()
        if uuid in told
    ]
