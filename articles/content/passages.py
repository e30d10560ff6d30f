"""Passages that were rewritten: the old words and the new ones, each whole.

Marks between the words of one passage can be read while they are few. Where they are many, the two
versions stand one under the other, with the words that differ marked in both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, groupby, pairwise

Run = tuple[str, str]  # (same | added | removed, text); in a version also (critical, text)
Span = tuple[int, int]

WORD = re.compile(r"\w+")
# A change is read in one line while it has few places, or many words between them.
MIN_PLACES = 4
MIN_WORDS_BETWEEN = 4
# One long passage in place of another: the share of words that stayed, and their least number.
MIN_SHARE_KEPT = 0.5
MIN_WORDS_REPLACED = 8
# What stays before the first changed words, in characters. With more, they have an excerpt.
MAX_LEAD = 90
EXCERPT_CONTEXT = 40
MAX_EXCERPT = 160
# Where a sentence may end, and how long it is at least, in characters.
SENTENCE_END = re.compile(r"(?<=[.!?…:])\s+(?=[A-ZÁÉÍÓÚÑ¿¡“\"(])")
MIN_SENTENCE = 30

UNITS = (
    r"%|‰|°\s?[CF]?|[µμ]?[gLl]\b|mc?g\b|kg\b|m[lL]\b|c[lL]\b|d[lL]\b|mmol\b|mol\b|IU\b|units?\b|mm\b"
    r"|cm\b|mmHg\b|tablets?\b|capsules?\b|drops?\b|puffs?\b|spoons?\b|times?\b|seconds?\b"
    r"|minutes?\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b"
)
NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|half|once|twice|hundred"
    "|thousand|daily|weekly|hourly"
)
NEGATIONS = (
    r"not|no|never|none|nothing|nobody|neither|nor|without|cannot|unless|except|only|avoid|stop"
    r"|\w+n['’]t|nunca|jamás|ningun[oa]?|ningún|ni|sin|tampoco|excepto|salvo|solo|sólo|evite"
)
LEVELS = (
    "emergency|urgent|non-urgent|immediately|at once|right away|today|routine|severe|mild"
    "|emergencia|urgente|inmediatamente|hoy"
)
COMPARISONS = "more|less|fewer|least|most|above|below|over|under|up to|before|after|más|menos"
CRITICAL = re.compile(
    rf"[<>≤≥±−]|(?<![\w.,])(?:\d*[½¼¾]|\d+(?:[.,:/–-]\d+)*)(?:\s?(?:{UNITS}))?|\b(?:{UNITS})"
    rf"|\b(?:{NUMBER_WORDS}|{NEGATIONS}|{LEVELS}|{COMPARISONS})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Versions:
    """A rewritten passage before and after, with the words that change most what it tells.

    ``critical_before`` and ``critical_after`` are the numbers, doses, units, levels and words such
    as “not” that one version has and the other has not.
    """

    before: tuple[Run, ...]
    after: tuple[Run, ...]
    critical_before: tuple[str, ...] = ()
    critical_after: tuple[str, ...] = ()


def is_rewritten(runs: tuple[Run, ...]) -> bool:
    """Whether the marks of a changed passage are too many, or too long, to be read in one line."""
    removed, added = _count_words(runs, "removed"), _count_words(runs, "added")
    if not removed or not added:
        return False
    kept = _count_words(runs, "same")
    share_kept = kept / (kept + max(removed, added))
    if min(removed, added) >= MIN_WORDS_REPLACED and share_kept < MIN_SHARE_KEPT:
        return True
    return _has_dense_places(runs)


def _count_words(runs: tuple[Run, ...], kind: str) -> int:
    return sum(len(WORD.findall(text)) for run_kind, text in runs if run_kind == kind)


def _has_dense_places(runs: tuple[Run, ...]) -> bool:
    """Whether some changes in a row have few words between them, wherever in the passage."""
    between = _list_words_between(runs)
    size = MIN_PLACES - 1
    for start in range(len(between) - size + 1):
        if sum(between[start : start + size]) < size * MIN_WORDS_BETWEEN:
            return True
    return False


def _list_words_between(runs: tuple[Run, ...]) -> list[int]:
    """How many words stayed between each two places that changed."""
    counts: list[int] = []
    words = 0
    has_change = False
    for kind, text in runs:
        if kind == "same":
            words += len(WORD.findall(text))
            continue
        if has_change and words:
            counts.append(words)
        has_change = True
        words = 0
    return counts


def make_excerpt(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """The first changed words with a few around them; nothing if they stand near the beginning."""
    if not runs or runs[0][0] != "same" or len(runs[0][1]) <= MAX_LEAD:
        return ()
    excerpt: list[Run] = [("same", f"…{runs[0][1][-EXCERPT_CONTEXT:]}")]
    for kind, text in runs[1:]:
        if kind == "same":
            excerpt.append((kind, f"{text[:EXCERPT_CONTEXT]}…"))
            break
        excerpt.append((kind, text if len(text) <= MAX_EXCERPT else f"{text[:MAX_EXCERPT]}…"))
    return tuple(excerpt)


def split_versions(runs: tuple[Run, ...]) -> Versions:
    """The two versions of a changed passage."""
    before = _select_version(runs, "removed")
    after = _select_version(runs, "added")
    spans_before, spans_after = _find_changed_spans(_join(before), _join(after))
    before, named_before = _mark_spans(before, spans_before)
    after, named_after = _mark_spans(after, spans_after)
    return Versions(before, after, named_before, named_after)


def _select_version(runs: tuple[Run, ...], changed: str) -> tuple[Run, ...]:
    return tuple(run for run in runs if run[0] in ("same", changed))


def _join(runs: tuple[Run, ...]) -> str:
    return "".join(text for _, text in runs)


def _find_changed_spans(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """Where the critical words stand that the other text has not, or has in another order."""
    old_found, new_found = list(CRITICAL.finditer(old)), list(CRITICAL.finditer(new))
    old_words = [_normalize(found[0]) for found in old_found]
    new_words = [_normalize(found[0]) for found in new_found]
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    old_spans: list[Span] = []
    new_spans: list[Span] = []
    for op, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if op != "equal":
            old_spans += [found.span() for found in old_found[old_start:old_end]]
            new_spans += [found.span() for found in new_found[new_start:new_end]]
    return old_spans, new_spans


def _normalize(words: str) -> str:
    return re.sub(r"\s+", " ", words).lower()


def _mark_spans(
    runs: tuple[Run, ...], spans: list[Span]
) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """A version with these spans marked as critical, each whole, and their words in order."""
    text = _join(runs)
    places = chain.from_iterable(spans)
    borders = sorted({0, len(text), *_list_borders(runs), *places})
    marked: list[Run] = []
    kinds = iter(_iterate_kinds(runs))
    kind, end = next(kinds, ("same", 0))
    for start, stop in pairwise(borders):
        while start >= end:
            kind, end = next(kinds)
        is_critical = any(first <= start < last for first, last in spans)
        _add_run(marked, "critical" if is_critical else kind, text[start:stop])
    return tuple(marked), tuple(dict.fromkeys(text[start:stop] for start, stop in spans))


def _list_borders(runs: tuple[Run, ...]) -> list[int]:
    return [end for _, end in _iterate_kinds(runs)]


def _iterate_kinds(runs: tuple[Run, ...]) -> Iterator[tuple[str, int]]:
    """The kind of each run, and where it ends."""
    end = 0
    for kind, text in runs:
        end += len(text)
        yield kind, end


def _add_run(runs: list[Run], kind: str, text: str) -> None:
    """Add a text to the last run if that is of its kind, else as a run of its own."""
    if runs and runs[-1][0] == kind:
        runs[-1] = (kind, runs[-1][1] + text)
    else:
        runs.append((kind, text))


def list_changed_words(runs: tuple[Run, ...]) -> list[tuple[str, str]]:
    """What was removed and what was added at each place, a number with its unit and sign."""
    before = _widen(_select_version(runs, "removed"))
    after = _widen(_select_version(runs, "added"))
    words: list[tuple[str, str]] = []
    old_end = new_end = 0
    for is_same, group in groupby(runs, lambda run: run[0] == "same"):
        old_start, new_start = old_end, new_end
        for kind, text in group:
            old_end += len(text) if kind != "added" else 0
            new_end += len(text) if kind != "removed" else 0
        if not is_same:
            removed = before.get_text(old_start, old_end)
            words.append((removed, after.get_text(new_start, new_end)))
    return words


@dataclass(frozen=True)
class _WidenedText:
    """A text in which a place with part of a number or a critical word has all of it."""

    text: str
    spans: tuple[Span, ...]

    def get_text(self, start: int, end: int) -> str:
        first, last = start, end
        for span_start, span_end in self.spans:
            if span_start < end and start < span_end:
                first, last = min(first, span_start), max(last, span_end)
        return _normalize_space(self.text[first:last])


def _widen(runs: tuple[Run, ...]) -> _WidenedText:
    text = _join(runs)
    return _WidenedText(text, tuple(found.span() for found in CRITICAL.finditer(text)))


def _normalize_space(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def list_sentences(runs: tuple[Run, ...]) -> list[tuple[Run, ...]]:
    """The sentences in which something changed, each whole."""
    sentences: list[list[Run]] = [[]]
    for kind, text in runs:
        pieces = SENTENCE_END.split(text) if kind == "same" else [text]
        for place, piece in enumerate(pieces):
            if place and _is_long_enough(sentences[-1]):
                sentences.append([])
            _add_run(sentences[-1], kind, f" {piece}" if place else piece)
    return [tuple(each) for each in sentences if any(kind != "same" for kind, _ in each)]


def _is_long_enough(runs: list[Run]) -> bool:
    """Whether a sentence says enough to stand alone. “Dr.” is the end of none."""
    return sum(len(text) for _, text in runs) >= MIN_SENTENCE
