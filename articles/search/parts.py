"""Questions about several things at once, and about one without another.

"Headache and fever" asks for two pages, and no page may have both words. "Headache, no fever" asks
for one, and the page about fever is no answer.
"""

from collections.abc import Iterable, Sequence

from articles.search.queries import KeyMatch, SearchCandidate
from articles.search.query_parser import QueryTerm, SearchQuery, build_span_keys, iter_spans
from articles.search.ranking import KEY_BONUS, RankedCandidate, Scorer, name_has_term
from articles.search.vocabulary import Vocabulary

# Of the query: a name that has so much of it is about the whole of it.
MIN_WHOLE_COVERAGE = 0.8
MIN_PART_COVERAGE = 0.6  # of a part, that a name must have to stand for it
Part = tuple[QueryTerm, ...]


def put_parts_first(
    query: SearchQuery,
    ranked: list[RankedCandidate],
    candidates: list[SearchCandidate],
    part_named: list[KeyMatch],
    vocabulary: Vocabulary,
) -> list[RankedCandidate]:
    """First the best answer to the whole, if a name has it; then the best to each part.

    The parts are those that were typed as such, or names in a row: "headache fever".
    """
    is_whole = bool(ranked) and ranked[0].name_coverage > MIN_WHOLE_COVERAGE
    parts: Sequence[Part] = query.parts
    if len(parts) < 2:
        parts = () if is_whole else _find_names_in_a_row(query, part_named)
    if len(parts) < 2:
        return ranked
    first = ranked[:1] if is_whole else []
    for part in parts:
        leader = _find_leader(part, query.people, candidates, part_named, vocabulary)
        if leader is not None:
            first.append(leader)
    return _deduplicate([*first, *ranked])


def _find_names_in_a_row(query: SearchQuery, part_named: Iterable[KeyMatch]) -> list[Part]:
    """The terms of a query in parts of which at least two are whole names; otherwise none."""
    keys = {match.key for match in part_named}
    terms = query.terms
    names: dict[int, int] = {}  # where a name begins, and where it ends
    taken: set[int] = set()
    for start, end in iter_spans(len(terms)):
        places = set(range(start, end))
        if not places & taken and keys.intersection(build_span_keys(terms[start:end])):
            names[start] = end
            taken |= places
    if len(names) < 2:
        return []
    return [terms[start:end] for start, end in sorted(names.items())]


def _find_leader(
    part: Part,
    people: frozenset[str],
    candidates: list[SearchCandidate],
    part_named: list[KeyMatch],
    vocabulary: Vocabulary,
) -> RankedCandidate | None:
    """The page that answers a part best, if a name of it has nearly all of the part."""
    scorer = Scorer(part, vocabulary, people)
    bonuses = _get_bonuses(part, part_named)
    best: RankedCandidate | None = None
    for candidate in candidates:
        found = scorer.score(candidate)
        if found.name_coverage < MIN_PART_COVERAGE:
            continue
        score = round(found.score + bonuses.get(candidate.key, 0.0), 4)
        answer = RankedCandidate(candidate, score, found.name_coverage)
        if best is None or answer.sort_key < best.sort_key:
            best = answer
    return best


def _get_bonuses(part: Part, part_named: list[KeyMatch]) -> dict[str, float]:
    """For each entry what it is worth that the part, as typed, is the whole of its name."""
    typed_keys = build_span_keys([(term[0],) for term in part])
    bonuses: dict[str, float] = {}
    for match in part_named:
        if match.key in typed_keys:
            bonus = KEY_BONUS[match.rank]
            bonuses[match.candidate.key] = max(bonus, bonuses.get(match.candidate.key, 0.0))
    return bonuses


def _deduplicate(answers: Iterable[RankedCandidate]) -> list[RankedCandidate]:
    by_key: dict[str, RankedCandidate] = {}
    for answer in answers:
        by_key.setdefault(answer.candidate.key, answer)
    return list(by_key.values())


def leave_out_denied(
    query: SearchQuery, ranked: list[RankedCandidate], key_ranks: dict[str, int]
) -> list[RankedCandidate]:
    """The answers without those about something that is denied, unless no other is left."""
    if not query.denied:
        return ranked
    kept = []
    for answer in ranked:
        if answer.candidate.key in key_ranks or not _is_about_denied(query, answer.candidate):
            kept.append(answer)
    return kept or ranked


def _is_about_denied(query: SearchQuery, candidate: SearchCandidate) -> bool:
    """Whether its title says what is denied, or another name does and the title nothing asked."""
    if name_has_term(query.denied, candidate.title_words):
        return True
    if name_has_term(query.terms, candidate.title_words):
        return False
    names = candidate.name_words.split("\n")
    return any(name_has_term(query.denied, name) for name in names)
