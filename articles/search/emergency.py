"""Finds words of an emergency or a crisis in a text as it was typed, before anything is searched.

What to do comes first, whatever the search finds: this asks no database and leaves no word out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from articles.care.emergencies import EMERGENCIES
from articles.search.added_phrases import AddedPhrase
from articles.search.languages import ENGLISH, SPANISH
from articles.search.lexicon import split_typed
from articles.search.recognition import WITHHELD_KIND, Finding, assess_words

WINDOW_SIZE = 40  # words of a long text that are looked at together
WINDOW_STRIDE = 20
GRAVITY = {key: place for place, key in enumerate(EMERGENCIES)}


@dataclass(frozen=True)
class UrgentHelp:
    """The help that a text calls for.

    ``is_happening``: an emergency happens now. ``names_emergency``: the text names an emergency.
    ``is_crisis``: a crisis of the mind. Two are equal that call for the same kind of help.

    ``subjects``: keys of EMERGENCIES, the gravest first; empty for a call for help that says no
    more. ``is_done``: somebody has already hurt themselves. ``asks_for_methods``: the text asks
    how to die or to hurt oneself. ``language``: of the words that were recognised, "en" or "es".
    ``withheld``: the emergencies whose act could do harm in what the text tells.
    """

    is_happening: bool = False
    names_emergency: bool = False
    is_crisis: bool = False
    subjects: tuple[str, ...] = field(default=(), compare=False)
    is_done: bool = field(default=False, compare=False)
    asks_for_methods: bool = field(default=False, compare=False)
    language: str = field(default=ENGLISH.code, compare=False)
    withheld: frozenset[str] = field(default=frozenset(), compare=False)

    def __bool__(self) -> bool:
        return self.is_happening or self.names_emergency or self.is_crisis

    @property
    def in_danger(self) -> bool:
        """Whether somebody may be in danger, so that nothing may stand before what to do."""
        return self.is_happening or self.is_crisis


def detect_urgent_help(
    text: str, added: Iterable[AddedPhrase] = (), *, is_unfinished: bool = False
) -> UrgentHelp:
    """The help that a text calls for. All of it is read, however long it is.

    ``added``: phrases of the site's own. They call for help too, and take none away. Of a text
    that is still being typed (``is_unfinished``) the last word is taken as it stands, so that
    "stro" calls for nothing.
    """
    words = split_typed(text)
    phrases = tuple(added)
    is_unfinished = is_unfinished and text[-1:].isalnum()
    found = _Findings()
    for start in _iter_window_starts(words):
        window = words[start : start + WINDOW_SIZE]
        is_last = start + WINDOW_SIZE >= len(words)
        found.add_all(assess_words(window, phrases, is_unfinished=is_unfinished and is_last))
    return found.summarize()


def suggest_urgent_help(text: str, added: Iterable[AddedPhrase] = ()) -> UrgentHelp:
    """The help to show while somebody types: only for phrases that are there as a whole."""
    return detect_urgent_help(text, added, is_unfinished=True)


class _Findings:
    """What the parts of a text call for, put together."""

    def __init__(self) -> None:
        self._subjects: dict[str, set[str]] = {}  # by kind
        self._languages: set[str] = set()

    def add_all(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._subjects.setdefault(finding.kind, set()).update(finding.subjects)
            if finding.kind != WITHHELD_KIND:
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
            withheld=frozenset(self._subjects.get(WITHHELD_KIND, set())),
        )


def _get_gravity(subject: str) -> tuple[int, str]:
    return GRAVITY.get(subject, len(GRAVITY)), subject


def _iter_window_starts(words: list[str]) -> range:
    """Where parts of a long text start, so that words far apart are not taken together."""
    return range(0, max(1, len(words) - WINDOW_STRIDE), WINDOW_STRIDE)
