"""Ranks entries by how well they match a query: names first, then text, alike on both engines."""

from dataclasses import dataclass

from articles.content import kinds
from articles.models import SearchKey
from articles.search.queries import SearchCandidate
from articles.search.query_parser import QueryTerm, SearchQuery, TermVariant
from articles.search.vocabulary import Vocabulary

KEY_BONUS: dict[int | None, float] = {
    SearchKey.KeyRank.TITLE: 2.0,
    SearchKey.KeyRank.OTHER_NAME: 1.8,
    SearchKey.KeyRank.CODE: 3.0,
}
# Of the score that an entry can reach without a bonus:
NAME_WEIGHT = 0.8
TEXT_WEIGHT = 0.2
OTHER_NAME_FACTOR = 0.93  # beside the title
# Of the score of a name: how much of the query it has, and how little else.
COVERAGE_WEIGHT = 0.6
PRECISION_WEIGHT = 0.4
MIN_COVERAGE = 0.4  # of the query; an entry that has less of it is not shown
# Of the best score. What only mentions the words is not shown beside a page about them.
MIN_RELATIVE_SCORE = 0.25


@dataclass(frozen=True)
class RankedCandidate:
    """``name_coverage`` is the share of the query that one name of it has."""

    candidate: SearchCandidate
    score: float
    name_coverage: float = 0.0


@dataclass(frozen=True)
class CandidateScore:
    """How much of a query one name of an entry has, how much all of it, and the score."""

    name_coverage: float
    coverage: float
    score: float


def rank(
    query: SearchQuery, candidates: list[SearchCandidate], key_ranks: dict, vocabulary: Vocabulary
) -> list[RankedCandidate]:
    """The candidates in order, the best first.

    ``key_ranks`` has, by UUID, the rank of a whole name or code that was asked for.
    """
    scorer = Scorer(query, vocabulary)
    ranked = []
    for candidate in candidates:
        found = scorer.score(candidate)
        bonus = KEY_BONUS.get(key_ranks.get(candidate.uuid), 0.0)
        if bonus or found.coverage >= MIN_COVERAGE:
            score = round(found.score + bonus, 4)
            ranked.append(RankedCandidate(candidate, score, found.name_coverage))
    best = max((answer.score for answer in ranked), default=0.0)
    least = MIN_RELATIVE_SCORE * min(best, 1.0)
    shown = [answer for answer in ranked if answer.score >= least]
    return sorted(shown, key=_get_sort_key)


def _get_sort_key(answer: RankedCandidate) -> tuple:
    """The best first; among equals medical pages, then short titles."""
    candidate = answer.candidate
    has_no_page = candidate.article_id is None
    return (
        -answer.score,
        has_no_page or not kinds.get(candidate.kind).medical,
        len(candidate.title),
        candidate.sort_key,
        candidate.uuid,
    )


class Scorer:
    """Scores entries against one query, whose terms weigh as much as they are distinctive."""

    def __init__(self, query: SearchQuery, vocabulary: Vocabulary):
        self._weighted_terms = [(term, vocabulary.weight(term)) for term in query.terms]
        self._total_weight = sum(weight for _, weight in self._weighted_terms)

    def score(self, candidate: SearchCandidate) -> CandidateScore:
        all_stems = set(candidate.text_words.split())
        name_coverage = 0.0
        best_name = 0.0
        for name, factor in _get_weighted_names(candidate):
            coverage, used = self._cover(name)
            name_coverage = max(name_coverage, coverage)
            best_name = max(best_name, factor * _score_name(coverage, used, name))
            all_stems |= name
        coverage, _ = self._cover(frozenset(all_stems))
        score = NAME_WEIGHT * best_name + TEXT_WEIGHT * coverage
        return CandidateScore(name_coverage, coverage, score)

    def _cover(self, stems: frozenset[str]) -> tuple[float, set[str]]:
        """The share of the query, by weight, that these stems have, and those that are in it."""
        reached = 0.0
        used: set[str] = set()
        for term, weight in self._weighted_terms:
            variant = _find_best_variant(term, stems)
            if variant:
                reached += weight * variant.weight
                used.update(variant.stems)
        if not self._total_weight:
            return 0.0, used
        return reached / self._total_weight, used


def _get_weighted_names(candidate: SearchCandidate) -> list[tuple[frozenset[str], float]]:
    """The stems of each name, and what a match of that name is worth."""
    names = [(frozenset(candidate.title_words.split()), 1.0)]
    for line in candidate.name_words.split("\n"):
        if line:
            names.append((frozenset(line.split()), OTHER_NAME_FACTOR))
    return names


def _score_name(coverage: float, used: set[str], name: frozenset[str]) -> float:
    if not name:
        return 0.0
    precision = len(used & name) / len(name)
    return coverage * (COVERAGE_WEIGHT + PRECISION_WEIGHT * precision)


def _find_best_variant(term: QueryTerm, stems: frozenset[str]) -> TermVariant | None:
    """The variant of most weight of which all stems are here."""
    best = None
    for variant in term:
        if not stems.issuperset(variant.stems):
            continue
        if best is None or variant.weight > best.weight:
            best = variant
    return best
