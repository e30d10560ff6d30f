"""Words of an emergency or a crisis are recognised as they are typed; others are left alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search.emergency import UrgentHelp, detect_urgent_help
from articles.search.lexicon import split_typed
from articles.search.phrase_book import InvalidPhrase, PhraseBook

LISTS = Path(__file__).parent / "search_words"
NOW = UrgentHelp(is_happening=True)
CRISIS = UrgentHelp(is_crisis=True)
TOPIC = UrgentHelp(names_emergency=True)
NONE = UrgentHelp()


def read_lists(*names: str) -> list[str]:
    lines: list[str] = []
    for name in names:
        lines += (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_lists_are_as_long_as_they_were_meant_to_be():
    assert len(read_lists("emergency_now", "emergency_topics")) >= 150
    assert len(read_lists("crisis", "crisis_done")) >= 80
    assert len(read_lists("neighbours")) >= 100


@pytest.mark.parametrize("which", ["", "_second", "_third"], ids=["first", "second", "third"])
class TestOfTheList:
    def test_every_emergency_that_happens_now_is_recognised(self, which):
        assert [
            q for q in read_lists(f"emergency_now{which}") if not detect_urgent_help(q).is_happening
        ] == []

    def test_every_name_of_an_emergency_is_recognised_and_is_no_alarm(self, which):
        assert [
            q
            for q in read_lists(f"emergency_topics{which}")
            if not detect_urgent_help(q).names_emergency
        ] == []

    def test_every_crisis_is_recognised(self, which):
        assert [
            q for q in read_lists(f"crisis{which}") if not detect_urgent_help(q).is_crisis
        ] == []

    def test_what_was_done_already_is_an_emergency_and_a_crisis(self, which):
        both = UrgentHelp(is_happening=True, is_crisis=True)
        assert [q for q in read_lists(f"crisis_done{which}") if detect_urgent_help(q) != both] == []

    def test_at_most_two_in_a_hundred_harmless_neighbours_are_taken_for_one(self, which):
        queries = read_lists(f"neighbours{which}")
        wrong = [query for query in queries if detect_urgent_help(query)]
        assert len(wrong) <= len(queries) * 0.02, wrong


@pytest.mark.parametrize(
    ("typed", "help_"),
    [
        ("I CAN'T BREATHE!!!", NOW),
        ("i can’t breathe", NOW),
        ("i can`t   breathe", NOW),
        ("can t breathe", NOW),
        ("Can\u200bt breathe", NOW),
        ("cán't brèathe", NOW),
        ("not,breathing", NOW),
        ("not-breathing", NOW),
        ("NOT_BREATHING", NOW),
        ("ｎｏｔ　ｂｒｅａｔｈｉｎｇ", NOW),
        ("he is nooooot breathing", NOW),
        ("k i l l myself", CRISIS),
        ("s.u.i.c.i.d.e", CRISIS),
        ("“suicide”", CRISIS),
        ("stroke?", TOPIC),
        ("HEART-ATTACK", TOPIC),
    ],
)
def test_capitals_accents_apostrophes_and_punctuation_do_not_matter(typed, help_):
    assert detect_urgent_help(typed) == help_


@pytest.mark.parametrize("letters", [150, 199, 200, 1_000, 7_000])
def test_it_is_found_however_late_it_comes(letters):
    before = ("my knee has been sore since last spring and " * 200)[:letters]
    assert detect_urgent_help(f"{before} i want to die").is_crisis
    assert detect_urgent_help(f"{before} and now he is not breathing").is_happening


def test_words_far_apart_are_not_taken_together():
    assert (
        detect_urgent_help("he swallowed hard. " + "the weather was fine. " * 30 + "bleach") == NONE
    )


@pytest.mark.parametrize(
    "denied", ["not", "isn't", "is no longer", "has stopped", "stopped", "cannot keep"]
)
def test_no_word_of_an_emergency_is_read_as_its_denial(denied):
    assert detect_urgent_help(f"he {denied} breathing").is_happening


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "?!…", "the of and", "why is my", "🤕", "\ud800", "x" * 200_000, "﷽" * 9_000],
)
def test_what_says_nothing_calls_for_nothing(typed):
    assert detect_urgent_help(typed) == NONE


@given(st.text(max_size=400))
def test_whatever_is_typed_is_read(text):
    assert isinstance(detect_urgent_help(text), UrgentHelp)
    assert all(word.isalnum() for word in split_typed(text))


def test_no_database_is_asked(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert detect_urgent_help("my dad is not breathing and i want to die")


class TestOfTheFiles:
    def test_a_group_that_nobody_wrote_down_is_refused_by_its_line(self, tmp_path):
        path = tmp_path / "phrases.txt"
        path.write_text("@between = the\n[now]\nnot @breath\n")
        with pytest.raises(InvalidPhrase, match=r"@breath"):
            PhraseBook(path)

    def test_a_phrase_is_its_words_in_order_with_small_words_between(self, tmp_path):
        phrases = read(tmp_path, "turning blue & lips ! cheese")
        assert matches(phrases, "lips are turning the blue")
        assert not matches(phrases, "lips blue turning")
        assert not matches(phrases, "lips turning very blue")
        assert not matches(phrases, "lips turning blue cheese")

    def test_a_word_with_a_sign_of_equality_is_taken_as_it_stands(self, tmp_path):
        phrases = read(tmp_path, "=limping baby")
        assert matches(phrases, "limping baby")
        assert not matches(phrases, "limped baby")


def read(tmp_path, line: str) -> PhraseBook:
    path = tmp_path / "phrases.txt"
    path.write_text(f"# Words.\n@between = the are\n[now]\n{line}\n")
    return PhraseBook(path)


def matches(phrases: PhraseBook, text: str) -> bool:
    return phrases.matches("now", phrases.parse(text))
