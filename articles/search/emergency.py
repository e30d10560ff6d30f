"""Finds words of an emergency or a crisis in a text as it was typed, before anything is searched.

What to do comes first, whatever the search finds: this asks no database and leaves no word out.
The phrases are in emergency_phrases.txt, crisis_phrases.txt and spanish_phrases.txt.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from django.conf import settings

from articles.care.emergencies import EMERGENCIES
from articles.search.added_phrases import AddedPhrase, compile_added
from articles.search.languages import ENGLISH, SPANISH
from articles.search.lexicon import split_typed
from articles.search.phrase_book import PhraseBook, TypedText
from articles.search.words import DESCRIPTIVE_WORDS, QUESTION_WORDS, split_words

WINDOW_SIZE = 40  # words of a long text that are looked at together
WINDOW_STRIDE = 20
PHRASES_DIRECTORY = Path(__file__).parent
GRAVITY = {key: place for place, key in enumerate(EMERGENCIES)}


@dataclass(frozen=True)
class CallPrompt:
    """A line that says which number to call, and the number."""

    text: str
    number: str


@dataclass(frozen=True)
class UrgentHelp:
    """The help that a text calls for.

    ``is_happening``: an emergency happens now. ``names_emergency``: the text names an emergency.
    ``is_crisis``: a crisis of the mind. Two are equal that call for the same kind of help.

    ``subjects``: keys of EMERGENCIES, the gravest first; empty for a call for help that says no
    more. ``is_done``: somebody has already hurt themselves. ``asks_for_methods``: the text asks
    how to die or to hurt oneself. ``language``: of the words that were recognised, "en" or "es".
    """

    is_happening: bool = False
    names_emergency: bool = False
    is_crisis: bool = False
    subjects: tuple[str, ...] = field(default=(), compare=False)
    is_done: bool = field(default=False, compare=False)
    asks_for_methods: bool = field(default=False, compare=False)
    language: str = field(default="en", compare=False)

    def __bool__(self) -> bool:
        return self.is_happening or self.names_emergency or self.is_crisis

    @property
    def in_danger(self) -> bool:
        """Whether somebody may be in danger, so that nothing may stand before what to do."""
        return self.is_happening or self.is_crisis

    @property
    def emergency_number(self) -> str:
        """The number to call in an emergency; empty where the text names none."""
        if self.is_happening or self.names_emergency:
            return settings.EMERGENCY_NUMBER
        return ""

    @property
    def crisis_line(self) -> str:
        """The number to call in a crisis.

        A site without a crisis line gives its emergency number, unless that is shown already.
        """
        if not self.is_crisis:
            return ""
        if settings.CRISIS_LINE:
            return settings.CRISIS_LINE
        return "" if self.is_happening else settings.EMERGENCY_NUMBER

    @property
    def call_prompts(self) -> list[CallPrompt]:
        """One line for each number, for where there is no space for more."""
        prompts = []
        if number := self.emergency_number:
            prompts.append(CallPrompt(f"If this is happening now, call {number}", number))
        if number := self.crisis_line:
            text = f"If you think of ending your life, call {number}"
            prompts.append(CallPrompt(text, number))
        return prompts


def detect_urgent_help(
    text: str, added: Iterable[AddedPhrase] = (), *, is_unfinished: bool = False
) -> UrgentHelp:
    """The help that a text calls for. All of it is read, however long it is.

    ``added``: phrases of the site's own. They call for help too, and take none away. Of a text
    that is still being typed (``is_unfinished``) the last word is taken as it stands, so that
    "stro" calls for nothing.
    """
    words = split_typed(text)
    is_unfinished = is_unfinished and text[-1:].isalnum()
    found = _Findings()
    for start in _iter_window_starts(words):
        window = words[start : start + WINDOW_SIZE]
        is_last = start + WINDOW_SIZE >= len(words)
        found.add_all(_assess_window(window, tuple(added), is_unfinished and is_last))
    return found.summarize()


def suggest_urgent_help(text: str, added: Iterable[AddedPhrase] = ()) -> UrgentHelp:
    """The help to show while somebody types: only for phrases that are there as a whole."""
    return detect_urgent_help(text, added, is_unfinished=True)


@dataclass(frozen=True)
class _Finding:
    """What one part of a text calls for, what it is about, and the language of that part."""

    kind: str  # "now", "topic", "crisis", "methods" or "done"
    subjects: frozenset[str]
    language: str = ENGLISH.code


class _Findings:
    """What the parts of a text call for, put together."""

    def __init__(self) -> None:
        self._subjects: dict[str, set[str]] = {}  # by kind
        self._languages: set[str] = set()

    def add_all(self, findings: Iterable[_Finding]) -> None:
        for finding in findings:
            self._subjects.setdefault(finding.kind, set()).update(finding.subjects)
            self._languages.add(finding.language)

    def summarize(self) -> UrgentHelp:
        kinds = self._subjects.keys()
        is_happening = bool(kinds & {"now", "done"})
        subjects = self._subjects.get("now", set()) | self._subjects.get("done", set())
        if not is_happening:
            subjects = self._subjects.get("topic", set())
        return UrgentHelp(
            is_happening=is_happening,
            names_emergency="topic" in kinds and not is_happening,
            is_crisis=bool(kinds & {"crisis", "methods", "done"}),
            subjects=tuple(sorted(subjects - {""}, key=_get_gravity)),
            is_done="done" in kinds,
            asks_for_methods="methods" in kinds,
            language=SPANISH.code if self._languages == {SPANISH.code} else ENGLISH.code,
        )


def _get_gravity(subject: str) -> tuple[int, str]:
    return GRAVITY.get(subject, len(GRAVITY)), subject


def _iter_window_starts(words: list[str]) -> range:
    """Where parts of a long text start, so that words far apart are not taken together."""
    return range(0, max(1, len(words) - WINDOW_STRIDE), WINDOW_STRIDE)


def _assess_window(
    words: list[str], added: tuple[AddedPhrase, ...], is_unfinished: bool
) -> list[_Finding]:
    """What a part of a text calls for, in the language that it is in."""
    english, spanish = _load_books()
    findings = _assess(english, english.parse(words, is_unfinished=is_unfinished))
    language = ENGLISH.code
    excess = sum(map(spanish.knows_word, words)) - sum(map(english.knows_word, words))
    if excess >= 0:
        more = _assess(spanish, spanish.parse(words, is_unfinished=is_unfinished))
        if excess > 0:
            language = SPANISH.code
            findings = [found for found in findings if found.kind != "topic"]
        elif more and not findings:
            language = SPANISH.code
        findings += more
    if added:
        book = compile_added(added, english.everyday_words)
        typed = book.parse(words, is_unfinished=is_unfinished)
        findings += _find_kinds(book, typed, "now", "topic", "crisis")
    return [replace(found, language=language) for found in findings]


def _assess(phrases: PhraseBook, typed: TypedText) -> list[_Finding]:
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
    is_happening = now is not None or phrases.matches("happening", typed)
    if is_happening and (_is_lesson(phrases, typed) or _is_bare_name(phrases, typed)):
        is_happening = False
    subjects = (now or set()) | (topics or set())
    findings.append(_Finding("now" if is_happening else "topic", frozenset(subjects)))
    return findings


def _has_grave_signs(phrases: PhraseBook, typed: TypedText) -> bool:
    """Whether a text has signs that together, or with a plea, mean that somebody is in danger."""
    signs = phrases.find_subjects("sign", typed)
    if signs is None or phrases.matches("no-sign", typed):
        return False
    return len(signs) > 1 or phrases.matches("plea", typed)


def _find_kinds(phrases: PhraseBook, typed: TypedText, *kinds: str) -> list[_Finding]:
    findings = []
    for kind in kinds:
        subjects = phrases.find_subjects(kind, typed)
        if subjects is not None:
            findings.append(_Finding(kind, frozenset(subjects)))
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


@cache
def _load_books() -> tuple[PhraseBook, PhraseBook]:
    """The English phrases, and the Spanish ones.

    A word that one language knows is no typing mistake in the other.
    """
    everyday = _load_everyday_words()
    english = PhraseBook(
        PHRASES_DIRECTORY / "emergency_phrases.txt",
        PHRASES_DIRECTORY / "crisis_phrases.txt",
        everyday=everyday,
    )
    spanish = PhraseBook(
        PHRASES_DIRECTORY / "spanish_phrases.txt",
        everyday=everyday | english.words | english.small_words,
        language=SPANISH,
    )
    english.know_everyday(spanish.words | spanish.small_words)
    return english, spanish


def _load_everyday_words() -> frozenset[str]:
    """Words that are spelled as they are meant, so that no other word is guessed for them."""
    words = {*QUESTION_WORDS, *DESCRIPTIVE_WORDS}
    for line in _read_lines("everyday_words.txt"):
        if not line.startswith("#"):
            words.update(line.split())
    for line in _read_lines("lay_words.txt"):
        words.update(split_words(line))
    return frozenset(words)


def _read_lines(name: str) -> list[str]:
    return (PHRASES_DIRECTORY / name).read_text(encoding="utf-8").splitlines()
