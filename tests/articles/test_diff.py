"""What changed is shown: words, order, links and formatting, and nothing that did not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles import kinds
from articles.diff import TOKEN, Block, Change, compare, paragraphs, rich, words
from tests.articles.test_content import FIXTURES


def changes(old: str, new: str) -> list[Change]:
    return compare(rich("body", "Overview", old), rich("body", "Overview", new))


@given(st.text(), st.text())
def test_words_lead_from_the_old_text_to_the_new(old, new):
    runs = list(words(old, new))
    assert "".join(text for kind, text in runs if kind != "added") == old
    assert "".join(text for kind, text in runs if kind != "removed") == new


@given(st.text())
def test_tokens_leave_nothing_out(text):
    assert "".join(TOKEN.findall(text)) == text


def test_one_word_changed_is_one_word_shown():
    (change,) = changes("<p>A muscle tightens.</p><p>Two.</p>", "<p>A muscle relaxes.</p><p>Two.</p>")
    assert change.label == "Overview"
    assert change.kind == "changed"
    assert change.words == (("same", "A muscle "), ("removed", "tightens"), ("added", "relaxes"), ("same", "."))


def test_an_added_paragraph_is_shown_whole():
    assert changes("<p>One.</p><p>Three.</p>", "<p>One.</p><p>Two.</p><p>Three.</p>") == [
        Change("Overview", "added", (("added", "Two."),))
    ]


def test_a_removed_paragraph_is_shown_whole():
    assert changes("<p>One.</p><p>Two.</p>", "<p>Two.</p>") == [Change("Overview", "removed", (("removed", "One."),))]


def test_a_text_that_appears_is_added():
    assert [change.kind for change in changes("", "<p>One.</p>")] == ["added"]


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
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>"),
    ],
)
def test_links_and_formatting_count_as_changes(old, new):
    assert changes(old, new)


def test_lists_and_quotes_read_as_such():
    lists = "<ul><li><p>a</p><p>b</p></li><li>c</li></ul><ol><li><p>d</p></li></ol>"
    html = f"<p>One:</p>{lists}<blockquote><p>e</p></blockquote>f"
    assert paragraphs(html) == ["One:", "• a", "… b", "• c", "1. d", "> e", "f"]


def test_addresses_of_links_can_be_left_out():
    html = '<p>See <a href="https://a.example/">this</a>.</p>'
    assert paragraphs(html) == ["See this (→ https://a.example/)."]
    assert paragraphs(html, links=False) == ["See this."]


def test_nothing_changed_shows_nothing():
    assert changes("<p>One.</p><p>Two.</p>", "<p>One.</p>  <p>Two.</p>") == []


def test_changes_come_in_the_order_of_the_newer_page():
    old = [Block("gone", "Gone", "x"), Block("a", "A", "1"), Block("b", "B", "1")]
    new = [Block("b", "B", "2"), Block("a", "A", "2")]
    assert [change.label for change in compare(old, new)] == ["B", "A", "Gone"]


@pytest.fixture
def symptom_document():
    return kinds.read((FIXTURES / "document-1-symptom.json").read_text())


def of_symptoms(old, new) -> list[Change]:
    return compare(kinds.get("symptom").blocks(old), kinds.get("symptom").blocks(new))


def test_a_moved_cause_shows_as_moved(symptom_document):
    group = symptom_document.causes[0]
    moved = group.model_copy(update={"causes": tuple(reversed(group.causes))})
    after = symptom_document.model_copy(update={"causes": (moved, *symptom_document.causes[1:])})
    found = of_symptoms(symptom_document, after)
    assert {change.label for change in found} == {"Cause, in order"}
    assert {change.kind for change in found} <= {"added", "removed", "changed"}


NEVER_CHANGE = {"version", "kind", "uuid", "language"}
FIELDS = sorted(kinds.get("symptom").document.model_fields.keys() - NEVER_CHANGE)


@pytest.mark.parametrize("field", FIELDS)
def test_no_part_of_a_page_changes_unseen(symptom_document, field):
    value = getattr(symptom_document, field)
    emptied = {str: "<p>Something else</p>", tuple: (), bool: not value}.get(type(value))
    assert of_symptoms(symptom_document, symptom_document.model_copy(update={field: emptied}))


@pytest.mark.parametrize("field", ["related", "causes", "references", "other_names", "codes"])
def test_no_list_of_a_page_is_reordered_unseen(symptom_document, field):
    value = getattr(symptom_document, field)
    assert len(value) > 1
    after = symptom_document.model_copy(update={field: tuple(reversed(value))})
    assert of_symptoms(symptom_document, after)
