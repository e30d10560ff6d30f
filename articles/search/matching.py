"""Finds the pages that match what somebody typed, the best first."""

from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from articles.search import queries, vocabulary
from articles.search.foreign_text import ForeignText, detect_foreign_text
from articles.search.guessing import add_doubtful_guesses, guess_query
from articles.search.parts import leave_out_denied, put_parts_first
from articles.search.queries import KeyMatch, SearchCandidate
from articles.search.query_parser import QueryTerm, SearchQuery, build_query, parse_query
from articles.search.ranking import RankedCandidate, has_all_terms, rank
from articles.search.vocabulary import Vocabulary
from articles.search.wording import DENIALS
from articles.search.words import (
    LINKING_WORDS,
    NEGATIONS,
    QUESTION_WORDS,
    build_code_key,
    stem,
)

# Below this many matches of the whole query, matches of a part of it are shown as well.
FEW_MATCHES = 3
MAX_NAME_LENGTH = 200  # characters of a name that are stored beside its key
REFUSALS = frozenset({"wont", "wouldnt"})
MAX_MISTYPED_LETTERS = 2
MIN_NAME_COVERAGE = 0.8  # of a query; guesses count a little less


@dataclass(frozen=True)
class SearchMatches:
    """What matches a query. ``corrected_query`` is the guess that was matched instead, if any.

    ``foreign`` is set for a text in another language, of which only English words were matched.
    """

    query: SearchQuery
    candidates: list[RankedCandidate] = field(default_factory=list)
    corrected_query: str = ""
    foreign: ForeignText | None = None


@dataclass(frozen=True)
class _Rows:
    """What the database has for a query: by a whole name or a code, by names of parts, by words."""

    named: list[KeyMatch]
    part_named: list[KeyMatch]
    matches: list[SearchCandidate]


def find_matches(text: str, *, named_only: bool = False) -> SearchMatches:
    """Look for a text in signed documents.

    It looks for whole names and codes, then all the words, then words that may be meant, then some
    of the words. With ``named_only`` only a page counts of which a name has every word that says
    anything: nothing is guessed, and no page matches by its text. Somebody in danger should not
    read what else has the words. Of a text in another language only what a name has is looked for.
    """
    query = parse_query(text)
    if not query.terms and not query.codes:
        return SearchMatches(query)
    known = vocabulary.get_current()
    if not named_only:
        query = add_doubtful_guesses(query, known)
    rows = _fetch_rows(query, known, named_only=named_only)
    if not rows.named:
        foreign = detect_foreign_text(text, known)
        if foreign is not None:
            return _match_understood(query, foreign, known)
    if not rows.named and not _has_whole_match(query, rows):
        instead = _match_instead(query, text, rows, known, named_only=named_only)
        if instead is not None:
            return instead
    ranked = _rank_rows(query, rows, known, named_only=named_only)
    if not named_only and not rows.named and _are_mentions_only(ranked):
        better = _match_corrected(query, known, has_parts=True, is_sure=True)
        if better is not None:
            return better
    return SearchMatches(query, ranked)


def _are_mentions_only(ranked: list[RankedCandidate]) -> bool:
    return bool(ranked) and max(answer.name_coverage for answer in ranked) == 0


def _fetch_rows(query: SearchQuery, known: Vocabulary, *, named_only: bool) -> _Rows:
    """What the database has. Where a whole name was asked for, nothing else is asked about."""
    part_keys = () if named_only else query.part_keys
    key_matches = queries.match_keys(dict.fromkeys((*query.keys, *part_keys)))
    named = _select_whole_names(query, key_matches)
    if not query.terms:
        return _Rows(named, [], [])
    if named or named_only:
        return _Rows(named, [], queries.match_all(query.terms, weigh=known.weight))
    keys = set(part_keys)
    part_named = [match for match in key_matches if match.name and match.key in keys]
    matches = queries.match_all(query.terms, _list_parts(query), weigh=known.weight)
    return _Rows(named, part_named, matches)


def _list_parts(query: SearchQuery) -> list[tuple[QueryTerm, ...]]:
    """What is looked for beside the whole: each part, and the whole whenever it happens."""
    parts = list(query.parts) if len(query.parts) > 1 else []
    if query.core_terms != query.terms:
        parts.append(query.core_terms)
    return parts


def _has_whole_match(query: SearchQuery, rows: _Rows) -> bool:
    """Whether an entry has each term of the query, whenever it happens."""
    if len(query.parts) < 2:
        return bool(rows.matches)
    return any(has_all_terms(query.core_terms, match) for match in rows.matches)


def _rank_rows(
    query: SearchQuery, rows: _Rows, known: Vocabulary, *, named_only: bool
) -> list[RankedCandidate]:
    candidates = [match.candidate for match in (*rows.named, *rows.part_named)] + rows.matches
    candidates = _deduplicate(candidates)
    if not named_only and len(query.terms) > 1 and len(candidates) < FEW_MATCHES:
        some = known.select_distinctive(query.core_terms)
        candidates += queries.match_any(some, weigh=known.weight)
        candidates = _deduplicate(candidates)
    key_ranks = _get_first_ranks(rows.named)
    ranked = rank(query, candidates, key_ranks, known)
    if named_only:
        return _select_named(query, ranked, key_ranks)
    if not rows.named:
        ranked = put_parts_first(query, ranked, candidates, rows.part_named, known)
    return leave_out_denied(query, ranked, key_ranks)


def _match_understood(query: SearchQuery, foreign: ForeignText, known: Vocabulary) -> SearchMatches:
    """What the English words of a text in another language name."""
    understood = build_query(foreign.understood)
    if not foreign.understood:
        return SearchMatches(query, foreign=foreign)
    rows = _fetch_rows(understood, known, named_only=True)
    ranked = _rank_rows(understood, rows, known, named_only=True)
    return SearchMatches(understood, ranked, foreign=foreign)


def _match_instead(
    query: SearchQuery, text: str, rows: _Rows, known: Vocabulary, *, named_only: bool
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
    return _match_corrected(query, known, has_parts=bool(rows.matches or rows.part_named))


def _select_whole_names(query: SearchQuery, key_matches: list[KeyMatch]) -> list[KeyMatch]:
    """Entries of which the query says a whole name or a code.

    Of names with the same content words, those that have most of the others too: "bad breath" is
    not "breathing".
    """
    matches = []
    most = 0
    keys = set(query.keys)
    for match in key_matches:
        name = match.name
        if match.key not in keys:
            continue
        if not name or _is_truncated(name) or query.asks_for(name):
            matches.append(match)
            most = max(most, query.count_shared_words(name))
    return [
        match for match in matches if not match.name or query.count_shared_words(match.name) == most
    ]


def _is_truncated(name: str) -> bool:
    """Whether the key of a name may have more of it than what is stored of the name."""
    return len(name) == MAX_NAME_LENGTH


def _get_first_ranks(matches: list[KeyMatch]) -> dict[str, int]:
    """For each entry the rank of its first match."""
    ranks: dict[str, int] = {}
    for match in matches:
        ranks.setdefault(match.candidate.key, match.rank)
    return ranks


def _select_named(
    query: SearchQuery, ranked: list[RankedCandidate], key_ranks: dict[str, int]
) -> list[RankedCandidate]:
    """Those of which one name has every word that says anything, or was asked for as a whole.

    Who has it, and what is denied, are such words here: "my dad wont wake up" is not "waking".
    """
    asked = frozenset(stem(word) for word in query.words if _says_something(word))
    named = []
    for answer in ranked:
        names = answer.candidate.iter_names()
        if answer.candidate.key in key_ranks or any(map(asked.issubset, names)):
            named.append(answer)
    return named


def _says_something(word: str) -> bool:
    is_denial = word in DENIALS or word in NEGATIONS or word in REFUSALS
    return is_denial or (word not in QUESTION_WORDS and word not in LINKING_WORDS)


def _match_corrected(
    query: SearchQuery, known: Vocabulary, *, has_parts: bool, is_sure: bool = False
) -> SearchMatches | None:
    """What matches the query if words in it are mistyped.

    Words that no name has are guessed first. A known word is taken for another only where one name
    then has the whole query, and nothing matches a part of it. ``is_sure``: guess for long
    words only, and only names, because pages mention the words as they are.
    """
    for include_known in (False, True):
        if include_known and has_parts:
            break
        guess = guess_query(query, known, include_known=include_known, is_sure=is_sure)
        if guess is None or not guess.query.terms:
            continue
        rows = _fetch_rows(guess.query, known, named_only=False)
        if not (rows.named or rows.part_named or rows.matches):
            continue
        ranked = _rank_rows(guess.query, rows, known, named_only=False)
        if not ranked or (
            (include_known or is_sure) and ranked[0].name_coverage <= MIN_NAME_COVERAGE
        ):
            continue
        if _leads_away(query, guess.query, rows, ranked, known):
            continue
        return SearchMatches(guess.query, ranked, guess.to_text(ranked[0].candidate.stems))
    return None


def _leads_away(
    query: SearchQuery,
    guessed: SearchQuery,
    rows: _Rows,
    ranked: list[RankedCandidate],
    known: Vocabulary,
) -> bool:
    """Whether a guess that only sounds alike finds fewer names than the rest of the query does.

    For "killr headache" nothing is called a "color headache", and much is called a headache.
    """
    rest = [term for term in guessed.terms if term in query.terms]
    if rows.named or not any(known.has_name_with(term) for term in rest):
        return False
    if ranked[0].name_coverage > MIN_NAME_COVERAGE:
        return False
    keys = [set(match.key.split()) for match in rows.part_named]
    for term in guessed.terms:
        stems = term[0].stems
        is_named = any(map(set(stems).issubset, keys))
        if term not in query.terms and not is_named and _is_far(stems, query.words):
            return True
    return False


def _is_far(stems: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether stems differ in more letters than a typing mistake from every word."""
    typed = [stem(word) for word in words]
    return any(
        all(OSA.distance(one, other) > MAX_MISTYPED_LETTERS for other in typed) for one in stems
    )


def _deduplicate(candidates: list[SearchCandidate]) -> list[SearchCandidate]:
    by_key = {candidate.key: candidate for candidate in candidates}
    return list(by_key.values())
