"""What is printed before anything else where a text is about an emergency or a crisis.

The search page, its suggestions and the finder print the same box. The words of the program and the
numbers are always there; the act and the page to go on with come from signed pages, where there are
any, and from nowhere else.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from django.db import DatabaseError, InterfaceError

from articles.care import site_numbers
from articles.care.emergencies import POISON_SUBJECTS
from articles.care.site_numbers import ContactWay
from articles.emergencies import lookup
from articles.emergencies.lookup import EmergencyAnswer
from articles.emergencies.phrases import TablePhrase, load_phrases
from articles.emergencies.remembered import remembered
from articles.emergencies.subjects import QUIET_SUBJECTS
from articles.page_store import outage
from articles.search.added_phrases import AddedPhrase
from articles.search.emergency import UrgentHelp, detect_urgent_help, suggest_urgent_help

# By the meaning of a phrase in the table, what the search calls it.
RECOGNISED_MEANINGS = {"now": "now", "topic": "topic", "crisis-done": "done", "crisis": "crisis"}


@dataclass(frozen=True)
class HelpBox:
    """The help that a text calls for, and what is printed of it.

    ``answers``: of the gravest emergencies that it is about, at most three, the gravest first.
    """

    urgent: UrgentHelp
    answers: list[EmergencyAnswer] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.urgent)

    @property
    def in_danger(self) -> bool:
        """Whether somebody may be in danger, so that nothing may stand before what to do."""
        return self.urgent.in_danger

    @property
    def is_happening(self) -> bool:
        return self.urgent.is_happening

    @property
    def is_crisis(self) -> bool:
        return self.urgent.is_crisis

    @property
    def is_topic(self) -> bool:
        """Whether an emergency is only named. In a crisis there is the crisis line for that."""
        return self.urgent.names_emergency and not self.in_danger

    @property
    def hides_pages(self) -> bool:
        """Whether no page may be shown: somebody asks for ways to harm themselves."""
        return self.urgent.asks_for_methods

    @property
    def is_spanish(self) -> bool:
        return self.urgent.language == "es"

    @property
    def emergency_way(self) -> ContactWay:
        return site_numbers.get_emergency_way()

    @property
    def must_be_quiet(self) -> bool:
        """Whether the phone on speaker could put somebody in danger."""
        return not QUIET_SUBJECTS.isdisjoint(self.urgent.subjects)

    @property
    def poison_way(self) -> ContactWay | None:
        """The poison line, where it helps and the site has one."""
        is_wanted = self.is_happening or self.is_topic
        if not is_wanted or POISON_SUBJECTS.isdisjoint(self.urgent.subjects):
            return None
        return site_numbers.get_poison_way()

    @property
    def crisis_ways(self) -> list[ContactWay]:
        """How to reach the crisis line; the emergency number stands for it on a site without one.

        It is not repeated where it stands first already.
        """
        ways = site_numbers.get_crisis_ways()
        return [] if self.is_happening and ways == [self.emergency_way] else ways

    @property
    def names_subjects(self) -> bool:
        """Whether each act needs the name of its emergency beside it."""
        return len(self.answers) > 1

    @property
    def spoken_lines(self) -> list[str]:
        """The box in a few plain lines, which screen readers are given while somebody types."""
        number = self.emergency_way.shown
        lines = []
        if self.is_happening:
            lines.append(f"Call {number} now")
        elif self.is_topic:
            lines.append(f"If this is happening now, call {number}")
        if self.poison_way:
            lines.append(f"Poison line: call {self.poison_way.shown}")
        if self.is_crisis and self.crisis_ways:
            way = self.crisis_ways[0]
            lines.append(f"If you think of ending your life, {way.verb.lower()} {way.shown}")
        return lines


def build_help_box(text: str) -> HelpBox:
    """The box for a text as it was typed; an empty one where it calls for no help.

    Three queries at most, and none that could fail it: without a database the fixed words stay.
    """
    return fill_box(detect_urgent_help(text, _load_added()) if text else UrgentHelp())


def build_typed_box(text: str) -> HelpBox:
    """The same while somebody types: only for phrases that are there as a whole."""
    return fill_box(suggest_urgent_help(text, _load_added()) if text else UrgentHelp())


def _load_added() -> tuple[AddedPhrase, ...]:
    """The phrases of the table, as they are recognised."""
    return _convert(load_phrases())


@lru_cache(maxsize=2)
def _convert(phrases: tuple[TablePhrase, ...]) -> tuple[AddedPhrase, ...]:
    added = []
    for phrase in phrases:
        meaning = RECOGNISED_MEANINGS[phrase.meaning]
        added.append(AddedPhrase(phrase.text, meaning, phrase.subject, phrase.language))
    return tuple(added)


def get_topic_box(name: str) -> HelpBox | None:
    """The box for the name of a condition that is an emergency, with its signed words.

    None if it is no emergency, or no signed page says what to do in it. Only the phrases of the
    program are asked, so that the answer changes with the publication log alone.
    """
    urgent = detect_urgent_help(name)
    if not urgent.subjects or urgent.is_crisis:
        return None
    topic = UrgentHelp(names_emergency=True, subjects=urgent.subjects[:1], language=urgent.language)
    # Not from memory: the page that shows it is kept, and may be so for long.
    box = HelpBox(topic, lookup.find_answers(topic.subjects))
    return box if any(answer.page for answer in box.answers) else None


def fill_box(urgent: UrgentHelp) -> HelpBox:
    """The box for what was recognised, with the words of signed pages where there are any.

    Without a database they are those that this process remembers.
    """
    if not (urgent.is_happening or urgent.names_emergency) or urgent.asks_for_methods:
        return HelpBox(urgent)
    try:
        outage.require_database()
        return HelpBox(urgent, lookup.find_answers(urgent.subjects, withheld=urgent.withheld))
    except (DatabaseError, InterfaceError, outage.DatabaseUnreachable) as error:
        outage.note_wait(error)
        answers = remembered.find_answers(urgent.subjects, withheld=urgent.withheld)
        return HelpBox(urgent, answers)
