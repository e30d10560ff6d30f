"""How well an entry answers a question: its names first, then its text; alike on both engines."""

from dataclasses import dataclass

from articles import kinds
from articles.models import SearchKey
from articles.search.engine import Candidate
from articles.search.question import Question, Way
from articles.search.vocabulary import Vocabulary

CALLED = {SearchKey.Rank.TITLE: 2.0, SearchKey.Rank.OTHER_NAME: 1.8, SearchKey.Rank.CODE: 3.0}
NAMES, TEXT = 0.8, 0.2  # of what an entry can reach
OTHER_NAME = 0.93  # beside the title
COVERED, TIGHT = 0.6, 0.4  # of a name: how much of the question it has, and how little else
ENOUGH = 0.4  # of the question that must be answered at all, where nothing answers it whole
FLOOR = 0.25  # of the best answer: what mentions the words in passing is none beside a page about them


@dataclass(frozen=True)
class Answer:
    """``named`` is the share of the question that one name of it has."""

    candidate: Candidate
    score: float
    named: float = 0.0


def rank(question: Question, found: list[Candidate], called: dict, vocabulary: Vocabulary) -> list[Answer]:
    """The candidates in order, the best first. ``called`` has, by UUID, the rank of a whole name that was asked for."""
    weights = [vocabulary.weight(group) for group in question.groups]
    answers = []
    for candidate in found:
        named, covered, score = _score(question, weights, candidate)
        whole = CALLED.get(called.get(candidate.uuid), 0.0)
        if whole or covered >= ENOUGH:
            answers.append(Answer(candidate, round(score + whole, 4), named))
    floor = FLOOR * min(max((answer.score for answer in answers), default=0.0), 1.0)
    return sorted((answer for answer in answers if answer.score >= floor), key=_order)


def _order(answer: Answer) -> tuple:
    one = answer.candidate
    is_name = one.article_id is None  # of something that has no page of its own
    return (-answer.score, is_name or not kinds.get(one.kind).medical, len(one.title), one.sort_key, one.uuid)


def _score(question: Question, weights: list[float], candidate: Candidate) -> tuple[float, float, float]:
    """How much of the question an entry has in one name, and anywhere, and what that is worth."""
    names = [(frozenset(candidate.title_words.split()), 1.0)]
    names += [(frozenset(line.split()), OTHER_NAME) for line in candidate.name_words.split("\n") if line]
    in_names = [(_covered(question, weights, name), name, worth) for name, worth in names]
    best = max(worth * _worth_of(*covered, name) for covered, name, worth in in_names)
    anywhere = frozenset(candidate.text_words.split()).union(*(name for name, _ in names))
    covered = _covered(question, weights, anywhere)[0]
    return max(share for (share, _), _, _ in in_names), covered, NAMES * best + TEXT * covered


def _worth_of(share: float, used: set[str], name: frozenset[str]) -> float:
    return share * (COVERED + TIGHT * len(used & name) / len(name)) if name else 0.0


def _covered(question: Question, weights: list[float], among: frozenset[str]) -> tuple[float, set[str]]:
    """The share of a question, by weight, that some stems answer, and those of them that do."""
    reached, used = 0.0, set()
    for group, weight in zip(question.groups, weights, strict=True):
        fit = max((way for way in group if among.issuperset(way.stems)), key=_worth, default=None)
        if fit:
            reached += weight * fit.worth
            used.update(fit.stems)
    whole = sum(weights)
    return (reached / whole if whole else 0.0), used


def _worth(way: Way) -> float:
    return way.worth
