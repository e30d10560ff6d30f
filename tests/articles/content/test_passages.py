"""Rewritten passages are read as two versions, and short edits in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.diff import compare, compare_words, split_rich_text
from articles.content.passages import (
    is_rewritten,
    list_changed_words,
    list_sentences,
    make_excerpt,
    split_versions,
)

OLD = (
    "Do not take more than 4 tablets in one day, and see a clinician if the pain has not gone "
    "after three days of rest at home."
)
NEW = (
    "You can take up to 8 tablets in a day. If it still hurts a week later, speak to a pharmacist, "
    "who may send you on."
)
PATCHED = OLD.replace("three days", "two days")


def get_text(runs) -> str:
    return "".join(text for _, text in runs)


@pytest.mark.parametrize(
    ("old", "new", "rewritten"),
    [
        (OLD, NEW, True),
        (OLD, PATCHED, False),
        (OLD, f"{OLD} {NEW}", False),  # words were added, and none is gone
        (OLD, "", False),
        ("Rest.", "Walk.", False),
        ("Take 5 mg.", "Take 10 mg.", False),
        # Four words changed far from each other, in a long passage.
        (
            "One rests in the dark while all of the pain lasts here, two drinks of cold water come "
            "after every one of them, three friends sit beside the bed the whole night long, four.",
            "Who rests in the dark while all of the pain lasts here, ten drinks of cold water come "
            "after every one of them, six friends sit beside the bed the whole night long, five.",
            False,
        ),
        # The same number of changes, close together.
        (
            "Warm milk in the evening, cold tea at noon, black bread at night, red meat at dawn.",
            "Hot milk in the evening, iced tea at noon, white bread at night, raw meat at dawn.",
            True,
        ),
    ],
)
def test_a_passage_is_rewritten_where_its_marks_cannot_be_read_in_one_line(old, new, rewritten):
    runs = compare_words(old, new)
    assert is_rewritten(runs) is rewritten, runs


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_versions_are_the_two_texts_whole(old, new):
    versions = split_versions(compare_words(old, new))
    assert get_text(versions.before) == old
    assert get_text(versions.after) == new


def test_numbers_doses_negations_units_and_levels_that_changed_are_marked_in_both():
    cases = {
        ("Take 5 mg of it.", "Take 10 mg of it."): (("5 mg",), ("10 mg",)),
        ("Do not drive.", "Do drive."): (("not",), ()),
        ("You can drive.", "You can’t drive."): ((), ("can’t",)),
        ("Wait 2 days.", "Wait 2 hours."): (("2 days",), ("2 hours",)),
        ("It is urgent.", "It is an emergency."): (("urgent",), ("emergency",)),
        ("Give 0.5 ml.", "Give 5 ml."): (("0.5 ml",), ("5 ml",)),
        ("Below 38 °C.", "Above 38 °C."): (("Below",), ("Above",)),
        ("No tome 2 pastillas sin comer.", "Tome 2 pastillas con comida."): (("No", "sin"), ()),
        # The same words in another order change what is told.
        ("Give 5 mg, not 10 mg.", "Give 10 mg, not 5 mg."): (("not", "10 mg"), ("10 mg", "not")),
        ("Rest at home.", "Rest in bed."): ((), ()),
    }
    for (old, new), (before, after) in cases.items():
        versions = split_versions(compare_words(old, new))
        assert (versions.critical_before, versions.critical_after) == (before, after), old
        marked = [text for kind, text in versions.after if kind == "critical"]
        assert get_text(versions.after) == new
        assert all(any(word in text for text in marked) for word in after), versions


def test_a_rewritten_passage_of_a_page_has_two_versions_and_a_mended_one_has_none():
    def get_change(new):
        (change,) = compare(
            split_rich_text("body", "Overview", f"<p>{OLD}</p>"),
            split_rich_text("body", "Overview", f"<p>{new}</p>"),
        )
        return change

    versions = get_change(NEW).versions
    assert get_text(versions.before) == OLD
    assert get_text(versions.after) == NEW
    assert "not" in versions.critical_before
    assert "4 tablets" in versions.critical_before
    assert "8 tablets" in versions.critical_after
    assert get_change(PATCHED).versions is None
    # The words are the same, and what differs is how they are stored.
    assert get_change(f"<em>{OLD}</em>").versions is None


def test_the_words_that_changed_have_whole_numbers_and_units():
    cases = {
        ("Call 116 123 now.", "Call 0800 555 now."): [("116 123", "0800 555")],
        ("Phone Ana on 116 123, or come.", "Phone Ana on 0800 555, or come."): [
            ("116 123", "0800 555")
        ],
        # Five of what: the same digits of another unit are another change.
        ("Take 5 mg.", "Take 10 mg."): [("5 mg", "10 mg")],
        ("Wait 5 hours.", "Wait 10 hours."): [("5 hours", "10 hours")],
        ("Give 0.5 ml of it.", "Give 0.25 ml of it."): [("0.5 ml", "0.25 ml")],
        ("Rest now and then at home.", "Rest now and then at home, please."): [("", ", please")],
    }
    for (old, new), expected in cases.items():
        assert list_changed_words(compare_words(old, new)) == expected, old


def test_the_sentence_around_a_change_is_whole():
    old = "It hurts. Call Dr. Smith on 116 123 if it does not stop at night. Then rest."
    (sentence,) = list_sentences(compare_words(old, old.replace("116 123", "0800 555")))
    text = "".join(text for kind, text in sentence if kind != "removed")
    assert text.strip() == "It hurts. Call Dr. Smith on 0800 555 if it does not stop at night."
    before, after = "All of this stays as it was before. " * 3, "And this too stays. " * 3
    old = f"{before}Take 5 mg of it. {after}"
    (sentence,) = list_sentences(compare_words(old, old.replace("5 mg", "10 mg")))
    text = "".join(text for kind, text in sentence if kind != "removed")
    assert text.strip().startswith("Take 10 mg of it.")
    assert "before" not in text


def test_a_change_far_from_the_beginning_has_an_excerpt():
    lead = "All of this stays as it was before. " * 5
    excerpt = make_excerpt(compare_words(f"{lead}Take 5 mg.", f"{lead}Take 10 mg."))
    assert ("removed", "5") in excerpt
    assert ("added", "10") in excerpt
    assert len(get_text(excerpt)) < 100
    assert make_excerpt(compare_words("Take 5 mg.", "Take 10 mg.")) == ()
