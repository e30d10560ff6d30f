"""Reads a few words of a text: which emergency or crisis they mean, in English and Spanish."""

from dataclasses import dataclass, replace

from articles.search.added_phrases import AddedPhrase, compile_added
from articles.search.languages import ENGLISH, SPANISH
from articles.search.phrase_book import PhraseBook, TypedText
from articles.search.urgent_phrases import load_phrase_books

# Signs with which an emergency that is named happens now: "heatstroke not making sense".
DECISIVE_SIGNS = frozenset({"colour", "confusion", "sweat"})
WITHHELD_KIND = "no-act"  # of a finding that says in which emergencies no act is shown
MAX_MISTYPED_WORDS = 6  # of a text of which no word is spelled as in Spanish


@dataclass(frozen=True)
class Finding:
    """What one part of a text calls for, what it is about, and the language of that part.

    ``kind``: "now", "topic", "crisis", "methods" or "done", or WITHHELD_KIND.
    """

    kind: str
    subjects: frozenset[str]
    language: str = ENGLISH.code


def assess_words(
    words: list[str], added: tuple[AddedPhrase, ...] = (), *, is_unfinished: bool = False
) -> list[Finding]:
    """What some words call for, in the language that they are in."""
    english, spanish = load_phrase_books()
    typed = english.parse(words, is_unfinished=is_unfinished)
    findings = _assess(english, typed)
    withheld = _find_kinds(english, typed, WITHHELD_KIND)
    language = ENGLISH.code
    in_spanish = sum(map(spanish.knows_word, words))
    excess = in_spanish - sum(map(english.knows_word, words))
    if excess >= 0 and (in_spanish or len(words) <= MAX_MISTYPED_WORDS):
        typed = spanish.parse(words, is_unfinished=is_unfinished)
        more = _assess(spanish, typed)
        withheld += _find_kinds(spanish, typed, WITHHELD_KIND)
        if excess > 0:
            language = SPANISH.code
            findings = [found for found in findings if found.kind != "topic"]
        elif more and not findings:
            language = SPANISH.code
        findings += more
    for code in sorted({phrase.language for phrase in added}):
        book = compile_added(tuple(phrase for phrase in added if phrase.language == code))
        typed = book.parse(words, is_unfinished=is_unfinished)
        more = _find_kinds(book, typed, "done", "now", "topic", "crisis")
        if more and not findings and code == SPANISH.code:
            language = code
        findings += more
    return [replace(found, language=language) for found in findings] + withheld


def _assess(phrases: PhraseBook, typed: TypedText) -> list[Finding]:
    """What a part of a text calls for."""
    findings = []
    if not phrases.matches("no-crisis", typed):
        findings = _find_kinds(phrases, typed, "done", "methods", "crisis")
    if phrases.matches("not-now", typed) and not phrases.matches("urgent", typed):
        return findings
    now = phrases.find_subjects("now", typed)
    if now is None and _has_grave_signs(phrases, typed):
        now = set()
    topics = _find_topics(phrases, typed)
    if now is None and topics is None:
        return findings
    is_happening = now is not None or _is_felt(phrases, typed)
    if is_happening and (_is_lesson(phrases, typed) or _is_bare_name(phrases, typed)):
        is_happening = False
    subjects = (now or set()) | (topics or set())
    findings.append(Finding("now" if is_happening else "topic", frozenset(subjects)))
    return findings


def _is_felt(phrases: PhraseBook, typed: TypedText) -> bool:
    """Whether somebody has the emergency that a text names."""
    if phrases.matches("happening", typed):
        return True
    signs = phrases.find_subjects("sign", typed) or set()
    return not signs.isdisjoint(DECISIVE_SIGNS) and not phrases.matches("no-sign", typed)


def _has_grave_signs(phrases: PhraseBook, typed: TypedText) -> bool:
    """Whether a text has signs that together, or with a plea, mean that somebody is in danger."""
    signs = phrases.find_subjects("sign", typed)
    if signs is None or phrases.matches("no-sign", typed):
        return False
    return len(signs) > 1 or phrases.matches("plea", typed)


def _find_kinds(phrases: PhraseBook, typed: TypedText, *kinds: str) -> list[Finding]:
    findings = []
    for kind in kinds:
        subjects = phrases.find_subjects(kind, typed)
        if subjects is not None:
            findings.append(Finding(kind, frozenset(subjects)))
    return findings


def _is_lesson(phrases: PhraseBook, typed: TypedText) -> bool:
    """Whether somebody wants to learn about an emergency, and not about one that happens."""
    return phrases.matches("lesson", typed) and not phrases.matches("spoken-of", typed)


def _is_bare_name(phrases: PhraseBook, typed: TypedText) -> bool:
    """Whether a text is the name of an emergency and nothing else: "sudden loss of vision"."""
    names = phrases.find("name", typed)
    if not names or phrases.matches("happening", typed):
        return False
    return not typed.has_words_outside(names, phrases.name_words)


def _find_topics(phrases: PhraseBook, typed: TypedText) -> set[str] | None:
    """The emergencies that a text names and means; None if it names none."""
    always = phrases.find_subjects("topic", typed)
    if _is_bare_name(phrases, typed):
        always = (always or set()) | (phrases.find_subjects("name", typed) or set())
    alone = phrases.find_subjects("alone", typed)
    if (always is None and alone is None) or phrases.matches("no-topic", typed):
        return None
    if always is not None or phrases.matches("happening", typed):
        return (always or set()) | (alone or set())
    if typed.has_words_outside(phrases.find("alone", typed), phrases.plain_words):
        return None
    return alone
