"""Two texts whose bytes differ differ in the diff that the signer reads, and it says where."""

import json
import re
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from articles.content import kinds
from articles.content.diff import STORED_NOTE, Change, compare, find_changed_labels, split_rich_text
from articles.content.document import canonicalize
from articles.fields import clean_html
from tests.articles.content.test_document import FIXTURES

# Signs that look like others, or like nothing.
ODD_SIGNS = [
    *("\u00a0", "\u202f", "\u2009", "\u200b", "\u200c", "\u200d", "\u00ad", "\ufeff", "\u202e"),
    *("e\u0301", "é", "\u0430", "a", "\u00b5", "\u03bc", "\u212b", "Å", "⁹", "9", "-", "‐", "‑"),
    *("  ", "\t", "\n", "[no-break space]", "[raised: 9]", "**", "_", "• ", "1. ", "# ", " ↵ ", ""),
    *("[line feed]", "[title: x] ", " (→ /a/)", "… ", "> ", "## ", " · ", ", ", ": ", '"', "</p>"),
]
ATTRIBUTES = [
    *("title", "lang", "dir", "id", "class", "style", "hidden", "aria-label", "value", "reversed"),
    *("href", "start", "type", "colspan", "rowspan", "rel", "target", "data-x"),
]
PIECES = [
    *("<p>", "</p>", "<p title='x'>", "<h2>", "</h2>", "<h3>", "</h3>", "<br>", "<br/>", "a", "b "),
    *("<ul>", "</ul>", "<ol>", '<ol start="4">', '<ol type="a">', "</ol>", "<li>", "</li>", "5 mg"),
    *("<sup>", "</sup>", "<sub>", "</sub>", "9", "<strong>", "</strong>", "<em>", "</em>", "10"),
    *('<a href="/a/">', '<a href="/b/">', "<a>", "</a>", "<blockquote>", "</blockquote>", "&nbsp;"),
    *("<table>", "<tbody>", "<tr>", "<td>", "<th>", '<td colspan="2">', "</td>", "</th>", "</tr>"),
    *("</tbody>", "</table>", "<span>", "</span>", "<!-- c -->", "&amp;", "&", "<", ">", "&#8203;"),
    *ODD_SIGNS,
]
FRAGMENTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
WHOLE = (
    '<h2>A</h2><h3>B</h3><p><strong>a</strong> <em>b</em><br><a href="/x/">c</a> 10<sup>9</sup>'
    ' H<sub>2</sub>O</p><ul><li>d</li></ul><ol start="4" type="a"><li>e</li><li>f</li></ol>'
    "<blockquote><p>g</p></blockquote>"
    '<table><thead><tr><th scope="col">h</th></tr></thead>'
    '<tbody><tr><td colspan="2">i</td></tr></tbody></table>'
)
TAGS = list(re.finditer("<([a-z0-9]+)", WHOLE))
compare_as_overview = partial(split_rich_text, "body", "Overview")


def list_changes(old: str, new: str) -> list[Change]:
    return compare(compare_as_overview(old), compare_as_overview(new))


def shows_something(change: Change) -> bool:
    """Whether a reader sees what changed: a word or a name of a sign, or that something moved."""
    shown = "".join(text for kind, text in change.runs if kind != "same")
    return bool(shown) or change.kind == "moved"


@given(FRAGMENTS, FRAGMENTS)
def test_raw_html_of_other_bytes_differs_and_the_diff_says_where(old, new):
    found = list_changes(old, new)
    assert bool(found) == (old != new)
    assert {change.label for change in found} <= {"Overview"}
    assert all(map(shows_something, found))


@given(FRAGMENTS, st.sampled_from(PIECES), st.data())
def test_one_more_sign_or_tag_anywhere_in_raw_html_is_said(old, piece, data):
    place = data.draw(st.integers(0, len(old)))
    new = old[:place] + piece + old[place:]
    found = list_changes(old, new)
    assert bool(found) == (old != new)
    assert all(map(shows_something, found))


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_each_attribute_is_said_in_its_line_and_not_as_a_matter_of_storage(attribute):
    for tag in TAGS:
        if WHOLE.startswith(f' {attribute}="', tag.end()):
            continue
        for value in ("7", "b", "take ten times the dose"):
            new = f'{WHOLE[: tag.end()]} {attribute}="{value}"{WHOLE[tag.end() :]}'
            for html in (new, clean_html(new)):
                found = list_changes(WHOLE, html)
                assert bool(found) == (html != WHOLE)
                assert all(change.note != STORED_NOTE for change in found), html


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("5 mg", "5\u00a0mg", "[no-break space]"),
        ("5 mg", "6\u00a0mg", "[no-break space]"),
        ("5\u00a0mg", "5\u202fmg", "[narrow no-break space]"),
        ("café", "cafe\u0301", "[combining acute accent]"),
        ("para", "p\u0430ra", "[cyrillic small letter a]"),
        ("5 \u00b5g", "5 \u03bcg", "[micro sign]"),
        ("para", "pa\u200bra", "[zero width space]"),
        ("10⁹", "10<sup>9</sup>", "[raised: 9]"),
        ("H₂O", "H<sub>2</sub>O", "[lowered: 2]"),
        ("10⁹", "10<sup>11</sup>", "[raised: 11]"),
        ("10<sup>9</sup>", "10<sup>11</sup>", "10¹¹"),
        ("a", "<span>a</span>", "<span>"),
        ("a[no-break space]b", "a\u00a0b", "[no-break space]"),
        ("See this (→ /a/)", 'See <a href="/a/">this</a>', '<a href="'),
        ("<strong>a</strong>", "**a**", "<strong>"),
    ],
)
def test_what_looks_the_same_is_told_apart_by_its_name(old, new, named):
    (change,) = list_changes(f"<p>Before</p><p>{old}</p>", f"<p>Before</p><p>{new}</p>")
    assert change.kind == "changed"
    assert any(named in text for kind, text in change.runs if kind != "same")


def test_an_unseen_change_is_said_beside_a_seen_one_of_the_same_part():
    old = "<p>Take it daily.</p><p>Do not double the dose.</p><p>Rest.</p>"
    new = "<p>Take it weekly.</p><p>Do not double\u00a0the dose.</p><p>Rest.</p>"
    found = list_changes(old, new)
    assert len(found) == 2
    assert ("added", "[no-break space]") in found[1].runs


def test_a_moved_line_with_an_unseen_change_is_no_mere_move():
    old, new = "<p>a 1</p><p>b 2</p><p>c 3</p>", "<p>c\u00a03</p><p>a 1</p><p>b 2</p>"
    (moved,) = list_changes(old, new)
    assert moved.note == "from place 3 to place 1"
    assert ("added", "[no-break space]") in moved.runs


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("<ol>", '<ol start="4">', "1. Rinse", "4. Rinse"),
        ("<ol>", '<ol type="a">', "1. Rinse", "a. Rinse"),
        ('<ol start="4">', '<ol start="5">', "4. Rinse", "5. Rinse"),
        ("<ul>", '<ol start="2" type="I">', "• Rinse", "II. Rinse"),
    ],
)
def test_another_first_number_or_style_of_a_list_is_said(old, new, before, after):
    found = list_changes(f"{old}<li>Rinse</li><li>Dry</li>", f"{new}<li>Rinse</li><li>Dry</li>")
    words = "".join(text for kind, text in found[0].runs if kind != "added")
    assert (len(found), words) == (2, before)
    assert "".join(text for kind, text in found[0].runs if kind != "removed") == after


# Documents

DOCUMENTS = []
for name in ("symptom", "symptom-cards", "article", "article-figures", "about", "emergency"):
    DOCUMENTS.append(json.loads((FIXTURES / f"document-1-{name}.json").read_text()))
LABELS = {
    "title": {"Title"},
    "headline": {"Question at the top"},
    "summary": {"Summary"},
    "written_by": {"Written by"},
    "advice": {"Level of the advice", "Level of the gravest card", "When to get help"},
    "same_for_everyone": {"Same for everyone"},
    "shows_crisis_line": {"Crisis line"},
    "body": {"Overview"},
    "references": {"Reference"},
    "tags": {"Tags"},
    "figures": {"Image"},
    "language": {"Language"},
    "uuid": {"Page"},
    "phrase": {"Name inside a sentence"},
    "plural": {"Singular or plural"},
    "spotlight_title": {"Title of the spotlight"},
    "spotlight": {"Spotlight"},
    "other_names": {"Other name"},
    "causes_intro": {"Causes"},
    "diagnosis_questions": {"Questions at a diagnosis"},
    "treatment": {"Treatment"},
    "complications": {"Complications"},
    "codes": {"Code"},
    "subject": {"Emergency"},
    "act": {"The one act more"},
    "next_page": {"Page to go on with"},
}
CARDS = ("Emergency card", "Urgent card", "Non-urgent card", "Heading of “")
PREFIXES = {
    "related": ("Group of related", "Serious", "Neuro"),
    "causes": ("Cause",),
    "advice": CARDS,
    "further_advice": CARDS,
}
TEXTS = st.lists(st.sampled_from([*ODD_SIGNS, "Rest", " ", "<p>", "</p>"]), max_size=4).map("".join)


@st.composite
def draw_change(draw, value):
    """Another value of the same shape, which differs in one place."""
    if isinstance(value, dict):
        key = draw(st.sampled_from(sorted(value)))
        return value | {key: draw(draw_change(value[key]))}
    if isinstance(value, list):
        return draw(draw_list_change(value))
    if isinstance(value, bool):
        return not value
    if isinstance(value, int) or value is None:
        return draw(st.one_of(st.none(), st.integers(1, 3000)))
    place = draw(st.integers(0, len(value)))
    removed = draw(st.integers(0, 2))
    return value[:place] + draw(TEXTS) + value[place + removed :]


@st.composite
def draw_list_change(draw, values):
    if not values:
        return draw(st.sampled_from([[], [""], ["", ""], [" "], ["a, b"], ["a", "b"]]))
    place = draw(st.integers(0, len(values) - 1))
    way = draw(st.sampled_from(["change", "drop", "repeat", "move", "split"]))
    changed = list(values)
    if way == "change":
        changed[place] = draw(draw_change(values[place]))
    elif way == "drop":
        del changed[place]
    elif way == "repeat":
        changed.insert(place, values[place])
    elif way == "move":
        changed.insert(0, changed.pop(place))
    elif isinstance(values[place], str):
        changed[place : place + 1] = values[place].split(" ", 1)
    return changed


@st.composite
def draw_documents(draw):
    """Two documents of one kind, the second with one or two changes to the first."""
    values = draw(st.sampled_from(DOCUMENTS))
    changed = values
    for _ in range(draw(st.integers(1, 2))):
        field = draw(st.sampled_from(sorted(set(values) - {"kind", "schema"})))
        changed = changed | {field: draw(draw_change(changed[field]))}
    return values, changed


@given(draw_documents())
def test_documents_of_other_bytes_differ_and_the_diff_says_in_which_part(pair):
    values, changed = pair
    try:
        new = kinds.parse_document(json.dumps(changed))
    except ValidationError:
        assume(False)
    old = kinds.parse_document(json.dumps(values))
    blocks = kinds.get(old.kind).blocks
    found = compare(blocks(old), blocks(new))
    assert bool(found) == (canonicalize(old) != canonicalize(new))
    assert all(map(shows_something, found))
    labels = {change.label for change in found}
    assert labels == set(find_changed_labels(blocks(old), blocks(new)))
    for field in values:
        if getattr(old, field, None) != getattr(new, field, None):
            assert any(map(partial(belongs_to, field), labels)), field


def belongs_to(field: str, label: str) -> bool:
    return label in LABELS.get(field, ()) or label.startswith(PREFIXES.get(field, ("\0",)))


def test_two_causes_of_one_name_have_both_their_texts_compared():
    values = DOCUMENTS[0]
    group = values["causes"][0]
    twins = [cause | {"name": "Stroke"} for cause in group["causes"]]
    before = values | {"causes": [group | {"causes": twins}]}
    twins = [twins[0] | {"html": "<p>Other words.</p>"}, twins[1]]
    after = values | {"causes": [group | {"causes": twins}]}
    blocks = kinds.get("symptom").blocks
    old, new = (kinds.parse_document(json.dumps(texts)) for texts in (before, after))
    (change,) = compare(blocks(old), blocks(new))
    assert change.label == "Cause: Stroke"
    assert ("added", "Other words") in change.runs


def test_a_part_that_is_gone_comes_after_those_of_the_newer_page():
    before = DOCUMENTS[0]
    after = before | {"tags": [], "title": "New", "body": "<p>New.</p>", "spotlight_title": ""}
    blocks = kinds.get("symptom").blocks
    old, new = (kinds.parse_document(json.dumps(texts)) for texts in (before, after))
    labels = [change.label for change in compare(blocks(old), blocks(new))]
    assert labels == ["Title", "Overview", "Tags", "Title of the spotlight"]
