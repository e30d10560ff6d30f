"""Lists of what people type, each measured before the phrases knew it: ADR 58 has the figures."""

from pathlib import Path

import pytest

from articles.care.emergencies import EMERGENCIES
from articles.search.emergency import UrgentHelp, detect_urgent_help

LISTS = Path(__file__).parent / "search_words"
LANGUAGES = ["en", "es"]
NUMBERS = "123456"
KINDS = {
    "now": lambda found: found.is_happening,
    "topic": lambda found: found.names_emergency or found.is_happening,
    "done": lambda found: found.is_happening and found.is_crisis and found.is_done,
    "crisis": lambda found: found.is_crisis,
    "methods": lambda found: found.is_crisis and found.asks_for_methods,
}
MISSED_AT_MOST, BOX_AT_MOST, LINE_AT_MOST = 0.05, 0.02, 0.05


def read_lines(name: str) -> list[str]:
    lines = (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def read_emergencies(language: str, number: str) -> list[tuple[str, set[str], str]]:
    """What is expected of each text, its emergencies (any of them will do), and the text."""
    rows = []
    for line in read_lines(f"emergencies_{language}_{number}"):
        kind, subjects, text = line.split("\t")
        rows.append((kind, set(subjects.split("|")) - {""}, text))
    return rows


def is_shown_a_box(found: UrgentHelp) -> bool:
    return found.is_happening or found.is_crisis


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("language", LANGUAGES)
class TestOfTheNumberedList:
    def test_emergencies_are_recognised_with_their_keys(self, language, number):
        rows = read_emergencies(language, number)
        missed = []
        for kind, subjects, text in rows:
            found = detect_urgent_help(text)
            if not KINDS[kind](found) or (subjects and subjects.isdisjoint(found.subjects)):
                missed.append((kind, text, found.subjects))
        assert len(missed) <= len(rows) * MISSED_AT_MOST, missed

    def test_harmless_neighbours_are_left_alone(self, language, number):
        texts = read_lines(f"neighbours_{language}_{number}")
        box = [text for text in texts if is_shown_a_box(detect_urgent_help(text))]
        line = [text for text in texts if text not in box and detect_urgent_help(text)]
        assert len(box) <= len(texts) * BOX_AT_MOST, box
        assert len(line) <= len(texts) * LINE_AT_MOST, line

    def test_the_language_of_an_emergency_is_told(self, language, number):
        wrong = []
        for _kind, _subjects, text in read_emergencies(language, number):
            found = detect_urgent_help(text)
            if found and found.language != language:
                wrong.append(text)
        assert wrong == []


def test_the_lists_have_every_emergency_of_the_floor_as_happening_now():
    listed: set[str] = set()
    for language in LANGUAGES:
        for number in NUMBERS:
            for kind, subjects, _text in read_emergencies(language, number):
                listed |= subjects if kind == "now" else set()
    assert listed <= EMERGENCIES.keys()
    unlisted = {
        "aortic-emergency",
        "blood-clot-in-the-lung",
        "hypothermia",
        "severe-abdominal-pain",
        "severe-injury",
        "sudden-severe-headache",
        "trouble-breathing",
    }
    assert EMERGENCIES.keys() - listed == unlisted


def test_the_lists_are_as_long_as_they_were_meant_to_be():
    emergencies = {"en": 0, "es": 0}
    neighbours = {"en": 0, "es": 0}
    for language in LANGUAGES:
        for number in NUMBERS:
            emergencies[language] += len(read_emergencies(language, number))
            neighbours[language] += len(read_lines(f"neighbours_{language}_{number}"))
    assert emergencies["en"] >= 540
    assert emergencies["es"] >= 220
    assert neighbours["en"] >= 700
    assert neighbours["es"] >= 260
