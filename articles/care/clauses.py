"""Sentences and clauses of a plain English text, and what a negation in them takes back.

A negation counts only where nothing but words that connect the two stands between it and what it
takes back: “You do not need an ambulance”. So in doubt it does not count, which is the safe side
for words that send people to help. Everything looks at a bounded number of characters, so that it
is linear in the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SENTENCE_END = re.compile(
    r"(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)(?<!\bProf)[.!?](?=[\s\"”’)])|[;\n]"
)
CONJUNCTION = (
    r"(?:if|when|whenever|unless|while|until|till|before(?!\s+(?:the\s+day|bed|tonight))"
    r"|(?<!look\s)(?<!looked\s)(?<!looking\s)after(?!-)"
    r"|(?<!at\s)once|because|although|though|since"
    r"|whether|as\s+soon\s+as(?!\s+(?:possible|you\s+can\b))|in\s+case)"
)
CLAUSE_END = re.compile(rf"[,:()–—]|\s(?=(?:even\s+)?{CONJUNCTION}\b)|\s(?=but\b)", re.IGNORECASE)
CONDITIONAL = re.compile(
    rf"\W*(?:(?:and|or|but|so|even|only|except)\s+){{0,2}}{CONJUNCTION}\b", re.IGNORECASE
)

ANY_CONJUNCTION = re.compile(rf"\b{CONJUNCTION}\b", re.IGNORECASE)

LOOK_BACK, LOOK_AHEAD = 120, 90  # characters in which a negation is looked for
NEGATOR = re.compile(
    r"\b(?:no\s+one|not|never|no|without|nobody|none|neither|nor|cannot|hardly|rarely|seldom"
    r"|nothing|unnecessary|needless|avoid|instead\s+of|rather\s+than)\b|n[’']t\b",
    re.IGNORECASE,
)
NEED_WORD = re.compile(
    r"\b(?:need(?:s|ed)?|necessary|require[sd]?|warrant(?:s|ed)?|reason|call(?:s|ed)?\s+for)\b",
    re.IGNORECASE,
)
CONNECTING_WORD = (
    r"(?:to|be|been|being|these|those|us|them|need(?:s|ed)?|require[sd]?|wants?|warrants?|means?|have|has|had|must"
    r"|should|can|could|may|might|will|would|do|does|did|an?|the|any|your|their|this|that|it|you"
    r"|we|they|people|anybody|anyone|somebody|someone|something|for|of|on|in|at|by|or|nor|usually"
    r"|normally|often|always|even|really|ever|simply|actually|generally|typically|likely"
    r"|necessary|reason|worth|point|use|cause|sense|think|believe|mean|call(?:ing|ed)?"
    r"|dial(?:l?ing)?|phon(?:e|ing)|ring(?:ing)?|see(?:ing|n)?|visit(?:ing)?|go(?:ing)?"
    r"|get(?:ting)?|tak(?:e|ing|en)|us(?:e|ing)|send(?:ing)?|ask(?:ing)?|seek(?:ing)?"
    r"|mak(?:e|ing)|book(?:ing)?|reach|try|give|eat|drink|smoke|swallow|put|apply"
    r"|treat(?:ed|ing)?|trips?|doctor|clinician|nurse|clinic|hospital|ambulance|emergency|medical"
    r"|urgent|immediate|department|room|care|treatment|help|number|same-day|local|nearest|own"
    r"|else|first|food|medicines?|time|such|kind|sort|expected|supposed|meant|asked|\d{3})"
)
CONNECTION = re.compile(rf"[\s,/“\"‘]*(?:{CONNECTING_WORD}(?:[\s,/“\"‘]+|$))*", re.IGNORECASE)
LIST_END = re.compile(r"\s*(?:(?:or|nor|to|for|an?|the|any|your)\s+)*$", re.IGNORECASE)
LIST_WORD = re.compile(r"\b(?:or|nor)\b", re.IGNORECASE)
OUTER_NEGATION = re.compile(r"(?:\bnot|\bnever|\bnothing|\bcannot|\bno|n[’']t)\b", re.IGNORECASE)
NEGATED_LATER = re.compile(
    r"[^,;:.!?\n]{0,40}?\b(?:(?:is|are|was|were|will|would|can|could|should|need|do|does)"
    r"(?:\s+(?:be|usually|normally|often|almost|generally)){0,2}"
    r"(?:\s+(?:not|never|rarely|seldom|hardly|no\s+longer|unlikely\s+to)|n[’']t)"
    r"(?:\s+(?:be|usually|normally|often|always|even)){0,2}"
    r"\s+(?:need|needed|necessary|required|worth\w*|useful|enough|sensible|helpful|called|used"
    r"|help|the\s+(?:right\s+)?(?:answer|place|way)|for\s+(?:this|that))"
    r"|(?:is|are)\s+(?:usually\s+)?(?:unnecessary|needless))\b",
    re.IGNORECASE,
)
NEEDED_LATER = re.compile(
    r"\s+(?:is|are|was|were|will\s+be)\s+(?:needed|necessary|required)\b", re.IGNORECASE
)
EXCEPTION = re.compile(r"[^;.!?\n]{0,80}?\b(?:unless|except|until)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Clause:
    """A part of a sentence, by its places in the text, and whether it is only a condition."""

    start: int
    end: int
    sentence_start: int
    sentence_end: int
    conditional: bool


def iterate_clauses(text: str) -> Iterator[Clause]:
    """The clauses of a text in their order; together they are all of it."""
    sentence_start = 0
    for sentence_end in [*(found.end() for found in SENTENCE_END.finditer(text)), len(text)]:
        yield from _split_sentence(text, sentence_start, sentence_end)
        sentence_start = sentence_end


def _split_sentence(text: str, sentence_start: int, sentence_end: int) -> Iterator[Clause]:
    start = sentence_start
    breaks = [found.end() for found in CLAUSE_END.finditer(text, sentence_start, sentence_end)]
    for end in [*breaks, sentence_end]:
        if text[start:end].strip():
            conditional = CONDITIONAL.match(text, start, end) is not None
            yield Clause(start, end, sentence_start, sentence_end, conditional)
        start = end


def is_negated(text: str, clause: Clause, start: int, end: int, *, is_noun: bool = False) -> bool:
    """Whether what stands at these places of a clause is taken back by a negation.

    A condition that fails takes nothing back: “If you cannot call 911”. One that says that there
    is no need does: “If you do not need an ambulance”.
    """
    if EXCEPTION.match(text, end, clause.sentence_end):
        return False
    if NEGATED_LATER.match(text, end, min(end + LOOK_AHEAD, clause.sentence_end)):
        return True
    path = _find_negating_path(text, clause, start, is_noun)
    if path is None:
        return False
    if clause.conditional:
        return bool(NEED_WORD.search(path) or NEEDED_LATER.match(text, end, clause.sentence_end))
    return True


def _find_negating_path(text: str, clause: Clause, start: int, is_noun: bool) -> str | None:
    """The words between the nearest negation before a place and that place, if they connect."""
    since = max(clause.sentence_start, start - LOOK_BACK)
    before = text[since:start]
    negators = list(NEGATOR.finditer(before))
    if not negators:
        return None
    negator = negators[-1]
    path = before[negator.end() :]
    if not CONNECTION.fullmatch(path):
        return None
    if "," in path and not _connects_across_commas(before[: negator.start()], path, is_noun):
        return None
    if negator[0].lower() in ("without", "not"):
        outer = re.split(r"[,:;–—]", before[: negator.start()])[-1]
        if OUTER_NEGATION.search(outer):
            return None  # “Do not leave without calling 911”
    return path


def _connects_across_commas(before: str, path: str, is_noun: bool) -> bool:
    """Whether what stands behind the last comma is an item of the same list.

    It is none behind a condition: “If you cannot reach the phone, an ambulance …”.
    """
    if ANY_CONJUNCTION.search(re.split(r"[,;:–—]", before)[-1]):
        return False
    item = path.rpartition(",")[2]
    if is_noun:
        return LIST_END.fullmatch(item) is not None
    return LIST_WORD.search(item) is not None
