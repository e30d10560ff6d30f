"""Finding a public symptom by what somebody types, by its title and other names as signed."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from articles.db.prepared import PreparedQuery
from articles.models import Article, SearchStart
from articles.names import fold
from articles.search import matching
from articles.search.suggestions import find_name_starts
from articles.search.words import build_key, is_negated, names_whole, split_words, stem_text

MAX_MATCHES = 8
# The share of the typed words that a name must have. A page that only mentions them in its text
# is about another symptom. A code or a whole name has a score of 1.
MIN_NAME_SHARE = 0.3


@dataclass(frozen=True)
class SymptomMatch:
    """A public symptom, and the other name by which it was found, if it was.

    ``exact``: that name is what was typed. ``has_all_words``: it has each significant typed word.
    """

    title: str
    slug: str
    other_name: str
    exact: bool
    has_all_words: bool


def find_matches(typed: str, *, named_only: bool = False) -> list[SymptomMatch]:
    """The symptoms that the typed text may mean.

    First come those whose names continue it, then what the search finds. With ``named_only`` each
    has all its significant words.
    """
    uuids = _find_candidates(typed, named_only=named_only)
    pages = _load_pages(uuids)
    names = _load_names(list(pages))
    query_stems = stem_text(typed)
    found: list[SymptomMatch] = []
    for uuid in uuids:
        if uuid not in pages:
            continue
        title, slug = pages[uuid]
        match = _build_match(title, slug, names.get(uuid, []), query_stems, typed)
        if match.has_all_words or not named_only:
            found.append(match)
    return found[:MAX_MATCHES]


def _find_candidates(typed: str, *, named_only: bool) -> list[UUID]:
    """UUIDs of what may be meant, the likeliest first; not all of them are public symptoms."""
    uuids = [uuid for uuid, *_ in find_name_starts(typed, is_guessing=not named_only)]
    for scored in matching.find_matches(typed, named_only=named_only).candidates:
        is_symptom = scored.candidate.kind == "symptom"
        is_named = scored.name_coverage >= MIN_NAME_SHARE or scored.score >= 1
        if is_symptom and is_named:
            uuids.append(scored.candidate.uuid)
    return list(dict.fromkeys(uuids))[: 4 * MAX_MATCHES]


def _build_pages_query(uuids: list[UUID]) -> QuerySet:
    pages = Article.objects.public().filter(uuid__any_of=uuids, kind="symptom").order_by()
    return pages.values_list("uuid", "live__title", "live__slug")


def _build_names_query(uuids: list[UUID]) -> QuerySet:
    rows = SearchStart.objects.filter(uuid__any_of=uuids, place=0).order_by("rank", "pk")
    return rows.values_list("uuid", "name")


_pages_query = PreparedQuery(_build_pages_query, uuids=list[UUID])
_names_query = PreparedQuery(_build_names_query, uuids=list[UUID])


def _load_pages(uuids: list[UUID]) -> dict[UUID, tuple[str, str]]:
    """Title and slug of those that are public symptoms."""
    if not uuids:
        return {}
    return {uuid: (title, slug) for uuid, title, slug in _pages_query.fetch(uuids=uuids)}


def _load_names(uuids: list[UUID]) -> dict[UUID, list[str]]:
    """The names of each symptom, its title first."""
    found: dict[UUID, list[str]] = {}
    if uuids:
        for uuid, name in _names_query.fetch(uuids=uuids):
            found.setdefault(uuid, []).append(name)
    return found


def _build_match(
    title: str, slug: str, names: list[str], query_stems: list[str], typed: str
) -> SymptomMatch:
    all_names = [title, *names]
    scores = {name: _score_name(name, query_stems, typed) for name in all_names}
    best = max(scores, key=scores.__getitem__)
    return SymptomMatch(
        title=title,
        slug=slug,
        other_name="" if scores[best] == scores[title] else best,
        exact=any(_is_exact(name, query_stems, typed) for name in all_names),
        has_all_words=_has_all_words(best, query_stems, typed),
    )


def _score_name(name: str, query_stems: list[str], typed: str) -> tuple[int, bool]:
    """How many typed words a name has, and whether the text as typed is part of it."""
    shared = set(query_stems).intersection(stem_text(name))
    return len(shared), fold(typed) in fold(name)


def _is_exact(name: str, query_stems: list[str], typed: str) -> bool:
    same_words = build_key(stem_text(name)) == build_key(query_stems)
    return same_words and names_whole(split_words(typed), name)


def _has_all_words(name: str, query_stems: list[str], typed: str) -> bool:
    if not query_stems or not set(query_stems).issubset(stem_text(name)):
        return False
    return not is_negated(split_words(typed), name)
