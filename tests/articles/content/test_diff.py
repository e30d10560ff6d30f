"""What changed is shown: words, order, links and formatting, and nothing that did not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content import kinds
from articles.content.blocks import Block
from articles.content.diff import (
    TOKEN,
    UNIT,
    Change,
    compare,
    compare_parts,
    compare_words,
    find_changed_labels,
    split_rich_text,
)
from articles.content.document import Advice
from articles.richtext.plaintext import extract_lines
from tests.articles.content.test_document import FIXTURES


def list_changes(old: str, new: str) -> list[Change]:
    return compare(
        split_rich_text("body", "Overview", old), split_rich_text("body", "Overview", new)
    )


@given(st.text(), st.text())
def test_words_lead_from_the_old_text_to_the_new(old, new):
    runs = list(compare_words(old, new))
    assert "".join(text for kind, text in runs if kind != "added") == old
    assert "".join(text for kind, text in runs if kind != "removed") == new


@given(st.text())
def test_tokens_leave_nothing_out(text):
    assert "".join(TOKEN.findall(text)) == text
    assert "".join(UNIT.findall(text)) == text


def test_one_word_changed_is_one_word_shown():
    (change,) = list_changes(
        "<p>A muscle tightens.</p><p>Two.</p>", "<p>A muscle relaxes.</p><p>Two.</p>"
    )
    assert change.label == "Overview"
    assert change.kind == "changed"
    assert change.runs == (
        ("same", "A muscle "),
        ("removed", "tightens"),
        ("added", "relaxes"),
        ("same", "."),
    )


def test_one_word_that_stayed_by_chance_does_not_part_a_change():
    old, new = "Rest if pain begins at night.", "Rest and if cramps wake you at night."
    assert compare_words("Take two if needed today.", "Take one or if unsure none today.") == (
        ("same", "Take "),
        ("removed", "two if needed"),
        ("added", "one or if unsure none"),
        ("same", " today."),
    )
    assert [kind for kind, _ in compare_words(old, new)].count("removed") == 1


def test_an_added_paragraph_is_shown_whole():
    assert list_changes("<p>One.</p><p>Three.</p>", "<p>One.</p><p>Two.</p><p>Three.</p>") == [
        Change("Overview", "added", (("added", "Two."),))
    ]


def test_a_removed_paragraph_is_shown_whole():
    assert list_changes("<p>One.</p><p>Two.</p>", "<p>Two.</p>") == [
        Change("Overview", "removed", (("removed", "One."),))
    ]


def test_a_text_that_appears_is_added():
    assert [change.kind for change in list_changes("", "<p>One.</p>")] == ["added"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<p><a href="https://a.example/">a</a></p>', '<p><a href="https://b.example/">a</a></p>'),
        ("<p>a</p>", '<p><a href="https://a.example/">a</a></p>'),
        ("<p>Do not</p>", "<p><strong>Do not</strong></p>"),
        ("<p><em>a</em></p>", "<p><strong>a</strong></p>"),
        ("<p>a</p>", "<h2>a</h2>"),
        ("<h2>a</h2>", "<h3>a</h3>"),
        ("<p>a</p>", "<blockquote><p>a</p></blockquote>"),
        ("<p>a</p>", "<ul><li><p>a</p></li></ul>"),
        ("<ul><li><p>a</p></li></ul>", "<ol><li><p>a</p></li></ol>"),
        ("<ul><li>a</li></ul>", "<ol><li>a</li></ol>"),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "<ul><li><p>a</p></li></ul><p>b</p>"),
        (
            "<ul><li><p>a</p></li><li><p>b</p></li></ul>",
            "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>",
        ),
        (
            "<ul><li><p>a</p></li><li><p>b</p></li></ul>",
            "<ul><li><p>a</p></li></ul><ul><li><p>b</p></li></ul>",
        ),
        (
            "<ol><li><p>a</p></li><li><p>b</p></li></ol>",
            "<ol><li><p>a</p></li></ol> <ol><li><p>b</p></li></ol>",
        ),
        ("<p>a b</p>", "<p>a<br>b</p>"),
    ],
)
def test_links_and_formatting_count_as_changes(old, new):
    assert list_changes(old, new)


def test_lists_and_quotes_read_as_such():
    lists = "<ul><li><p>a</p><p>b</p></li><li>c</li></ul><ol><li><p>d</p></li></ol>"
    html = f"<p>One:</p>{lists}<blockquote><p>e</p></blockquote>f"
    assert extract_lines(html) == ["One:", "• a", "… b", "• c", "1. d", "> e", "f"]


def test_addresses_of_links_can_be_left_out():
    html = '<p>See <a href="https://a.example/">this</a>.</p>'
    assert extract_lines(html) == ["See this (→ https://a.example/)."]
    assert extract_lines(html, links=False) == ["See this."]


def test_nothing_changed_shows_nothing():
    assert list_changes("<p>One.</p><p>Two.</p>", "<p>One.</p><p>Two.</p>") == []


def test_what_no_visitor_can_see_is_shown_as_it_is_stored():
    (change,) = list_changes("<p>One.</p><p>Two.</p>", "<p>One.</p> <p>Two.</p>")
    assert (change.label, change.note) == ("Overview", "in how it is stored")
    assert change.runs == (("same", "<p>One.</p>"), ("added", "[space]"), ("same", "<p>Two.</p>"))


def test_changes_come_in_the_order_of_the_newer_page():
    old = [Block("gone", "Gone", "x"), Block("a", "A", "1"), Block("b", "B", "1")]
    new = [Block("b", "B", "2"), Block("a", "A", "2")]
    assert [change.label for change in compare(old, new)] == ["B", "A", "Gone"]


@pytest.fixture
def symptom_document():
    return kinds.parse_document((FIXTURES / "document-1-symptom.json").read_text())


def diff_symptoms(old, new) -> list[Change]:
    return compare(kinds.get("symptom").blocks(old), kinds.get("symptom").blocks(new))


def test_a_moved_cause_shows_as_moved(symptom_document):
    group = symptom_document.causes[0]
    moved = group.model_copy(update={"causes": tuple(reversed(group.causes))})
    after = symptom_document.model_copy(update={"causes": (moved, *symptom_document.causes[1:])})
    found = diff_symptoms(symptom_document, after)
    assert [(change.label, change.kind) for change in found] == [("Cause, in order", "moved")] * (
        len(found)
    )
    assert len(found) == len(group.causes) - 1


NEVER_CHANGE = {"version", "kind", "uuid", "language"}
FIGURES = kinds.parse_document((FIXTURES / "document-1-article-figures.json").read_text()).figures
FIELDS = sorted(kinds.get("symptom").document.model_fields.keys() - NEVER_CHANGE)


@pytest.mark.parametrize("field", FIELDS)
def test_no_part_of_a_page_changes_unseen(symptom_document, field):
    further = (Advice(level="urgent", html="<p>Go today.</p>"),)
    symptom_document = symptom_document.model_copy(
        update={"figures": FIGURES, "further_advice": further}
    )
    value = getattr(symptom_document, field)
    emptied = {str: "<p>Something else</p>", tuple: (), bool: not value}.get(type(value))
    assert diff_symptoms(symptom_document, symptom_document.model_copy(update={field: emptied}))


EMERGENCY = Advice(level="emergency", html="<p>Call 911 if your face droops.</p>")
URGENT = Advice(level="urgent", html="<p>Go today.</p>", heading="Get help today")
ROUTINE = Advice(level="routine", html="<p>Ask a clinician.</p>")


def diff_cards(document, old: tuple[Advice, ...], new: tuple[Advice, ...]) -> list[tuple[str, str]]:
    """The labels and the kinds of the changes between a page with these cards and with those."""
    pages = []
    for cards in (old, new):
        fields = {"advice": cards[0] if cards else None, "further_advice": cards[1:]}
        pages.append(document.model_copy(update=fields))
    return [(change.label, change.kind) for change in diff_symptoms(*pages)]


def test_a_card_is_compared_with_that_of_its_level_whatever_a_page_calls_them(symptom_document):
    added = [("Heading of “Urgent card”", "added"), ("Urgent card", "added")]
    assert diff_cards(symptom_document, (EMERGENCY,), (EMERGENCY, URGENT)) == added
    removed = [("Urgent card: removed", "removed"), ("Heading of “Urgent card”", "removed")]
    assert diff_cards(symptom_document, (EMERGENCY, URGENT), (EMERGENCY,)) == removed
    graver = [("Level of the gravest card", "changed"), ("Emergency card", "added")]
    assert diff_cards(symptom_document, (ROUTINE,), (EMERGENCY, ROUTINE)) == graver


def test_a_card_that_is_gone_comes_first_and_other_cards_before_other_parts(symptom_document):
    old = symptom_document.model_copy(
        update={"advice": EMERGENCY, "further_advice": (URGENT, ROUTINE)}
    )
    new = old.model_copy(
        update={
            "title": "Other",
            "summary": "Other.",
            "body": "<p>Other.</p>",
            "advice": EMERGENCY.model_copy(update={"html": "<p>Call 911.</p>"}),
            "further_advice": (URGENT,),
        }
    )
    labels = find_changed_labels(get_blocks(old), get_blocks(new))
    assert labels == ["Non-urgent card: removed", "Emergency card", "Title", "Summary", "Overview"]
    parts = compare_parts(get_blocks(old), get_blocks(new))
    assert parts[0].label == "Non-urgent card: removed"


def test_a_single_card_of_another_level_keeps_its_words_in_the_diff(symptom_document):
    lesser = ROUTINE.model_copy(update={"html": EMERGENCY.html})
    assert diff_cards(symptom_document, (EMERGENCY,), (lesser,)) == [
        ("Level of the advice", "changed")
    ]


@pytest.mark.parametrize("field", ["related", "causes", "references", "other_names", "codes"])
def test_no_list_of_a_page_is_reordered_unseen(symptom_document, field):
    value = getattr(symptom_document, field)
    assert len(value) > 1
    after = symptom_document.model_copy(update={field: tuple(reversed(value))})
    assert diff_symptoms(symptom_document, after)


def test_one_dose_one_order_one_link_and_one_level_are_four_marks(symptom_document):
    body = "<p>Take 5 mg once a day.</p><p>A muscle tightens.</p>"
    treatment = '<p>Rest helps.</p><p>See <a href="https://a.example/rest">how to rest</a>.</p>'
    old = symptom_document.model_copy(update={"body": body, "treatment": treatment})
    group = old.causes[0]
    new = old.model_copy(
        update={
            "body": body.replace("5 mg", "10 mg"),
            "treatment": treatment.replace("a.example/rest", "b.example/rest"),
            "advice": old.advice.model_copy(update={"level": "urgent"}),
            "causes": (group.model_copy(update={"causes": group.causes[::-1]}), *old.causes[1:]),
        }
    )
    found = {(change.label, change.kind): change for change in diff_symptoms(old, new)}
    assert list(found) == [
        ("Level of the advice", "changed"),
        ("Overview", "changed"),
        ("Treatment", "changed"),
        ("Cause, in order", "moved"),
    ]
    assert ("removed", "5") in found["Overview", "changed"].runs
    assert ("added", "10") in found["Overview", "changed"].runs
    assert found["Cause, in order", "moved"].note == "from place 2 to place 1"
    parts = compare_parts(get_blocks(old), get_blocks(new))
    assert [part.label for part in parts if part.changes] == [
        "Level of the advice", "Overview", "Treatment", "Cause, in order",
    ]  # fmt: skip


def get_blocks(document):
    return list(kinds.get("symptom").blocks(document))


def test_another_related_page_of_the_same_name_is_a_change(symptom_document):
    group = symptom_document.related[0]
    other = group.symptoms[0].model_copy(update={"uuid": "00000000-0000-4000-8000-00000000ffff"})
    swapped = group.model_copy(update={"symptoms": (other, *group.symptoms[1:])})
    (change,) = diff_symptoms(
        symptom_document,
        symptom_document.model_copy(update={"related": (swapped, *symptom_document.related[1:])}),
    )
    assert (change.kind, change.note) == ("changed", "another page of the same name")


def test_a_moved_paragraph_is_moved_and_not_written_anew():
    (change,) = list_changes(
        "<p>One.</p><p>Two.</p><p>Three.</p>", "<p>Three.</p><p>One.</p><p>Two.</p>"
    )
    assert (change.kind, change.runs, change.note) == (
        "moved",
        (("same", "Three."),),
        "from place 3 to place 1",
    )


def test_a_paragraph_put_before_one_that_was_mended_is_not_taken_for_it():
    found = list_changes(
        "<p>A muscle tightens by itself.</p>", "<p>New here.</p><p>A muscle relaxes by itself.</p>"
    )
    assert [change.kind for change in found] == ["added", "changed"]


def test_a_paragraph_that_left_stands_where_it_stood():
    old = "<p>A muscle tightens by itself.</p><p>Gone.</p><p>It hurts at night.</p>"
    found = list_changes(old, "<p>A muscle relaxes by itself.</p><p>It hurts by day.</p>")
    assert [(change.kind, change.runs[0]) for change in found] == [
        ("changed", ("same", "A muscle ")),
        ("removed", ("removed", "Gone.")),
        ("changed", ("same", "It hurts ")),
    ]


def test_what_stayed_is_there_to_unfold():
    (part,) = compare_parts(
        split_rich_text("body", "Overview", "<p>One.</p><p>Two.</p><p>Three.</p>"),
        split_rich_text("body", "Overview", "<p>One.</p><p>Too.</p><p>Three.</p>"),
    )
    assert [(changed, len(rows)) for changed, rows in part.runs] == [
        (False, 1),
        (True, 1),
        (False, 1),
    ]


def test_a_list_of_changed_parts_names_what_the_diff_names(symptom_document):
    new = symptom_document.model_copy(update={"body": "<p>Other.</p>", "codes": ()})
    assert find_changed_labels(get_blocks(symptom_document), get_blocks(new)) == [
        "Overview",
        "Code",
    ]
    assert {change.label for change in diff_symptoms(symptom_document, new)} == {"Overview", "Code"}


@given(
    st.lists(st.sampled_from("abcde"), max_size=6), st.lists(st.sampled_from("abcde"), max_size=6)
)
def test_every_block_of_both_pages_is_accounted_for(old, new):
    was = [Block("x", "X", f"{letter} word", "") for letter in old]
    now = [Block("x", "X", f"{letter} word", "") for letter in new]
    rows = []
    for part in compare_parts(was, now):
        rows += part.rows
    newer = [
        "".join(text for kind, text in row.runs if kind != "removed")
        for row in rows
        if row.kind != "removed"
    ]
    older = [
        "".join(text for kind, text in row.runs if kind != "added")
        for row in rows
        if row.kind != "added"
    ]
    assert newer == [block.text for block in now]
    assert sorted(older) == sorted(block.text for block in was)


@pytest.mark.parametrize("field", sorted(FIGURES[0].__class__.model_fields))
def test_nothing_said_of_a_picture_changes_unseen(symptom_document, field):
    another = {
        "width": 7,
        "height": 7,
        "media_type": "image/jpeg",
        "place": "causes",
        "sha256": "3" * 64,
    }
    changed = FIGURES[0].model_copy(update={field: another.get(field, "Something else.")})
    [change] = diff_symptoms(
        symptom_document.model_copy(update={"figures": FIGURES}),
        symptom_document.model_copy(update={"figures": (changed, FIGURES[1])}),
    )
    assert (change.label, change.kind) == ("Image", "changed")
