"""What the text of a care card tells people to do, by a list of sentences of each kind."""

import cProfile
import pstats
from pathlib import Path

from articles.care.actions import ActionKind, find_actions

SENTENCES = [Path(__file__).with_name(name) for name in ("sentences.txt", "more_sentences.txt")]
KINDS = {
    "E": ActionKind.EMERGENCY,
    "S": ActionKind.SAME_DAY,
    "A": ActionKind.APPOINTMENT,
    "C": ActionKind.CLINICIAN,
    "H": ActionKind.HOME_CARE,
    "R": ActionKind.HURRY,
}


def read_sentences():
    for path in SENTENCES:
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                letters, _, sentence = line.partition(" | ")
                yield sentence, {KINDS[letter] for letter in letters if letter in KINDS}


def test_each_sentence_asks_for_what_its_kind_says():
    wrong = []
    for sentence, expected in read_sentences():
        found = {action.kind for action in find_actions(sentence)}
        if found != expected:
            wrong.append(f"{sentence} {sorted(found)} instead of {sorted(expected)}")
    assert not wrong, "\n".join(["", *wrong])


def test_each_finding_is_quoted_from_its_own_line():
    found = find_actions("See a doctor today.\nDo not drive yourself. Then gargle, if you can.")
    quotes = [(action.kind, action.quote) for action in found]
    assert quotes == [
        (ActionKind.SAME_DAY, "See a doctor today"),
        (ActionKind.EMERGENCY, "Do not drive yourself. Then gargle"),
        (ActionKind.HOME_CARE, "drive yourself. Then gargle, if you"),
    ]


def test_the_number_for_help_that_is_not_urgent_is_no_emergency_number(settings):
    advice = "Call NHS 111 today. Use 111 online. Call 111 for advice. It is not an emergency: 111."
    assert ActionKind.EMERGENCY not in {action.kind for action in find_actions(advice)}
    assert [action.kind for action in find_actions("Call 111.")] == [ActionKind.EMERGENCY]
    settings.EMERGENCY_NUMBER = "999"
    assert find_actions("Call 111.") == ()
    assert [action.kind for action in find_actions("Call 999.")] == [ActionKind.EMERGENCY]


PIECES = [
    "call 911, ",
    "do not call an ambulance or ",
    "see a doctor today and rest at home ",
    "if it lasts, make an appointment. ",
    "no not never without ",
    "go to the emergency department ",
    "take some more of the cold ",
    "within within ",
    "tell your own own ",
    ",(:–—",
    "a" * 50,
]


def test_twice_the_text_takes_about_twice_the_work():
    """Counted in calls, not in seconds."""
    for piece in PIECES:
        counts = []
        for size in (4_000, 8_000):
            profile = cProfile.Profile()
            profile.runcall(find_actions, piece * (size // len(piece)))
            counts.append(pstats.Stats(profile).total_calls)
        assert counts[1] < counts[0] * 2.5, piece
