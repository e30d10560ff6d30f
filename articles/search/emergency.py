"""Finds words of an emergency or a crisis in a text as it was typed, before anything is searched.

What to do comes first, whatever the search finds: this asks no database and leaves no word out.
The phrases are in emergency_phrases.txt and crisis_phrases.txt.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings

from articles.search.phrase_book import PhraseBook, TypedText
from articles.search.words import DESCRIPTIVE_WORDS, QUESTION_WORDS, split_words

WINDOW_SIZE = 40  # words of a long text that are looked at together
WINDOW_STRIDE = 20
PHRASES_DIRECTORY = Path(__file__).parent


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


def detect_urgent_help(text: str) -> UrgentHelp:
    """The help that a text calls for. All of it is read, however long it is."""
    phrases = _load_phrases()
    is_happening = names_emergency = is_crisis = is_done = False
    for window in _split_into_windows(phrases.parse(text)):
        found = _assess(phrases, window)
        is_happening = is_happening or found.is_happening
        names_emergency = names_emergency or found.names_emergency
        is_crisis = is_crisis or found.is_crisis
        is_done = is_done or found.is_done
    names_emergency = names_emergency and not is_happening
    return UrgentHelp(is_happening, names_emergency, is_crisis, is_done=is_done)


def _split_into_windows(text: TypedText) -> list[TypedText]:
    """A text, or parts of a long one, so that words far apart are not taken together."""
    if len(text.steps) <= WINDOW_SIZE:
        return [text]
    starts = range(0, len(text.steps) - WINDOW_STRIDE, WINDOW_STRIDE)
    return [text.slice(start, start + WINDOW_SIZE) for start in starts]


def _assess(phrases: PhraseBook, typed: TypedText) -> UrgentHelp:
    if phrases.matches("done", typed):
        return UrgentHelp(is_happening=True, is_crisis=True, is_done=True)
    is_crisis = phrases.matches("crisis", typed)
    if phrases.matches("not now", typed) and not phrases.matches("urgent", typed):
        return UrgentHelp(is_crisis=is_crisis)
    is_now = phrases.matches("now", typed)
    is_topic = is_now or _is_topic(phrases, typed)
    is_happening = is_now or (is_topic and phrases.matches("happening", typed))
    if is_happening and _is_lesson(phrases, typed):
        is_happening = False
    return UrgentHelp(is_happening, is_topic and not is_happening, is_crisis)


def _is_lesson(phrases: PhraseBook, typed: TypedText) -> bool:
    """Whether somebody wants to learn about an emergency, and not about one that happens."""
    return phrases.matches("lesson", typed) and not phrases.matches("spoken of", typed)


def _is_topic(phrases: PhraseBook, typed: TypedText) -> bool:
    """Whether a text names an emergency, and means it."""
    always = phrases.find("topic", typed)
    alone = phrases.find("topic alone", typed)
    if not (always or alone) or phrases.matches("no topic", typed):
        return False
    if always or phrases.matches("happening", typed):
        return True
    return not typed.has_words_outside(alone, phrases.parse_word_choice("@plain"))


@cache
def _load_phrases() -> PhraseBook:
    return PhraseBook(
        PHRASES_DIRECTORY / "emergency_phrases.txt",
        PHRASES_DIRECTORY / "crisis_phrases.txt",
        everyday=_load_everyday_words(),
    )


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
