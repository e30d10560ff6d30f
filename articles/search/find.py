"""From what somebody typed to what answers it, the best first."""

from dataclasses import dataclass, field

from articles.search import engine, vocabulary
from articles.search.question import Question, ask
from articles.search.ranking import Answer, rank
from articles.search.vocabulary import Vocabulary, otherwise
from articles.search.words import code_key

FEW = 3  # answers to the whole question, below which those to a part of it are shown as well
LONGEST_NAME = 200  # letters that are kept of it
IN_ONE_NAME = 0.8  # of a question, guesses counting a little less


@dataclass(frozen=True)
class Found:
    """What answers a question. ``meant`` is the one that was answered where nothing fits the one that was asked."""

    question: Question
    answers: list[Answer] = field(default_factory=list)
    meant: str = ""


def find(text: str, *, named_only: bool = False) -> Found:
    """Look for a text in signed documents: whole names and codes, all its words, words that were meant, some words.

    With ``named_only`` nothing but what one of its names says: nothing is guessed, and no page comes because its
    text has the words. Somebody in danger is not to read what else has them.
    """
    question = ask(text)
    if not (question.groups or question.codes):
        return Found(question)
    known = vocabulary.current()
    called = _called(question)
    whole = engine.having_all(question.groups) if question.groups else []
    if not (called or whole):
        if under := [one for code in question.codes for one in engine.coded_under(code)]:
            return Found(question, [Answer(one, 1.0) for one in dict.fromkeys(under)])
        if question.codes[:1] == (code_key(text.strip()),):
            return Found(question)  # an unknown code is not a word that was mistyped
        if not named_only and (found := _meant(question, known)):
            return found
    found = [*(one for one, _ in called), *whole]
    if not named_only and len(set(found)) < FEW and len(question.groups) > 1:
        found += engine.having_some(known.telling(question.groups))
    ranks = {one.uuid: given for one, given in reversed(called)}
    answers = rank(question, _once(found), ranks, known)
    if named_only:
        answers = [answer for answer in answers if answer.named > IN_ONE_NAME or answer.candidate.uuid in ranks]
    return Found(question, answers)


def _called(question: Question) -> list[tuple[engine.Candidate, int]]:
    """Entries of which the question says a whole name or a code, with what it is to them.

    Of names with the same telling words, those that have most of the others too: "bad breath" is not "breathing".
    """
    found = engine.called(question.keys)
    whole = [row for row in found if not row[2] or _is_cut(row[2]) or question.says(row[2])]
    most = max((question.shared(name) for *_, name in whole), default=0)
    return [(one, rank) for one, rank, name in whole if not name or question.shared(name) == most]


def _is_cut(name: str) -> bool:
    """Whether more of a name may be kept as a key than as words."""
    return len(name) == LONGEST_NAME


def _meant(question: Question, known: Vocabulary) -> Found | None:
    """What answers the question if words in it were mistyped.

    Words that no name has are guessed first. A known word is taken for another only where one name then has it all.
    """
    for known_too in (False, True):
        guess = otherwise(question, known, known_too=known_too)
        if not (guess and guess.question.groups):
            continue
        answers = rank(guess.question, engine.having_all(guess.question.groups), {}, known)
        if answers and (answers[0].named > IN_ONE_NAME or not known_too):
            best = answers[0].candidate
            stems = frozenset(f"{best.title_words} {best.name_words} {best.text_words}".split())
            return Found(guess.question, answers, guess.spoken(stems))
    return None


def _once(found: list[engine.Candidate]) -> list[engine.Candidate]:
    return list({one.uuid: one for one in found}.values())
