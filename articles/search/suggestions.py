"""Suggests names while somebody types: names that go on as typed, else what the search finds."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from articles.content import kinds
from articles.db.prepared import PreparedQuery
from articles.models import Article, SearchEntry
from articles.search import queries, vocabulary
from articles.search.beginnings import find_lay_keys, guess_beginnings
from articles.search.foreign_text import detect_foreign_text
from articles.search.matching import find_matches
from articles.search.words import split_words

MAX_SUGGESTIONS = 8
MAX_CANDIDATES = 60  # names that go on as typed, of which the best are shown
MIN_LENGTH = 2  # letters
MAX_START_LENGTH = 60


@dataclass(frozen=True)
class Suggestion:
    """A name to show, and the title and the address of the page that it leads to."""

    name: str
    title: str
    url: str


@dataclass(frozen=True)
class PublicItem:
    """What visitors can open now."""

    kind: str
    title: str
    slug: str


def suggest(typed: str) -> list[Suggestion]:
    """Names for what was typed so far, the likeliest first, each page once."""
    if len(typed.strip()) < MIN_LENGTH:
        return []
    names: dict[UUID, str] = {}
    for uuid, name in find_name_starts(typed, is_guessing=True):
        names.setdefault(uuid, name)
    if not names:
        names = _find_matching_titles(typed)
    # Some may have been withdrawn since, so twice as many are looked up.
    likeliest = dict(islice(names.items(), MAX_SUGGESTIONS * 2))
    return _build_suggestions(likeliest)[:MAX_SUGGESTIONS]


def _find_matching_titles(typed: str) -> dict[UUID, str]:
    """The titles that the search would find by their names."""
    found = find_matches(typed).candidates[:MAX_SUGGESTIONS]
    named = [answer.candidate for answer in found if not answer.is_mention]
    return {candidate.uuid: candidate.title for candidate in named}


def find_name_starts(typed: str, *, is_guessing: bool = False) -> list[tuple[UUID, str]]:
    """The names that go on as somebody began to type, from any of their words.

    Titles come first, then names that begin so, then short ones. With ``is_guessing``, then names
    that go on as may be meant, and titles of what has another name that is not on its page.
    """
    words = split_words(typed)
    beginning = " ".join(words)[:MAX_START_LENGTH]
    if len(beginning) < MIN_LENGTH:
        return []
    beginnings = [beginning]
    keys: list[str] = []
    known = vocabulary.get_current() if is_guessing else None
    if known is not None and not (len(words) == 1 and known.has_enough_starts(words[0])):
        keys = find_lay_keys(words)
        guesses = guess_beginnings(words, known)
        if guesses and detect_foreign_text(typed, known) is None:
            beginnings += [guess[:MAX_START_LENGTH] for guess in guesses]
    starts = queries.match_name_starts(beginnings, MAX_CANDIDATES, keys)
    starts.sort(key=_get_sort_key)
    return [(row.uuid, row.name) for row in starts]


def _get_sort_key(row: queries.NameStart) -> tuple:
    return (row.found_by, row.rank, row.place, len(row.name), row.start, row.uuid)


def _build_suggestions(names: dict[UUID, str]) -> list[Suggestion]:
    """Suggestions for what visitors can read now, in the order given."""
    public = _get_public_items(names)
    suggestions = []
    for uuid, name in names.items():
        if uuid in public:
            item = public[uuid]
            suggestions.append(Suggestion(name, item.title, kinds.get_path(item.kind, item.slug)))
    return suggestions


def _build_pages_query(uuids: list[UUID]) -> QuerySet:
    pages = Article.objects.public().filter(uuid__any_of=uuids).order_by()
    return pages.values_list("uuid", "kind", "live__title", "live__slug")


def _build_names_query(uuids: list[UUID]) -> QuerySet:
    names = SearchEntry.objects.filter(uuid__any_of=uuids, article=None).order_by()
    return names.values_list("uuid", "kind", "title", "slug")


_pages_query = PreparedQuery(_build_pages_query, uuids=list[UUID])
_names_query = PreparedQuery(_build_names_query, uuids=list[UUID])


def _get_public_items(uuids: Collection[UUID]) -> dict[UUID, PublicItem]:
    """By UUID the public pages, and the names that have an address but no page of their own."""
    if not uuids:
        return {}
    rows = _pages_query.fetch(uuids=list(uuids))
    missing = set(uuids).difference(row[0] for row in rows)
    if missing:
        rows += _names_query.fetch(uuids=list(missing))
    return {uuid: PublicItem(*values) for uuid, *values in rows}
