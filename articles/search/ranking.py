"""Ranks entries by how well they match a query: names first, then text, alike on both engines."""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

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
CIRCUMSTANCE_FACTOR = 0.3  # of the weight of a term that only says when it happens
PEOPLE_BONUS = 0.05  # for a name that says who has it
MIN_NAME_COVERAGE = 0.3  # of the query; what has less in its names only mentions it
MIN_COVERAGE = 0.4  # of the query; an entry that has less of it is not shown
# Of the best score. What only mentions the words is not shown beside a page about them.
MIN_RELATIVE_SCORE = 0.25


class RankedCandidate(NamedTuple):
    """``name_coverage`` is the share of the query that one name of it has."""

    candidate: SearchCandidate
    score: float
    name_coverage: float = 0.0

    @property
    def is_mention(self) -> bool:
        """Whether no name of it has what was asked for, so that at best its text mentions it."""
        return self.name_coverage < MIN_NAME_COVERAGE and self.score < 1

    @property
    def sort_key(self) -> tuple:
        """The best first; among equals medical pages, then short titles."""
        has_no_page = self.candidate.article_id is None
        return (
            -self.score,
            has_no_page or not kinds.get(self.candidate.kind).medical,
            len(self.candidate.title),
            self.candidate.sort_key,
            self.candidate.key,
        )


class CandidateScore(NamedTuple):
    """How much of a query one name of an entry has, how much all of it, and the score."""

    name_coverage: float
    coverage: float
    score: float


def rank(
    query: SearchQuery, candidates: list[SearchCandidate], key_ranks: dict, vocabulary: Vocabulary
) -> list[RankedCandidate]:
    """The candidates in order, the best first.

    ``key_ranks`` has, by key of the candidate, the rank of a whole name or code that was asked for.
    """
    scorer = Scorer(query.terms, vocabulary, query.people, query.core_terms)
    ranked = []
    best = 0.0
    for candidate in candidates:
        found = scorer.score(candidate)
        bonus = KEY_BONUS.get(key_ranks.get(candidate.key), 0.0) if key_ranks else 0.0
        if bonus or found.coverage >= MIN_COVERAGE:
            score = round(found.score + bonus, 4)
            best = max(best, score)
            ranked.append(RankedCandidate(candidate, score, found.name_coverage))
    least = MIN_RELATIVE_SCORE * min(best, 1.0)
    shown = [answer for answer in ranked if answer.score >= least]
    return sorted(shown, key=attrgetter("sort_key"))


class Scorer:
    """Scores entries against terms, which weigh as much as they are distinctive.

    A name that says who has it is neither less precise for that nor needed. Terms that are not of
    the ``core`` only say when it happens.
    """

    def __init__(
        self,
        terms: Sequence[QueryTerm],
        vocabulary: Vocabulary,
        people: frozenset[str] = frozenset(),
        core: Sequence[QueryTerm] | None = None,
    ):
        self._weighted_terms = []
        for term in terms:
            factor = 1.0 if core is None or term in core else CIRCUMSTANCE_FACTOR
            self._weighted_terms.append((term, factor * vocabulary.weight(term)))
        self._total_weight = sum(weight for _, weight in self._weighted_terms)
        self._people = people
        self._asked_stems = frozenset(_iter_stems(terms)) | people
        self._covers: dict[frozenset[str], tuple[float, frozenset[str]]] = {}
        self._sought: dict[frozenset[str], list[tuple[str, str]]] = {}

    def score(self, candidate: SearchCandidate) -> CandidateScore:
        stems = candidate.title_words.split()
        named = self._asked_stems.intersection(stems)
        name_coverage, best_name = self._score_name(named, stems, 1.0) if named else (0.0, 0.0)
        names = candidate.name_words
        if names and not self._asked_stems.isdisjoint(names.split()):
            for stems in map(str.split, names.split("\n")):
                asked = self._asked_stems.intersection(stems)
                if asked:
                    share, score = self._score_name(asked, stems, OTHER_NAME_FACTOR)
                    name_coverage = max(name_coverage, share)
                    best_name = max(best_name, score)
                    named |= asked
        coverage = name_coverage
        if coverage < 1:
            mentioned = self._find_mentioned(candidate.text_words, named)
            coverage, _ = self._cover(named.union(mentioned) if mentioned else named)
        score = NAME_WEIGHT * best_name + TEXT_WEIGHT * coverage
        return CandidateScore(name_coverage, coverage, score)

    def _score_name(
        self, asked: frozenset[str], stems: list[str], factor: float
    ) -> tuple[float, float]:
        """The share of the query that a name of these stems has, and what the name is worth."""
        coverage, used = self._cover(asked)
        precision = len(used) / len(set(stems))
        score = factor * (coverage * (COVERAGE_WEIGHT + PRECISION_WEIGHT * precision))
        if coverage and not self._people.isdisjoint(asked):
            score += PEOPLE_BONUS
        return coverage, score

    def _find_mentioned(self, text_words: str, named: frozenset[str]) -> list[str]:
        """The stems asked for that a text adds to names. It is looked into, and not taken apart."""
        sought = self._sought.get(named)
        if sought is None:
            sought = self._sought[named] = self._list_sought(named)
        padded = f" {text_words} "
        return [stem for stem, word in sought if word in padded]

    def _list_sought(self, named: frozenset[str]) -> list[tuple[str, str]]:
        """The stems that names lack for terms of which they have no variant, or a lesser one."""
        stems: set[str] = set()
        for term, _ in self._weighted_terms:
            found = _find_best_variant(term, named)
            if found is None or found.weight < max(variant.weight for variant in term):
                stems.update(_iter_stems([term]))
        return [(stem, f" {stem} ") for stem in stems - named]

    def _cover(self, stems: frozenset[str]) -> tuple[float, frozenset[str]]:
        """The share of the query, by weight, that these stems have, and those that are in it."""
        found = self._covers.get(stems)
        if found is None:
            found = self._covers[stems] = self._compute_cover(stems)
        return found

    def _compute_cover(self, stems: frozenset[str]) -> tuple[float, frozenset[str]]:
        reached = 0.0
        used = set(self._people & stems)
        for term, weight in self._weighted_terms:
            variant = _find_best_variant(term, stems)
            if variant:
                reached += weight * variant.weight
                used.update(variant.stems)
        if not self._total_weight:
            return 0.0, frozenset(used)
        return reached / self._total_weight, frozenset(used)


def _iter_stems(terms: Sequence[QueryTerm]) -> Iterator[str]:
    for term in terms:
        for variant in term:
            yield from variant.stems


def _find_best_variant(term: QueryTerm, stems: frozenset[str]) -> TermVariant | None:
    """The variant of most weight of which all stems are here."""
    best = None
    for variant in term:
        if not stems.issuperset(variant.stems):
            continue
        if best is None or variant.weight > best.weight:
            best = variant
    return best


def has_all_terms(terms: Sequence[QueryTerm], candidate: SearchCandidate) -> bool:
    stems = candidate.stems
    return all(_find_best_variant(term, stems) for term in terms)


def name_has_term(terms: Sequence[QueryTerm], name: str) -> bool:
    """Whether a name, in stems, has any of the terms."""
    stems = frozenset(name.split())
    return any(_find_best_variant(term, stems) for term in terms)
