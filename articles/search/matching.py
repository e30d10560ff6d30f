"""Finds the pages that match what somebody typed, the best first."""

from dataclasses import dataclass, field
from uuid import UUID

from articles.search import queries, vocabulary
from articles.search.queries import KeyMatch, SearchCandidate
from articles.search.query_parser import SearchQuery, parse_query
from articles.search.ranking import RankedCandidate, rank
from articles.search.vocabulary import Vocabulary, guess_query
from articles.search.words import build_code_key

# Below this many matches of the whole query, matches of a part of it are shown as well.
FEW_MATCHES = 3
MAX_NAME_LENGTH = 200  # characters of a name that are stored beside its key
MIN_NAME_COVERAGE = 0.8  # of a query; guesses count a little less


@dataclass(frozen=True)
class SearchMatches:
    """What matches a query. ``corrected_query`` is the guess that was matched instead, if any."""

    query: SearchQuery
    candidates: list[RankedCandidate] = field(default_factory=list)
    corrected_query: str = ""


def find_matches(text: str, *, named_only: bool = False) -> SearchMatches:
    """Look for a text in signed documents.

    It looks for whole names and codes, then all the words, then words that may be meant, then some
    of the words. With ``named_only`` only what a name has counts: nothing is guessed, and no page
    matches by its text. Somebody in danger should not read what else has the words.
    """
    query = parse_query(text)
    if not query.terms and not query.codes:
        return SearchMatches(query)
    known = vocabulary.get_current()
    named = _match_names(query)
    matches = queries.match_all(query.terms) if query.terms else []
    if not named and not matches:
        instead = _match_instead(query, text, known, named_only=named_only)
        if instead is not None:
            return instead
    candidates = [match.candidate for match in named] + matches
    if not named_only and len(query.terms) > 1 and len(set(candidates)) < FEW_MATCHES:
        candidates += queries.match_any(known.select_distinctive(query.terms))
    key_ranks = _get_first_ranks(named)
    ranked = rank(query, _deduplicate(candidates), key_ranks, known)
    if named_only:
        ranked = _select_named(ranked, key_ranks)
    return SearchMatches(query, ranked)


def _match_instead(
    query: SearchQuery, text: str, known: Vocabulary, *, named_only: bool
) -> SearchMatches | None:
    """What to show where nothing matches: longer codes, nothing for a code, or a correction."""
    longer: list[SearchCandidate] = []
    for code in query.codes:
        longer += queries.match_code_prefix(code)
    if longer:
        return SearchMatches(query, [RankedCandidate(one, 1.0) for one in dict.fromkeys(longer)])
    if query.codes[:1] == (build_code_key(text.strip()),):
        return SearchMatches(query)  # an unknown code is not a mistyped word
    if named_only:
        return None
    return _match_corrected(query, known)


def _match_names(query: SearchQuery) -> list[KeyMatch]:
    """Entries of which the query says a whole name or a code.

    Of names with the same content words, those that have most of the others too: "bad breath" is
    not "breathing".
    """
    matches = []
    most = 0
    for match in queries.match_keys(query.keys):
        name = match.name
        if not name or _is_truncated(name) or query.asks_for(name):
            matches.append(match)
            most = max(most, query.count_shared_words(name))
    return [
        match for match in matches if not match.name or query.count_shared_words(match.name) == most
    ]


def _is_truncated(name: str) -> bool:
    """Whether the key of a name may have more of it than what is stored of the name."""
    return len(name) == MAX_NAME_LENGTH


def _get_first_ranks(matches: list[KeyMatch]) -> dict[UUID, int]:
    """For each entry the rank of its first match."""
    ranks: dict[UUID, int] = {}
    for match in matches:
        ranks.setdefault(match.candidate.uuid, match.rank)
    return ranks


def _select_named(
    ranked: list[RankedCandidate], key_ranks: dict[UUID, int]
) -> list[RankedCandidate]:
    """Those of which one name says nearly all of the query, or whose whole name was asked for."""
    return [
        answer
        for answer in ranked
        if answer.name_coverage > MIN_NAME_COVERAGE or answer.candidate.uuid in key_ranks
    ]


def _match_corrected(query: SearchQuery, known: Vocabulary) -> SearchMatches | None:
    """What matches the query if words in it are mistyped.

    Words that no name has are guessed first. A known word is taken for another only where one name
    then has the whole query.
    """
    for include_known in (False, True):
        guess = guess_query(query, known, include_known=include_known)
        if guess is None or not guess.query.terms:
            continue
        ranked = rank(guess.query, queries.match_all(guess.query.terms), {}, known)
        if not ranked:
            continue
        if include_known and ranked[0].name_coverage <= MIN_NAME_COVERAGE:
            continue
        return SearchMatches(guess.query, ranked, guess.to_text(ranked[0].candidate.stems))
    return None


def _deduplicate(candidates: list[SearchCandidate]) -> list[SearchCandidate]:
    by_uuid = {candidate.uuid: candidate for candidate in candidates}
    return list(by_uuid.values())
