"""Words of an emergency and of a crisis, looked for in the text as it was typed before anything is searched.

What to do comes first, whatever the search finds or does not find: this asks no database, and leaves no word out.
Which words they are is written in emergency_phrases.txt and crisis_phrases.txt.
"""

from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from django.conf import settings

from articles.search.phrases import Phrases, Typed
from articles.search.words import ASKING, DESCRIBING, words

WINDOW, STRIDE = 40, 20  # words of a long text that are looked at together
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Call:
    """A line that says whom to call, and the number."""

    text: str
    number: str


@dataclass(frozen=True)
class Help:
    """What a text calls for. ``now``: it is happening; ``topic``: it names an emergency; ``crisis``: of the mind."""

    now: bool = False
    topic: bool = False
    crisis: bool = False

    def __bool__(self) -> bool:
        return self.now or self.topic or self.crisis

    @property
    def first(self) -> bool:
        """Whether somebody may be in danger, so that nothing may stand before what to do."""
        return self.now or self.crisis

    @property
    def emergency_number(self) -> str:
        """The number to call in an emergency, where that is said first."""
        return settings.EMERGENCY_NUMBER if self.now or self.topic else ""

    @property
    def crisis_line(self) -> str:
        """Whom to call in a crisis. Where the site has no line for that, the emergency number, said once."""
        if not self.crisis:
            return ""
        return settings.CRISIS_LINE or ("" if self.now else settings.EMERGENCY_NUMBER)

    @property
    def calls(self) -> list[Call]:
        """The same in a line each, for where there is no room for more."""
        emergency, crisis = self.emergency_number, self.crisis_line
        lines = [Call(f"If this is happening now, call {emergency}", emergency)] if emergency else []
        return lines + ([Call(f"If you think of ending your life, call {crisis}", crisis)] if crisis else [])


def look_for_help(text: str) -> Help:
    """What a text calls for, all of it read, however long."""
    phrases = _phrases()
    whole = phrases.take(text)
    found = [_help(phrases, window) for window in _windows(whole)]
    now = any(one.now for one in found)
    return Help(now, not now and any(one.topic for one in found), any(one.crisis for one in found))


def _windows(typed: Typed) -> list[Typed]:
    """A text, or stretches of a long one, so that words far apart are not taken together."""
    if len(typed.steps) <= WINDOW:
        return [typed]
    starts = range(0, len(typed.steps) - STRIDE, STRIDE)
    return [typed.part(start, start + WINDOW) for start in starts]


def _help(phrases: Phrases, typed: Typed) -> Help:
    if phrases.has("done", typed):
        return Help(now=True, crisis=True)
    crisis = phrases.has("crisis", typed)
    if phrases.has("not now", typed) and not phrases.has("urgent", typed):
        return Help(crisis=crisis)
    now = phrases.has("now", typed)
    topic = now or _is_topic(phrases, typed)
    happening = now or (topic and phrases.has("happening", typed))
    lesson = happening and phrases.has("lesson", typed) and not phrases.has("spoken of", typed)
    now = happening and not lesson
    return Help(now, topic and not now, crisis)


def _is_topic(phrases: Phrases, typed: Typed) -> bool:
    """Whether a text names an emergency, and means it."""
    always, alone = phrases.found("topic", typed), phrases.found("topic alone", typed)
    if not (always or alone) or phrases.has("no topic", typed):
        return False
    if always or phrases.has("happening", typed):
        return True
    return not typed.beside(alone, phrases.slot("@plain"))


@cache
def _phrases() -> Phrases:
    everyday = [line for line in _lines("everyday_words.txt") if not line.startswith("#")]
    known = chain(ASKING, DESCRIBING, *map(str.split, everyday), *map(words, _lines("lay_words.txt")))
    return Phrases(HERE / "emergency_phrases.txt", HERE / "crisis_phrases.txt", everyday=frozenset(known))


def _lines(name: str) -> list[str]:
    return (HERE / name).read_text(encoding="utf-8").splitlines()
